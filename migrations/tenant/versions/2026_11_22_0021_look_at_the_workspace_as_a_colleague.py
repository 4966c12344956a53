"""Look at the workspace as a colleague.

Does the code that is already running still run after this revision? Yes: it neither reads nor writes
the new column, and no session has a colleague in it before the new code runs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("user_sessions", sa.Column("preview_user_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_user_sessions_preview_user_id"),
        "user_sessions",
        "users",
        ["preview_user_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_constraint(
        op.f("fk_user_sessions_preview_user_id"), "user_sessions", type_="foreignkey"
    )
    op.drop_column("user_sessions", "preview_user_id")
