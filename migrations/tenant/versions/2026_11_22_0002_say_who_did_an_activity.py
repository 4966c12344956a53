"""Say who did an activity.

Does the code that is already running still run after this revision? Yes: it neither reads nor
writes the new column. What was marked as done by a button is credited to who pressed it; all
else keeps no name here, and pages name its owner, as they did until now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("activities", sa.Column("done_by_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE activities SET done_by_id = completed.actor_id "
        "FROM (SELECT DISTINCT ON (record_id) record_id, actor_id FROM events "
        "WHERE record_type = 'activity' AND verb = 'completed' AND actor_id IS NOT NULL "
        "ORDER BY record_id, at DESC) AS completed "
        "WHERE activities.id = completed.record_id AND activities.done_at IS NOT NULL"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("activities", "done_by_id")
