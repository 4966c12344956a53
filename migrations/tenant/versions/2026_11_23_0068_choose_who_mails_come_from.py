"""Choose who mails come from.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new table, and mails without a sender are their writer's as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "mail_senders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("signature", sa.Text(), server_default="", nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("role_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mail_senders_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_senders")),
    )
    op.create_index("uq_mail_senders_key", "mail_senders", ["address_key", "user_id"], unique=True)
    op.create_index(
        "uq_mail_senders_shared",
        "mail_senders",
        ["address_key"],
        unique=True,
        postgresql_where=sa.text("user_id IS NULL"),
    )
    op.add_column("messages", sa.Column("sender_ref", sa.Uuid(), nullable=True))
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'message', 'setup', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'message' AND verb = 'setup'")
    op.drop_column("messages", "sender_ref")
    op.drop_index("uq_mail_senders_shared", table_name="mail_senders")
    op.drop_index("uq_mail_senders_key", table_name="mail_senders")
    op.drop_table("mail_senders")
