"""Hand over what a colleague holds.

Does the code that is already running still run after this revision? Yes: it knows neither table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "handovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("leaves", sa.Boolean(), nullable=False),
        sa.Column("rest_to_id", sa.Uuid(), nullable=True),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("views", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("undo_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undo_finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_handovers_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_created_at", "handovers", ["created_at"])
    op.create_index(
        "uq_handovers_draft",
        "handovers",
        ["user_id", "by_id"],
        unique=True,
        postgresql_where=sa.text("started_at IS NULL"),
    )
    op.create_index(
        "uq_handovers_under_way",
        "handovers",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("started_at IS NOT NULL AND finished_at IS NULL"),
    )
    op.create_table(
        "handover_rows",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["handovers.id"],
            name=op.f("fk_handover_rows_handover_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "handover_id", "record_type", "record_id", name=op.f("pk_handover_rows")
        ),
    )
    op.create_index(
        "ix_handover_rows_outcome",
        "handover_rows",
        ["handover_id", "outcome", "record_type", "record_id"],
    )
    op.create_index(
        "ix_handover_rows_to",
        "handover_rows",
        ["handover_id", "to_id", "record_type", "record_id"],
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("handover_rows")
    op.drop_table("handovers")
