"""Price in books.

Does the code that is already running still run after this revision? Yes: it knows no prices.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


# What shipped roles of older workspaces may do with prices, as those of new ones may.
KINDS = ("price_book", "price")
WORK = ("read", "create", "update", "delete", "export", "import")
GIVEN = {
    "admin": WORK,
    "manager": WORK,
    "sales_rep": ("read",),
    "service_agent": ("read",),
    "marketer": ("read",),
    "viewer": ("read",),
}
ALL = 3


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "price_books",
        sa.Column(
            "name",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
        ),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column(
            "name_sort_zh", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("customer_kind", sa.String(length=60), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.Uuid(), nullable=True),
        sa.Column("delete_batch_id", sa.Uuid(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text(), as_tuple=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("search_grams", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_price_books_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_books")),
    )
    op.create_index(
        "ix_price_books_by_created_at",
        "price_books",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_by_name_sort",
        "price_books",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_by_name_sort_zh",
        "price_books",
        ["name_sort_zh", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_by_updated_at",
        "price_books",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_customer_kind",
        "price_books",
        ["customer_kind", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_deleted",
        "price_books",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_price_books_grams",
        "price_books",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_owner",
        "price_books",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_search",
        "price_books",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_price_books_tags",
        "price_books",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "prices",
        sa.Column("price_book_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
        ),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column(
            "name_sort_zh", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("min_quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.Numeric(precision=24, scale=12), server_default="1", nullable=False),
        sa.Column("rate_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("own_digits", sa.Integer(), server_default="2", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.Uuid(), nullable=True),
        sa.Column("delete_batch_id", sa.Uuid(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text(), as_tuple=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("search_grams", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("min_quantity >= 1", name=op.f("ck_prices_quantity")),
        sa.ForeignKeyConstraint(
            ["price_book_id"], ["price_books.id"], name=op.f("fk_prices_price_book_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_prices_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_index(
        "ix_prices_book",
        "prices",
        ["price_book_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_by_created_at",
        "prices",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_by_min_quantity",
        "prices",
        ["min_quantity", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_by_name_sort",
        "prices",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_by_name_sort_zh",
        "prices",
        ["name_sort_zh", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_by_updated_at",
        "prices",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_deleted",
        "prices",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_prices_grams",
        "prices",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_owner",
        "prices",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_product",
        "prices",
        ["product_id", "currency", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_search",
        "prices",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_prices_tags",
        "prices",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    for role, verbs in GIVEN.items():
        for kind in KINDS:
            for verb in verbs:
                op.execute(
                    "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
                    f"SELECT gen_random_uuid(), id, '{kind}', '{verb}', {ALL} FROM roles "
                    f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
                    f"WHERE record_type = '{kind}' AND verb = '{verb}' AND role_id = roles.id)"
                )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type IN ('price_book', 'price')")
    op.drop_index(
        "ix_prices_tags",
        table_name="prices",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_search",
        table_name="prices",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_product", table_name="prices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_prices_owner", table_name="prices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_prices_grams",
        table_name="prices",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_deleted", table_name="prices", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "ix_prices_by_updated_at",
        table_name="prices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_by_name_sort_zh",
        table_name="prices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_by_name_sort",
        table_name="prices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_by_min_quantity",
        table_name="prices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_by_created_at",
        table_name="prices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_prices_book", table_name="prices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("prices")
    op.drop_index(
        "ix_price_books_tags",
        table_name="price_books",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_search",
        table_name="price_books",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_owner",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_grams",
        table_name="price_books",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_deleted",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_price_books_customer_kind",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_by_updated_at",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_by_name_sort_zh",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_by_name_sort",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_price_books_by_created_at",
        table_name="price_books",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("price_books")
