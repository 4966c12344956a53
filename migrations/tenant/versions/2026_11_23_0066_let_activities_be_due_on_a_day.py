"""Let activities be due on a day and at no hour of it.

Does the code that is already running still run after this revision? Yes: it never names the new column,
which is false in every row that it writes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

CHECK = "ck_activities_all_day_due"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "activities",
        sa.Column("all_day", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_check_constraint(op.f(CHECK), "activities", "NOT all_day OR due_at IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_constraint(op.f(CHECK), "activities", type_="check")
    op.drop_column("activities", "all_day")
