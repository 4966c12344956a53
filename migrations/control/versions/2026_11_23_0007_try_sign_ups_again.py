"""Know of sign-ups that failed, and let the console disable an operator.

Does the code that is already running still run after this revision? Yes: it leaves the new columns
empty, and reads neither.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for name in ("failed_at", "asked_again_at"):
        op.add_column(
            "sign_up",
            sa.Column(name, sa.DateTime(timezone=True), nullable=True),
            schema="control",
        )
    op.execute("GRANT UPDATE (is_active) ON control.operator TO zuke_app")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("REVOKE UPDATE (is_active) ON control.operator FROM zuke_app")
    for name in ("asked_again_at", "failed_at"):
        op.drop_column("sign_up", name, schema="control")
