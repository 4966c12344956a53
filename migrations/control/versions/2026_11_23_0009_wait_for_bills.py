"""Know what is billed and not paid, and let go of `reminders`, which nothing reads or writes.

Does the code that is already running still run after this revision? Yes: what it writes leaves the
new columns empty, which stands for "given" as before, and it has left `reminders` to the server
since 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "subscription",
        sa.Column("waits", sa.String(length=10), nullable=True),
        schema="control",
    )
    op.create_check_constraint(
        op.f("ck_subscription_waits"),
        "subscription",
        "waits IN ('start', 'change')",
        schema="control",
    )
    op.add_column(
        "subscription",
        sa.Column("first_billed_at", sa.DateTime(timezone=True), nullable=True),
        schema="control",
    )
    op.drop_column("subscription", "reminders", schema="control")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.add_column(
        "subscription",
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        schema="control",
    )
    op.drop_column("subscription", "first_billed_at", schema="control")
    op.drop_constraint(
        op.f("ck_subscription_waits"), "subscription", type_="check", schema="control"
    )
    op.drop_column("subscription", "waits", schema="control")
