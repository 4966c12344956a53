"""Take everything out.

Does the code that is already running still run after this revision? Yes: it knows neither table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "farewells",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewells")),
    )
    op.create_index(
        "uq_farewells_open",
        "farewells",
        [sa.literal_column("(1)")],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "takeouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeouts")),
    )
    op.create_index("ix_takeouts_created_at", "takeouts", ["created_at"], unique=False)
    op.create_index(
        "uq_takeouts_under_way",
        "takeouts",
        [sa.literal_column("(1)")],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index(
        "uq_takeouts_under_way",
        table_name="takeouts",
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.drop_index("ix_takeouts_created_at", table_name="takeouts")
    op.drop_table("takeouts")
    op.drop_index(
        "uq_farewells_open",
        table_name="farewells",
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.drop_table("farewells")
