"""Take records back by rules.

Does the code that is already running still run after this revision? Yes: it never names the new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "pool_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("warn_days", sa.Integer(), nullable=False),
        sa.Column("group_kind", sa.String(length=10), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("spared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("group_kind IN ('team', 'role')", name=op.f("ck_pool_rules_group_kind")),
        sa.CheckConstraint("kind IN ('idle', 'kept', 'ended')", name=op.f("ck_pool_rules_kind")),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name=op.f("ck_pool_rules_days")),
        sa.CheckConstraint(
            "warn_days BETWEEN 0 AND days - 1", name=op.f("ck_pool_rules_warn_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_rules")),
    )
    op.create_index("ix_pool_rules_type", "pool_rules", ["record_type"], unique=False)
    op.create_table(
        "pool_warnings",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["pool_rules.id"],
            name=op.f("fk_pool_warnings_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "record_id", name=op.f("pk_pool_warnings")),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("pool_warnings")
    op.drop_index("ix_pool_rules_type", table_name="pool_rules")
    op.drop_table("pool_rules")
