"""Assign records by rules.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new tables, and what it creates without an owner waits in the pool as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("group_kind", sa.String(length=10), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("strategy", sa.String(length=20), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("in_hours", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "group_kind IN ('team', 'role')", name=op.f("ck_assignment_rules_group_kind")
        ),
        sa.CheckConstraint(
            "strategy IN ('in_turn', 'least_load')", name=op.f("ck_assignment_rules_strategy")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_assignment_rules_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rules")),
    )
    op.create_index(
        "ix_assignment_rules_type", "assignment_rules", ["record_type", "position"], unique=False
    )
    op.create_table(
        "assignment_turns",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["assignment_rules.id"],
            name=op.f("fk_assignment_turns_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "user_id", name=op.f("pk_assignment_turns")),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'assignment', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # Whoever may assign may have it done by the rules as well, as far as they reach.
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), grants.role_id, 'account', 'distribute', grants.reach FROM grants "
        "JOIN roles ON roles.id = grants.role_id "
        "WHERE grants.record_type = 'account' AND grants.verb = 'reassign' "
        "AND roles.key IN ('admin', 'manager')"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IN ('admin', 'manager')")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'assignment' OR verb = 'distribute'")
    op.drop_table("assignment_turns")
    op.drop_index("ix_assignment_rules_type", table_name="assignment_rules")
    op.drop_table("assignment_rules")
