"""Agree on terms with customers: a discount and the days until a payment.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new columns, which are empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "accounts", sa.Column("discount", sa.Numeric(precision=7, scale=4), nullable=True)
    )
    op.add_column("accounts", sa.Column("payment_days", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("accounts", "payment_days")
    op.drop_column("accounts", "discount")
