"""Say how an activity went.

Does the code that is already running still run after this revision? Yes: it never reads the new
column, which may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("activities", sa.Column("outcome", sa.Text(), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("activities", "outcome")
