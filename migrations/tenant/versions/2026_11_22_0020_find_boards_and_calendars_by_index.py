"""Find boards and calendars by index.

Does the code that is already running still run after this revision? Yes: indexes change no answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
LAST = sa.text(
    "coalesce(last_activity_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_index(
        "ix_accounts_board", "accounts", ["lifecycle", LAST, "id"], postgresql_where=LIVE
    )
    op.create_index(
        "ix_activities_board", "activities", ["kind", "at", "id"], postgresql_where=LIVE
    )
    op.create_index("ix_activities_due", "activities", ["due_at", "id"], postgresql_where=LIVE)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("ix_activities_due", table_name="activities")
    op.drop_index("ix_activities_board", table_name="activities")
    op.drop_index("ix_accounts_board", table_name="accounts")
