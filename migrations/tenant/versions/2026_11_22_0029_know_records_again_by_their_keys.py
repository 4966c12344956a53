"""Know records again by their keys.

Does the code that is already running still run after this revision? Yes: it knows nothing of these
tables. What it writes meanwhile gets its keys by `zuke jobs backfill duplicate-keys`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "duplicate_keys",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_type", "record_id", "key", name=op.f("pk_duplicate_keys")),
    )
    op.create_index(
        "ix_duplicate_keys_key",
        "duplicate_keys",
        ["record_type", "key", "record_id"],
        unique=False,
    )
    op.create_table(
        "shared_keys",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_type", "key", name=op.f("pk_shared_keys")),
    )
    op.create_table(
        "not_duplicates",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_not_duplicates_order")),
        sa.PrimaryKeyConstraint(
            "record_type", "key", "one_id", "other_id", name=op.f("pk_not_duplicates")
        ),
    )
    op.create_index(
        "ix_not_duplicates_one", "not_duplicates", ["record_type", "one_id"], unique=False
    )
    op.create_index(
        "ix_not_duplicates_other", "not_duplicates", ["record_type", "other_id"], unique=False
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_table("not_duplicates")
    op.drop_table("shared_keys")
    op.drop_table("duplicate_keys")
