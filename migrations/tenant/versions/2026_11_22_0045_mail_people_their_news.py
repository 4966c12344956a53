"""Mail people their news.

Does the code that is already running still run after this revision? Yes: it never names the new columns,
so that nothing is mailed of what it tells until a newer one looks.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "users",
        sa.Column("mailed", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    op.add_column("users", sa.Column("digest_time", sa.String(length=5), nullable=True))
    op.add_column("users", sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("notices", "mailed_at")
    op.drop_column("users", "digest_at")
    op.drop_column("users", "digest_time")
    op.drop_column("users", "mailed")
