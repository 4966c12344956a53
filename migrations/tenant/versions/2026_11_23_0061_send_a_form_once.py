"""Send a form once.

Does the code that is already running still run after this revision? Yes: it writes neither column,
and both have what such rows stand for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "messages",
        sa.Column("may_have_left", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("messages", sa.Column("press", sa.String(length=64), nullable=True))
    op.create_index("uq_messages_press", "messages", ["press"], unique=True)
    op.add_column(
        "incoming_mails",
        sa.Column("left_out", sa.Integer(), server_default="0", nullable=False),
    )
    op.execute("UPDATE messages SET may_have_left = true WHERE state = 'unknown'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("incoming_mails", "left_out")
    op.drop_index("uq_messages_press", table_name="messages")
    op.drop_column("messages", "press")
    op.drop_column("messages", "may_have_left")
