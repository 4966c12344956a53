"""Merge records into one.

Does the code that is already running still run after this revision? Yes: it knows nothing of these
tables, and nothing is merged before the code that does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "record_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_merges")),
    )
    op.create_index(
        "ix_record_merges_survivor", "record_merges", ["record_type", "survivor_id"], unique=False
    )
    op.create_table(
        "merged_records",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["record_merges.id"],
            name=op.f("fk_merged_records_merge_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_type", "record_id", name=op.f("pk_merged_records")),
    )
    op.create_index(
        "ix_merged_records_into", "merged_records", ["record_type", "into_id"], unique=False
    )
    op.create_table(
        "record_merge_moves",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("was_id", sa.Uuid(), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["record_merges.id"],
            name=op.f("fk_record_merge_moves_merge_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merge_id", "place", "was_id", name=op.f("pk_record_merge_moves")),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("record_merge_moves")
    op.drop_index("ix_merged_records_into", table_name="merged_records")
    op.drop_table("merged_records")
    op.drop_index("ix_record_merges_survivor", table_name="record_merges")
    op.drop_table("record_merges")
