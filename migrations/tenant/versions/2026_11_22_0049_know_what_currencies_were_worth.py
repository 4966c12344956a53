"""Know what currencies were worth.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "exchange_rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=24, scale=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "source IN ('entered', 'imported', 'fetched', 'shipped')",
            name=op.f("ck_exchange_rates_source"),
        ),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
    )
    op.create_index("uq_exchange_rates_day", "exchange_rates", ["currency", "rate_on"], unique=True)
    op.create_table(
        "rate_sources",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("currencies", postgresql.ARRAY(sa.String(length=3)), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("error", sa.String(length=20), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("name = 'daily'", name=op.f("ck_rate_sources_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_sources")),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'currency', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'currency'")
    op.drop_table("rate_sources")
    op.drop_index("uq_exchange_rates_day", table_name="exchange_rates")
    op.drop_table("exchange_rates")
