"""Tell what an import left out, and made along.

Does the code that is already running still run after this revision? Yes: it leaves the new columns
as they are, and what it imports tells no rows that were left out.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "imports", sa.Column("twins", sa.String(length=60), server_default="", nullable=False)
    )
    op.add_column(
        "imports", sa.Column("twins_size", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "imports",
        sa.Column(
            "made",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("imports", "made")
    op.drop_column("imports", "twins_size")
    op.drop_column("imports", "twins")
