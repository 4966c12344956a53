"""Find the pool of accounts by index.

Does the code that is already running still run after this revision? Yes: an index changes no answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

FREE = sa.text("(owner_id IS NULL) IS true AND deleted_at IS NULL")
LAST = sa.text(
    "coalesce(last_activity_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_index("ix_accounts_pool", "accounts", [LAST, "id"], postgresql_where=FREE)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("ix_accounts_pool", table_name="accounts")
