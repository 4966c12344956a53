"""Count a yes once.

Does the code that is already running still run after this revision? Yes: it leaves the new column
empty, and a yes without it counts on no further level of a record that is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("approval_steps", sa.Column("seen_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Only safe while the new shape holds nothing that matters."""
    op.drop_column("approval_steps", "seen_version")
