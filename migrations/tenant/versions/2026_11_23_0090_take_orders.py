"""Take orders.

Does the code that is already running still run after this revision? Yes: it knows no orders, and the
order of a quote may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

# What shipped roles of older workspaces may do with orders, as those of new ones may.
ENDS = ("set_lines", "confirm", "deliver", "complete", "credit", "cancel", "reopen")
WORK = ("read", "create", "update", "delete", *ENDS)
GIVEN = {
    "admin": dict.fromkeys((*WORK, "export", "import"), 3),
    "manager": dict.fromkeys(WORK, 2) | dict.fromkeys(("read", "create", "export", "import"), 3),
    "sales_rep": dict.fromkeys(WORK, 1) | {"read": 2, "create": 3},
    "service_agent": {"read": 3},
    "marketer": {"read": 3},
    "viewer": {"read": 3},
}
ORDER_OF_QUOTE = {"admin": 3, "manager": 2, "sales_rep": 1}
HIDDEN_FROM = ("sales_rep", "service_agent", "marketer", "viewer")


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "orders",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("returns_id", sa.Uuid(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column(
            "number_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("price_book_id", sa.Uuid(), nullable=True),
        sa.Column("payment_days", sa.BigInteger(), nullable=True),
        sa.Column("deposit", sa.Numeric(precision=7, scale=4), nullable=True),
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
        sa.CheckConstraint(
            "(kind = 'return') = (returns_id IS NOT NULL)", name=op.f("ck_orders_returns")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_orders_account_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_orders_contact_id")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_orders_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["price_book_id"], ["price_books.id"], name=op.f("fk_orders_price_book_id")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_orders_quote_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["returns_id"], ["orders.id"], name=op.f("fk_orders_returns_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(
        "ix_orders_account",
        "orders",
        ["account_id", "ordered_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_book",
        "orders",
        ["price_book_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_bought",
        "orders",
        ["account_id", "ordered_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'completed' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_completed_at",
        "orders",
        [
            sa.literal_column(
                "coalesce(completed_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_created_at",
        "orders",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_delivered_at",
        "orders",
        [
            sa.literal_column(
                "coalesce(delivered_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_name_sort",
        "orders",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_number_sort",
        "orders",
        ["number_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_ordered_at",
        "orders",
        ["ordered_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_by_updated_at",
        "orders",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_contact",
        "orders",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_deleted",
        "orders",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_deliver_on",
        "orders",
        ["status", "deliver_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_grams",
        "orders",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_kind",
        "orders",
        ["kind", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_opportunity",
        "orders",
        ["opportunity_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_owner",
        "orders",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_returns",
        "orders",
        ["returns_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_search",
        "orders",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_status",
        "orders",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_orders_tags",
        "orders",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_orders_number",
        "orders",
        [sa.literal_column("lower(number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.create_index("uq_orders_quote", "orders", ["quote_id"], unique=True)
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
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
            ["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_order_lines_product_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
    )
    op.create_index(
        "ix_order_lines_product", "order_lines", ["product_id", "order_id"], unique=False
    )
    op.create_index("uq_order_lines_position", "order_lines", ["order_id", "position"], unique=True)
    op.add_column("quotes", sa.Column("order_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_quotes_order_id"),
        "quotes",
        "orders",
        ["order_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index("ix_quotes_order", "quotes", ["order_id"], unique=False)

    given = [
        ("order", role, verb, reach)
        for role, verbs in GIVEN.items()
        for verb, reach in verbs.items()
    ]
    given += [("quote", role, "order", reach) for role, reach in ORDER_OF_QUOTE.items()]
    for kind, role, verb, reach in given:
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
            f"SELECT gen_random_uuid(), id, '{kind}', '{verb}', {reach} FROM roles "
            f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
            f"WHERE record_type = '{kind}' AND verb = '{verb}' AND role_id = roles.id)"
        )
    for role in HIDDEN_FROM:
        for key in ("cost", "margin"):
            op.execute(
                "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
                f"SELECT gen_random_uuid(), id, 'order', '{key}', 0 FROM roles "
                f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM field_rules "
                f"WHERE record_type = 'order' AND field = '{key}' AND role_id = roles.id)"
            )
    # Who may not see what products cost learns it from no order either.
    for key in ("cost", "margin"):
        op.execute(
            "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
            f"SELECT gen_random_uuid(), role_id, 'order', '{key}', 0 FROM field_rules AS its "
            "WHERE record_type = 'product' AND field = 'cost' AND access = 0 "
            "AND NOT EXISTS (SELECT 1 FROM field_rules "
            f"WHERE record_type = 'order' AND field = '{key}' AND role_id = its.role_id)"
        )
    # Who may go beyond the terms with a quote may with an order as well.
    op.execute(
        "INSERT INTO authority_limits (id, role_id, subject, customer_class, most, updated_at) "
        "SELECT gen_random_uuid(), role_id, 'order_exceptions', customer_class, most, updated_at "
        "FROM authority_limits WHERE subject = 'quote_exceptions'"
    )
    op.execute("UPDATE stamps SET value = gen_random_uuid() WHERE name = 'approvals'")
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM authority_limits WHERE subject LIKE 'order\\_%'")
    op.execute("DELETE FROM field_rules WHERE record_type = 'order'")
    op.execute("DELETE FROM grants WHERE record_type = 'order'")
    op.execute("DELETE FROM grants WHERE record_type = 'quote' AND verb = 'order'")
    op.drop_index("ix_quotes_order", table_name="quotes")
    op.drop_constraint(op.f("fk_quotes_order_id"), "quotes", type_="foreignkey")
    op.drop_column("quotes", "order_id")
    op.drop_index("uq_order_lines_position", table_name="order_lines")
    op.drop_index("ix_order_lines_product", table_name="order_lines")
    op.drop_table("order_lines")
    op.drop_index("uq_orders_quote", table_name="orders")
    op.drop_index(
        "uq_orders_number",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.drop_index(
        "ix_orders_tags",
        table_name="orders",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_status", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_search",
        table_name="orders",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_returns", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_owner", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_opportunity", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_kind", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_grams",
        table_name="orders",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_deliver_on", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_deleted", table_name="orders", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "ix_orders_contact", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_by_updated_at",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_ordered_at",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_number_sort",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_name_sort",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_delivered_at",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_created_at",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_by_completed_at",
        table_name="orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_bought",
        table_name="orders",
        postgresql_where=sa.text("status = 'completed' AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_orders_book", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_orders_account", table_name="orders", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("orders")
