"""Find mails that wait.

Does the code that is already running still run after this revision? Yes: it is an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_index(
        "ix_incoming_mails_waiting",
        "incoming_mails",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("ix_incoming_mails_waiting", table_name="incoming_mails")
