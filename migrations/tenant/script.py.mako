"""${message.capitalize()}.

Does the code that is already running still run after this revision? Say how. It must: tenants are
migrated one after another while the old code serves them (expand now, contract a release later).
Revisions are rendered to SQL once and run without parameters: no reading of rows in Python.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    ${downgrades if downgrades else "pass"}
