"""Tell people what others do with their records.

Does the code that is already running still run after this revision? Yes: it leaves the new columns
empty, and shows a notice without words as an empty line until it is replaced.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "users",
        sa.Column(
            "muted",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
    op.add_column("notices", sa.Column("record_type", sa.String(length=60), nullable=True))
    op.add_column("notices", sa.Column("record_id", sa.Uuid(), nullable=True))
    op.add_column("notices", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column("notices", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("number", sa.Integer(), nullable=True))
    op.create_index(
        "uq_notices_record",
        "notices",
        ["user_id", "record_type", "record_id"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL AND record_id IS NOT NULL"),
    )
    op.create_index(
        "uq_notices_batch",
        "notices",
        ["user_id", "record_type", "batch_id"],
        unique=True,
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM notices WHERE record_type IS NOT NULL")
    op.drop_index(
        "uq_notices_batch", table_name="notices", postgresql_where=sa.text("batch_id IS NOT NULL")
    )
    op.drop_index(
        "uq_notices_record",
        table_name="notices",
        postgresql_where=sa.text("read_at IS NULL AND record_id IS NOT NULL"),
    )
    for column in ("number", "since", "batch_id", "record_id", "record_type"):
        op.drop_column("notices", column)
    op.drop_column("users", "muted")
