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
# Of a scratch schema nothing is known, and there is nothing in it.
FILL = f"""
DO $fill$ DECLARE home text; digits int;
BEGIN
  IF to_regclass('control.tenant') IS NULL THEN RETURN; END IF;
  EXECUTE 'SELECT currency FROM control.tenant WHERE schema_name = current_schema()' INTO home;
  IF home IS NULL THEN RETURN; END IF;
  digits := CASE WHEN home IN ({NONE}) THEN 0 WHEN home IN ({THREE}) THEN 3
    WHEN home IN ('CLF','UYW') THEN 4 ELSE 2 END;
  EXECUTE format('ALTER TABLE products ALTER COLUMN currency SET DEFAULT %L', home);
  EXECUTE format('ALTER TABLE products ALTER COLUMN own_digits SET DEFAULT %s', digits);
  EXECUTE format('UPDATE products SET currency = %L, own_digits = %s, rate_on = created_at::date',
    home, digits);
END $fill$
"""  # noqa: S608  Our own words.


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
    op.execute(FILL)
    op.alter_column("products", "currency", nullable=False)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for name in ("own_digits", "rate_on", "rate", "currency"):
        op.drop_column("products", name)
