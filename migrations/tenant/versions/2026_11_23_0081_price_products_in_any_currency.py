"""Price products in any currency.

Does the code that is already running still run after this revision? Yes: what it writes is in the
firm's currency, which is the default of the new column where a workspace stands already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

THREE = "'BHD','IQD','JOD','KWD','LYD','OMR','TND'"
NONE = (
    "'BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV','XAF',"
    "'XOF','XPF'"
)
HOME = "'{{currency}}'"  # The firm's, as whoever runs this hands it over.
DIGITS = (
    f"CASE WHEN {HOME} IN ({NONE}) THEN 0 WHEN {HOME} IN ({THREE}) THEN 3"
    f" WHEN {HOME} IN ('CLF','UYW') THEN 4 ELSE 2 END"
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("products", sa.Column("currency", sa.String(length=3), nullable=True))
    op.add_column(
        "products",
        sa.Column("rate", sa.Numeric(precision=24, scale=12), server_default="1", nullable=False),
    )
    op.add_column(
        "products",
        sa.Column("rate_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
    )
    op.add_column(
        "products", sa.Column("own_digits", sa.Integer(), server_default="2", nullable=False)
    )
    op.execute(f"ALTER TABLE products ALTER COLUMN currency SET DEFAULT {HOME}")
    op.execute(f"ALTER TABLE products ALTER COLUMN own_digits SET DEFAULT {DIGITS}")
    op.execute(
        f"UPDATE products SET currency = {HOME}, own_digits = {DIGITS},"  # noqa: S608  Our own.
        " rate_on = CAST(created_at AS DATE)"
    )
    op.alter_column("products", "currency", nullable=False)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for name in ("own_digits", "rate_on", "rate", "currency"):
        op.drop_column("products", name)
