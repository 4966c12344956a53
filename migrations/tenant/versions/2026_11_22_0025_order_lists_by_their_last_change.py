"""Order lists by their last change and by what is due.

Does the code that is already running still run after this revision? Yes: it asks for the same
orders, which now come from an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
TABLES = ("accounts", "contacts", "activities", "products", "product_categories")
DUE = (("accounts", "next_step_at"), ("contacts", "next_step_at"), ("activities", "due_at"))


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for table in TABLES:
        op.create_index(
            f"ix_{table}_by_updated_at", table, ["updated_at", "id"], postgresql_where=LIVE
        )
    for table, moment in DUE:
        key = sa.text(
            f"coalesce({moment}, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
        )
        op.create_index(f"ix_{table}_by_{moment}", table, [key, "id"], postgresql_where=LIVE)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for table, moment in DUE:
        op.drop_index(f"ix_{table}_by_{moment}", table_name=table)
    for table in TABLES:
        op.drop_index(f"ix_{table}_by_updated_at", table_name=table)
