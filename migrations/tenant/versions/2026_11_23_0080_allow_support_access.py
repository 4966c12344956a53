"""Allow support access.

Does the code that is already running still run after this revision? Yes: it does not know the table,
and reads one more grant of the same kind.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "support_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("operator_name", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_digest", sa.String(length=64), nullable=True),
        sa.Column("ticket_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_grants")),
    )
    op.create_index("ix_support_grants_created_at", "support_grants", ["created_at"], unique=False)
    op.create_index(
        "uq_support_grants_open",
        "support_grants",
        [sa.literal_column("(1)")],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("uq_support_grants_token", "support_grants", ["token_digest"], unique=True)
    # Admins of older workspaces get the right once, unless somebody has decided on it.
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'support', 'allow', 3 FROM roles "
        "WHERE key = 'admin' AND NOT EXISTS (SELECT 1 FROM grants WHERE record_type = 'support')"
    )
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_support_grants_token", table_name="support_grants")
    op.drop_index(
        "uq_support_grants_open",
        table_name="support_grants",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_support_grants_created_at", table_name="support_grants")
    op.drop_table("support_grants")
