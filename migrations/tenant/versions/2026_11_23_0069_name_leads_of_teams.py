"""Name leads of teams, how approvers came to be asked, and which rules have locked something.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new columns, and each has a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("teams", sa.Column("lead_id", sa.Uuid(), nullable=True))
    op.add_column(
        "approval_rules",
        sa.Column("has_locked", sa.Boolean(), server_default="false", nullable=False),
    )
    op.execute("UPDATE approval_rules SET has_locked = TRUE WHERE locks <> 'nothing'")
    op.add_column(
        "approval_steps",
        sa.Column("came", sa.String(length=20), server_default="named", nullable=False),
    )
    # Whoever was asked by a colleague is named by no rule.
    op.execute(
        "UPDATE approval_steps SET came = 'handed_on' FROM approval_notes "
        "WHERE approval_notes.request_id = approval_steps.request_id "
        "AND approval_notes.kind = 'handed_on' AND approval_notes.other_id = approval_steps.user_id"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("approval_steps", "came")
    op.drop_column("approval_rules", "has_locked")
    op.drop_column("teams", "lead_id")
