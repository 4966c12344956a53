"""Share records by rules and with followers.

Does the code that is already running still run after this revision? Yes: it knows neither table nor
grant, and no row of either table exists until the new code writes one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "sharing_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("group_kind", sa.String(length=10), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("access IN ('read', 'update')", name=op.f("ck_sharing_rules_access")),
        sa.CheckConstraint(
            "group_kind IN ('team', 'role')", name=op.f("ck_sharing_rules_group_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_rules")),
    )
    op.create_index("ix_sharing_rules_type", "sharing_rules", ["record_type"])
    op.create_table(
        "record_followers",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "record_type", "record_id", "user_id", name=op.f("pk_record_followers")
        ),
    )
    op.create_index("ix_record_followers_user", "record_followers", ["user_id", "record_type"])
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'sharing', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'sharing'")
    op.drop_index("ix_record_followers_user", table_name="record_followers")
    op.drop_table("record_followers")
    op.drop_index("ix_sharing_rules_type", table_name="sharing_rules")
    op.drop_table("sharing_rules")
