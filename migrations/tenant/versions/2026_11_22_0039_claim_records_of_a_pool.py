"""Claim records of a pool.

Does the code that is already running still run after this revision? Yes: it never names the new tables,
and the rights mean nothing to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# What the built-in roles may do with the pool of accounts: role, verb, reach.
GRANTS = """
    ('admin', 'account', 'see_pool', 3), ('admin', 'account', 'claim', 3),
    ('admin', 'account', 'return', 3), ('admin', 'account', 'reassign', 3),
    ('admin', 'pool', 'manage', 3),
    ('manager', 'account', 'see_pool', 3), ('manager', 'account', 'claim', 3),
    ('manager', 'account', 'return', 2), ('manager', 'account', 'reassign', 2),
    ('sales_rep', 'account', 'see_pool', 3), ('sales_rep', 'account', 'claim', 3),
    ('sales_rep', 'account', 'return', 1)
"""


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "pool_caps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("group_kind", sa.String(length=10), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("most_owned", sa.Integer(), nullable=True),
        sa.Column("most_views", sa.Integer(), nullable=True),
        sa.Column("spared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("group_kind IN ('team', 'role')", name=op.f("ck_pool_caps_group_kind")),
        sa.CheckConstraint("most_owned >= 0", name=op.f("ck_pool_caps_most_owned")),
        sa.CheckConstraint("most_views >= 0", name=op.f("ck_pool_caps_most_views")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_caps")),
    )
    op.create_index(
        "uq_pool_caps_group", "pool_caps", ["record_type", "group_kind", "group_id"], unique=True
    )
    op.create_table(
        "pool_choices",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("hidden", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("hold_days BETWEEN 0 AND 365", name=op.f("ck_pool_choices_hold_days")),
        sa.PrimaryKeyConstraint("record_type", name=op.f("pk_pool_choices")),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
        "SELECT gen_random_uuid(), roles.id, given.record_type, given.verb, given.reach FROM roles "
        f"JOIN (VALUES {GRANTS}) AS given (key, record_type, verb, reach) ON given.key = roles.key"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute(
        "DELETE FROM grants WHERE record_type = 'pool' "
        "OR verb IN ('see_pool', 'claim', 'return', 'reassign')"
    )
    op.drop_table("pool_choices")
    op.drop_index("uq_pool_caps_group", table_name="pool_caps")
    op.drop_table("pool_caps")
