"""Name people in rules of assignment.

Does the code that is already running still run after this revision? Yes: it makes rules of groups
as before, and finds nobody for one that names people alone, so such a record waits in the pool.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "assignment_rules",
        sa.Column("user_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.alter_column(
        "assignment_rules", "group_kind", existing_type=sa.VARCHAR(length=10), nullable=True
    )
    op.alter_column("assignment_rules", "group_id", existing_type=sa.UUID(), nullable=True)
    op.create_check_constraint(
        op.f("ck_assignment_rules_people"),
        "assignment_rules",
        "group_id IS NOT NULL OR user_ids <> '{}'",
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_constraint(op.f("ck_assignment_rules_people"), "assignment_rules", type_="check")
    op.execute("DELETE FROM assignment_rules WHERE group_id IS NULL")
    op.alter_column("assignment_rules", "group_id", existing_type=sa.UUID(), nullable=False)
    op.alter_column(
        "assignment_rules", "group_kind", existing_type=sa.VARCHAR(length=10), nullable=False
    )
    op.drop_column("assignment_rules", "user_ids")
