"""Count what an import notes of last contacts.

Does the code that is already running still run after this revision? Yes: it never names the new column,
and what it writes gets its default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("imports", sa.Column("noted", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("imports", "noted")
