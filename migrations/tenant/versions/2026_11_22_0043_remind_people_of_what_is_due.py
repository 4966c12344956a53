"""Remind people of what is due.

Does the code that is already running still run after this revision? Yes: it leaves the new columns empty,
and what it plans is brought to nobody's mind until it is moved.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("users", sa.Column("remind", sa.String(length=10), nullable=True))
    op.add_column("activities", sa.Column("remind", sa.String(length=60), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name="fk_reminders_activity_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_reminders_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("activity_id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_at", "reminders", ["at"])
    op.create_index("ix_reminders_user", "reminders", ["user_id"])


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("reminders")
    op.drop_column("activities", "remind")
    op.drop_column("users", "remind")
