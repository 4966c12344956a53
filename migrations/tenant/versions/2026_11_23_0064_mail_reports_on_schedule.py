"""Mail reports on schedule.

Does the code that is already running still run after this revision? Yes: it knows nothing of the new
tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "report_mailings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("business_days", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rhythm IN ('daily', 'weekly', 'monthly')", name=op.f("ck_report_mailings_rhythm")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_report_mailings_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_mailings")),
    )
    op.create_index(
        "uq_report_mailings_owner", "report_mailings", ["owner_id", "report"], unique=True
    )
    op.create_table(
        "report_readers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailing_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["report_mailings.id"],
            name=op.f("fk_report_readers_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_report_readers_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_readers")),
    )
    op.create_index("ix_report_readers_next_at", "report_readers", ["next_at"], unique=False)
    op.create_index("ix_report_readers_user", "report_readers", ["user_id"], unique=False)
    op.create_index(
        "uq_report_readers_mailing", "report_readers", ["mailing_id", "user_id"], unique=True
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_report_readers_mailing", table_name="report_readers")
    op.drop_index("ix_report_readers_user", table_name="report_readers")
    op.drop_index("ix_report_readers_next_at", table_name="report_readers")
    op.drop_table("report_readers")
    op.drop_index("uq_report_mailings_owner", table_name="report_mailings")
    op.drop_table("report_mailings")
