"""Tell groups what happens.

Does the code that is already running still run after this revision? Yes: it never reads the new
columns, and what it writes gets their defaults. A robot that was made by newer code meanwhile would
be called by it as a webhook at an address that nobody can call, and fail.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "webhooks",
        sa.Column("kind", sa.String(length=20), server_default="webhook", nullable=False),
    )
    op.add_column(
        "webhooks",
        sa.Column(
            "view_ids", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column(
        "webhooks",
        sa.Column("tells_details", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM webhooks WHERE kind != 'webhook'")
    op.drop_column("webhooks", "tells_details")
    op.drop_column("webhooks", "view_ids")
    op.drop_column("webhooks", "kind")
