"""Keep who stopped a mailed report.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new column, and shows a mailing that ended as one that is mailed to nobody.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "report_mailings", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("report_mailings", "ended_at")
