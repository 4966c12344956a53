"""Find what goes on for days by index.

Does the code that is already running still run after this revision? Yes: an index changes no answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

LONG = sa.text("deleted_at IS NULL AND minutes >= 1440")


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_index("ix_activities_long", "activities", ["due_at"], postgresql_where=LONG)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("ix_activities_long", table_name="activities")
