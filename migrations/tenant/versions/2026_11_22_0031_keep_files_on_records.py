"""Keep files on records.

Does the code that is already running still run after this revision? Yes: it knows none of the new
tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "file_storage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_the_one", sa.Boolean(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_the_one", name=op.f("ck_file_storage_one")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_file_storage_used")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_storage")),
    )
    op.create_index("uq_file_storage_one", "file_storage", ["is_the_one"], unique=True)
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sent_as", sa.String(length=120), nullable=False),
        sa.Column("drawing", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(
        "ix_files_deleted",
        "files",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_files_record", "files", ["record_type", "record_id", "created_at"], unique=False
    )
    op.create_table(
        "file_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sent_as", sa.String(length=120), nullable=False),
        sa.Column("drawing", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_versions_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_versions")),
    )
    op.create_index("uq_file_versions_number", "file_versions", ["file_id", "number"], unique=True)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_file_versions_number", table_name="file_versions")
    op.drop_table("file_versions")
    op.drop_index("ix_files_record", table_name="files")
    op.drop_index(
        "ix_files_deleted", table_name="files", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_table("files")
    op.drop_index("uq_file_storage_one", table_name="file_storage")
    op.drop_table("file_storage")
