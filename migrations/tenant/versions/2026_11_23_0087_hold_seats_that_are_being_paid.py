"""Hold seats that are being paid for, and note in the workspace which reminders were sent.

Does the code that is already running still run after this revision? Yes: it knows neither.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("seat_bounds", sa.Column("held", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_seat_bounds_held"), "seat_bounds", "held >= 0")
    op.create_table(
        "bill_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pay_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_reminders")),
    )
    op.create_index("uq_bill_reminders_pay_by", "bill_reminders", ["pay_by"], unique=True)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_bill_reminders_pay_by", table_name="bill_reminders")
    op.drop_table("bill_reminders")
    op.drop_constraint(op.f("ck_seat_bounds_held"), "seat_bounds", type_="check")
    op.drop_column("seat_bounds", "held")
