"""Find events for the audit.

Does the code that is already running still run after this revision? Yes: indexes change no answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_index("ix_events_at", "events", ["at", "id"])
    op.create_index("ix_events_type", "events", ["record_type", "at", "id"])
    op.create_index("ix_events_verb", "events", ["verb", "at", "id"])
    op.create_index(
        "ix_events_via",
        "events",
        ["via", "at", "id"],
        postgresql_where=sa.text("via <> 'web'"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for name in ("ix_events_via", "ix_events_verb", "ix_events_type", "ix_events_at"):
        op.drop_index(name, table_name="events")
