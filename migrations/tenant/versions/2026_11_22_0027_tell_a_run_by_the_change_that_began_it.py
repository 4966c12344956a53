"""Tell a run by the change that began it.

Does the code that is already running still run after this revision? Yes: it never reads the new
column, which may be empty. Runs of changes that can still be undone learn their batch from the
event of their start.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("activity_plan_runs", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE activity_plan_runs AS run SET batch_id = event.batch_id FROM events AS event "
        "WHERE event.record_type = run.record_type AND event.record_id = run.record_id "
        "AND event.at = run.started_at AND event.verb = 'plan_started' "
        "AND event.batch_id IS NOT NULL"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("activity_plan_runs", "batch_id")
