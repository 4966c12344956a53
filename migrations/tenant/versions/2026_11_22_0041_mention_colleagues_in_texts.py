"""Mention colleagues in texts.

Does the code that is already running still run after this revision? Yes: it leaves the new columns empty,
so that a notice it writes tells no kind, and a text it writes mentions nobody.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("notices", sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("activities", sa.Column("mentions", postgresql.JSONB(), nullable=True))
    op.create_index(
        "ix_activities_mentions",
        "activities",
        ["mentions"],
        postgresql_using="gin",
        postgresql_where=sa.text("mentions IS NOT NULL"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("ix_activities_mentions", table_name="activities")
    op.drop_column("activities", "mentions")
    op.drop_column("notices", "kinds")
