"""Keep until when payments counted.

Does the code that is already running still run after this revision? Yes: it leaves the new column
empty, and every part that it knows counts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

AMOUNT = "ck_payment_parts_amount"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("payment_parts", sa.Column("until", sa.Date(), nullable=True))
    op.drop_constraint(op.f(AMOUNT), "payment_parts", type_="check")
    op.create_check_constraint(
        op.f(AMOUNT),
        "payment_parts",
        "amount > 0 AND (taken > 0 OR until IS NOT NULL AND taken = 0)",
    )


def downgrade() -> None:
    """Only safe while the new shape holds nothing that matters."""
    op.execute("DELETE FROM payment_parts WHERE until IS NOT NULL")
    op.drop_constraint(op.f(AMOUNT), "payment_parts", type_="check")
    op.create_check_constraint(op.f(AMOUNT), "payment_parts", "amount > 0 AND taken > 0")
    op.drop_column("payment_parts", "until")
