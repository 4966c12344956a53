"""Rule how people sign in.

Does the code that is already running still run after this revision? Yes: it does not know the table,
leaves the new column empty, and reads one more grant of the same kind.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "sign_in_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_the_one", sa.Boolean(), nullable=False),
        sa.Column("password_length", sa.Integer(), nullable=False),
        sa.Column("two_factor", sa.String(length=10), nullable=False),
        sa.Column("two_factor_roles", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("idle_hours", sa.Integer(), nullable=False),
        sa.Column("longest_days", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("is_the_one", name=op.f("ck_sign_in_rules_one")),
        sa.CheckConstraint(
            "password_length BETWEEN 8 AND 64", name=op.f("ck_sign_in_rules_password_length")
        ),
        sa.CheckConstraint(
            "two_factor IN ('free', 'roles', 'all')", name=op.f("ck_sign_in_rules_two_factor")
        ),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 30", name=op.f("ck_sign_in_rules_grace_days")),
        sa.CheckConstraint(
            "idle_hours BETWEEN 1 AND 720", name=op.f("ck_sign_in_rules_idle_hours")
        ),
        sa.CheckConstraint(
            "longest_days BETWEEN 1 AND 30", name=op.f("ck_sign_in_rules_longest_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_rules")),
    )
    op.create_index("uq_sign_in_rules_one", "sign_in_rules", ["is_the_one"], unique=True)
    op.add_column(
        "users", sa.Column("two_factor_due_at", sa.DateTime(timezone=True), nullable=True)
    )
    # Admins of older workspaces get the right once, unless somebody has decided on it.
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'sign_in', 'manage', 3 FROM roles "
        "WHERE key = 'admin' AND NOT EXISTS (SELECT 1 FROM grants WHERE record_type = 'sign_in')"
    )
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("users", "two_factor_due_at")
    op.drop_index("uq_sign_in_rules_one", table_name="sign_in_rules")
    op.drop_table("sign_in_rules")
