"""Offer in quotes.

Does the code that is already running still run after this revision? Yes: it knows no quotes, and the
payment record of accounts may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


# What shipped roles of older workspaces may do with quotes, as those of new ones may.
ENDS = ("set_lines", "send", "accept", "decline", "withdraw", "revise", "expire")
WORK = ("read", "create", "update", "delete", *ENDS)
GIVEN = {
    "admin": dict.fromkeys((*WORK, "export", "import"), 3),
    "manager": dict.fromkeys(WORK, 2) | dict.fromkeys(("read", "create", "export", "import"), 3),
    "sales_rep": dict.fromkeys(WORK, 1) | {"read": 2, "create": 3},
    "service_agent": {"read": 3},
    "marketer": {"read": 3},
    "viewer": {"read": 3},
}
HIDDEN_FROM = ("sales_rep", "service_agent", "marketer", "viewer")
JUDGED_FOR = ("sales_rep", "service_agent", "marketer")


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "sales_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("big_sizes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_terms")),
    )
    op.create_table(
        "quotes",
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column(
            "number_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("price_book_id", sa.Uuid(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("payment_days", sa.BigInteger(), nullable=True),
        sa.Column("deposit", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("intro", sa.Text(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("tax", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("total", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("discount", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("cost", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("margin", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("exceptions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "terms", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_from", sa.String(length=80), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
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
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_quotes_account_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_quotes_contact_id")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_quotes_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["price_book_id"], ["price_books.id"], name=op.f("fk_quotes_price_book_id")
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["quotes.id"], name=op.f("fk_quotes_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    op.create_index(
        "ix_quotes_account",
        "quotes",
        ["account_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_book",
        "quotes",
        ["price_book_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_created_at",
        "quotes",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_decided_at",
        "quotes",
        [
            sa.literal_column(
                "coalesce(decided_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_name_sort",
        "quotes",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_number_sort",
        "quotes",
        ["number_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_sent_at",
        "quotes",
        [
            sa.literal_column(
                "coalesce(sent_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_by_updated_at",
        "quotes",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_contact",
        "quotes",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_deleted",
        "quotes",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_quotes_grams",
        "quotes",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_opportunity",
        "quotes",
        ["opportunity_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_owner",
        "quotes",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_replaces",
        "quotes",
        ["replaces_id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_search",
        "quotes",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_status",
        "quotes",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_tags",
        "quotes",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_quotes_valid_until",
        "quotes",
        ["status", "valid_until", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("uq_quotes_link", "quotes", ["link_digest"], unique=True)
    op.create_table(
        "quote_lines",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=True),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("list_price", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("discount", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("discount_amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("tax_rate", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_quote_lines_product_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_quote_lines_quote_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_lines")),
    )
    op.create_index(
        "ix_quote_lines_product", "quote_lines", ["product_id", "quote_id"], unique=False
    )
    op.create_index("uq_quote_lines_position", "quote_lines", ["quote_id", "position"], unique=True)
    op.add_column("accounts", sa.Column("payment_record", sa.String(length=60), nullable=True))

    for role, verbs in GIVEN.items():
        for verb, reach in verbs.items():
            op.execute(
                "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
                f"SELECT gen_random_uuid(), id, 'quote', '{verb}', {reach} FROM roles "
                f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
                f"WHERE record_type = 'quote' AND verb = '{verb}' AND role_id = roles.id)"
            )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'terms', 'manage', 3 FROM roles WHERE key = 'admin' "
        "AND NOT EXISTS (SELECT 1 FROM grants WHERE record_type = 'terms')"
    )
    for role in HIDDEN_FROM:
        for key in ("cost", "margin"):
            op.execute(
                "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
                f"SELECT gen_random_uuid(), id, 'quote', '{key}', 0 FROM roles "
                f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM field_rules "
                f"WHERE record_type = 'quote' AND field = '{key}' AND role_id = roles.id)"
            )
    # Who may not see what products cost learns it from no quote either.
    for key in ("cost", "margin"):
        op.execute(
            "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
            f"SELECT gen_random_uuid(), role_id, 'quote', '{key}', 0 FROM field_rules AS its "
            "WHERE record_type = 'product' AND field = 'cost' AND access = 0 "
            "AND NOT EXISTS (SELECT 1 FROM field_rules "
            f"WHERE record_type = 'quote' AND field = '{key}' AND role_id = its.role_id)"
        )
    # How a customer pays decides what may be agreed with them: not for those who agree it to say.
    for role in JUDGED_FOR:
        op.execute(
            "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
            "SELECT gen_random_uuid(), id, 'account', 'payment_record', 1 FROM roles "
            f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM field_rules "
            "WHERE record_type = 'account' AND field = 'payment_record' AND role_id = roles.id)"
        )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM field_rules WHERE record_type = 'quote'")
    op.execute("DELETE FROM field_rules WHERE record_type = 'account' AND field = 'payment_record'")
    op.execute("DELETE FROM grants WHERE record_type IN ('quote', 'terms')")
    op.drop_column("accounts", "payment_record")
    op.drop_index("uq_quote_lines_position", table_name="quote_lines")
    op.drop_index("ix_quote_lines_product", table_name="quote_lines")
    op.drop_table("quote_lines")
    op.drop_index("uq_quotes_link", table_name="quotes")
    op.drop_index(
        "ix_quotes_valid_until", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_tags",
        table_name="quotes",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_status", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_search",
        table_name="quotes",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_replaces", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_owner", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_opportunity", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_grams",
        table_name="quotes",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_deleted", table_name="quotes", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "ix_quotes_contact", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_by_updated_at",
        table_name="quotes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_by_sent_at", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_by_number_sort",
        table_name="quotes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_by_name_sort",
        table_name="quotes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_by_decided_at",
        table_name="quotes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_by_created_at",
        table_name="quotes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_quotes_book", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_quotes_account", table_name="quotes", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("quotes")
    op.drop_table("sales_terms")
