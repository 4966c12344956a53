"""Find returns and versions in the bin.

Does the code that is already running still run after this revision? Yes: two indexes hold more rows
than before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

LIVE = "deleted_at IS NULL"


def upgrade() -> None:
    """What was confirmed in the bin counts, and so it is asked for as well."""
    _again("returns_id IS NOT NULL", "replaces_id IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    _again(LIVE, LIVE)


def _again(returning: str, replacing: str) -> None:
    op.drop_index("ix_orders_returns", table_name="orders")
    op.create_index(
        "ix_orders_returns",
        "orders",
        ["returns_id", "id"],
        unique=False,
        postgresql_where=sa.text(returning),
    )
    op.drop_index("ix_quotes_replaces", table_name="quotes")
    op.create_index(
        "ix_quotes_replaces",
        "quotes",
        ["replaces_id"],
        unique=False,
        postgresql_where=sa.text(replacing),
    )
