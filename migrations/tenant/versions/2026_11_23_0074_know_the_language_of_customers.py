"""Know the language of customers.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new columns, and they take none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for table in ("accounts", "contacts"):
        op.add_column(table, sa.Column("language", sa.String(length=60), nullable=True))
        op.create_index(
            f"ix_{table}_language", table, ["language", "id"], unique=False, postgresql_where=LIVE
        )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for table in ("accounts", "contacts"):
        op.drop_index(f"ix_{table}_language", table_name=table)
        op.drop_column(table, "language")
