"""Let a workspace lay out its forms.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
table, and no row of it exists until the new code writes one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "layouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name=op.f("fk_layouts_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layouts")),
    )
    op.create_index(
        "uq_layouts_everyone",
        "layouts",
        ["record_type"],
        unique=True,
        postgresql_where=sa.text("role_id IS NULL"),
    )
    op.create_index("uq_layouts_role", "layouts", ["record_type", "role_id"], unique=True)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_layouts_role", table_name="layouts")
    op.drop_index(
        "uq_layouts_everyone", table_name="layouts", postgresql_where=sa.text("role_id IS NULL")
    )
    op.drop_table("layouts")
