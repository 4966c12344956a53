"""Import orders with lines.

Does the code that is already running still run after this revision? Yes: new columns may be left
out, and what the older code writes fits the constraint, which only allows more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

OLD = "(kind = 'return') = (returns_id IS NOT NULL)"
NEW = (
    "CASE kind WHEN 'return' THEN returns_id IS NOT NULL OR status = 'completed'"
    " ELSE returns_id IS NULL END"
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("orders", sa.Column("country", sa.String(length=80), nullable=True))
    op.execute(
        "UPDATE orders SET country = accounts.country FROM accounts"
        " WHERE accounts.id = orders.account_id"
    )
    op.create_index(
        "ix_orders_country",
        "orders",
        ["country", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_constraint(op.f("ck_orders_returns"), "orders", type_="check")
    op.create_check_constraint(op.f("ck_orders_returns"), "orders", NEW)
    op.add_column("imports", sa.Column("joined", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "imports", sa.Column("left_out", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Take it back; returns that name no order are not known before, so they must be gone."""
    op.drop_column("imports", "left_out")
    op.drop_column("imports", "joined")
    op.drop_constraint(op.f("ck_orders_returns"), "orders", type_="check")
    op.create_check_constraint(op.f("ck_orders_returns"), "orders", OLD)
    op.drop_index("ix_orders_country", table_name="orders")
    op.drop_column("orders", "country")
