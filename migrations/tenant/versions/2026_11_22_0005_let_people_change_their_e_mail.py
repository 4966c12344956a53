"""Let people change their e-mail.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
table, and no row of it exists until the new code writes one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "email_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_email_changes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_changes")),
    )
    op.create_index("uq_email_changes_digest", "email_changes", ["digest"], unique=True)
    op.create_index("uq_email_changes_user", "email_changes", ["user_id"], unique=True)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_email_changes_user", table_name="email_changes")
    op.drop_index("uq_email_changes_digest", table_name="email_changes")
    op.drop_table("email_changes")
