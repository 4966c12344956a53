"""Tag records and change many at once.

Does the code that is already running still run after this revision? Yes: it knows none of the tables,
and a record without tags holds NULL, which is what it writes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "bulk_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
    )
    op.create_index("ix_bulk_changes_created_at", "bulk_changes", ["created_at"], unique=False)
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
    )
    op.create_index("uq_tags_key", "tags", ["record_type", "key"], unique=True)
    op.create_table(
        "works",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("is_cancellable", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
    )
    op.create_index("ix_works_created_at", "works", ["created_at"], unique=False)
    op.create_index("ix_works_user", "works", ["user_id", "created_at"], unique=False)
    op.create_table(
        "bulk_rows",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["bulk_changes.id"],
            name=op.f("fk_bulk_rows_change_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "record_id", name=op.f("pk_bulk_rows")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notices_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_at", "notices", ["at"], unique=False)
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_notices_user", "notices", ["user_id", "at"], unique=False)
    op.add_column("accounts", sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index(
        "ix_accounts_tags",
        "accounts",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("activities", sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index(
        "ix_activities_tags",
        "activities",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("contacts", sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index(
        "ix_contacts_tags",
        "contacts",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'tag', 'create', 3 FROM roles "
        "WHERE key IN ('admin', 'manager', 'sales_rep', 'service_agent', 'marketer')"
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'tag', 'manage', 3 FROM roles "
        "WHERE key IN ('admin', 'manager')"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute(
        "UPDATE roles SET stamp = md5(stamp::text)::uuid "
        "WHERE key IN ('admin', 'manager', 'sales_rep', 'service_agent', 'marketer')"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'tag'")
    op.drop_index(
        "ix_contacts_tags",
        table_name="contacts",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_column("contacts", "tags")
    op.drop_index(
        "ix_activities_tags",
        table_name="activities",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_column("activities", "tags")
    op.drop_index(
        "ix_accounts_tags",
        table_name="accounts",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_column("accounts", "tags")
    op.drop_index("ix_notices_user", table_name="notices")
    op.drop_index(
        "ix_notices_unread", table_name="notices", postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index("ix_notices_at", table_name="notices")
    op.drop_table("notices")
    op.drop_table("bulk_rows")
    op.drop_index("ix_works_user", table_name="works")
    op.drop_index("ix_works_created_at", table_name="works")
    op.drop_table("works")
    op.drop_index("uq_tags_key", table_name="tags")
    op.drop_table("tags")
    op.drop_index("ix_bulk_changes_created_at", table_name="bulk_changes")
    op.drop_table("bulk_changes")
