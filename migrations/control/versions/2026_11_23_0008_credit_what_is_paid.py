"""Keep what is credited on a bank transfer, and let rows be written without `reminders`.

Does the code that is already running still run after this revision? Yes: it writes `reminders` as
before, and requests that it makes have no credit. The column goes in the release after this one.
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
    op.add_column(
        "transfer_request",
        sa.Column("credit", sa.Numeric(18, 4), server_default="0", nullable=False),
        schema="control",
    )
    op.add_column(
        "subscription_invoice",
        sa.Column("credited", sa.Numeric(18, 4), server_default="0", nullable=False),
        schema="control",
    )
    op.alter_column("subscription", "reminders", server_default="0", schema="control")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.alter_column("subscription", "reminders", server_default=None, schema="control")
    op.drop_column("subscription_invoice", "credited", schema="control")
    op.drop_column("transfer_request", "credit", schema="control")
