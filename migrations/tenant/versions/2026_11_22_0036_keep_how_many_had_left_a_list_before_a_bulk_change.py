"""Keep how many had left a list before a bulk change began.

Does the code that is already running still run after this revision? Yes: it never names the new column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("bulk_changes", sa.Column("vanished", sa.Integer(), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("bulk_changes", "vanished")
