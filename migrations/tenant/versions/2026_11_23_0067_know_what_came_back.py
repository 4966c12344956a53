"""Know what came back.

Does the code that is already running still run after this revision? Yes: what is new has what such
rows stand for, and mails that it sends go out under the sender that they had before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("messages", sa.Column("bounce_key", sa.String(length=8), nullable=True))
    op.create_index("uq_messages_bounce_key", "messages", ["bounce_key"], unique=True)
    op.add_column(
        "messages",
        sa.Column(
            "bounces",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
    )
    op.add_column("incoming_mails", sa.Column("bounced_ref", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_incoming_mails_bounced_ref"),
        "incoming_mails",
        "messages",
        ["bounced_ref"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_table(
        "unreachable_addresses",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_ref", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_ref"],
            ["messages.id"],
            name=op.f("fk_unreachable_addresses_message_ref"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_unreachable_addresses")),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("unreachable_addresses")
    op.drop_constraint(op.f("fk_incoming_mails_bounced_ref"), "incoming_mails", type_="foreignkey")
    op.drop_column("incoming_mails", "bounced_ref")
    op.drop_column("messages", "bounces")
    op.drop_index("uq_messages_bounce_key", table_name="messages")
    op.drop_column("messages", "bounce_key")
