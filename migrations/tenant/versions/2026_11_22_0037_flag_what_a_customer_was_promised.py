"""Flag what a customer was promised.

Does the code that is already running still run after this revision? Yes: it never names the new column,
which is false in every row that it writes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

PROMISED = sa.text("deleted_at IS NULL AND is_promise")
OPEN_PROMISE = sa.text("deleted_at IS NULL AND done_at IS NULL AND is_promise")
DUE = sa.text("coalesce(due_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))")
INDEXES = (
    ("is_promise", ["id"], PROMISED),
    ("open_promises", [DUE, "id"], OPEN_PROMISE),
    ("promised_account", ["account_id"], OPEN_PROMISE),
    ("promised_contact", ["contact_id"], OPEN_PROMISE),
)
CHECK = "ck_activities_promise_due"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "activities",
        sa.Column("is_promise", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_check_constraint(op.f(CHECK), "activities", "NOT is_promise OR due_at IS NOT NULL")
    for name, columns, where in INDEXES:
        op.create_index(f"ix_activities_{name}", "activities", columns, postgresql_where=where)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for name, _columns, _where in reversed(INDEXES):
        op.drop_index(f"ix_activities_{name}", table_name="activities")
    op.drop_constraint(op.f(CHECK), "activities", type_="check")
    op.drop_column("activities", "is_promise")
