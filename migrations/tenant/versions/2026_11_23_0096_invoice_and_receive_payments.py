"""Invoice and receive payments.

Does the code that is already running still run after this revision? Yes: it knows neither invoices
nor payments, and the thresholds of the terms have a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

# What shipped roles of older workspaces may do with them, as those of new ones may.
WORK = ("read", "create", "update", "delete")
BOOKS = {"invoice": ("issue", "credit", "cancel"), "payment": ("apply", "take_back", "refund")}
GIVEN = {
    "admin": (dict.fromkeys((*WORK, "export", "import"), 3), 3),
    "manager": (
        dict.fromkeys(WORK, 2) | dict.fromkeys(("read", "create", "export", "import"), 3),
        2,
    ),
    "sales_rep": ({"read": 2}, 0),
    "service_agent": ({"read": 3}, 0),
    "viewer": ({"read": 3}, 0),
}
# Asking for invoices, and for that of an order.
ASKING = {"create": 3, "update": 1, "delete": 1}
INVOICE_OF_ORDER = {"admin": 3, "manager": 2, "sales_rep": 1}


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "payments",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("refunds_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("applied", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column(
            "refunded", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False
        ),
        sa.Column("credit", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("method", sa.String(length=60), nullable=True),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("payer", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
            "(refunds_id IS NULL) = (amount > 0) AND amount <> 0", name=op.f("ck_payments_amount")
        ),
        sa.CheckConstraint(
            "applied >= 0 AND refunded >= 0 AND (refunds_id IS NOT NULL OR applied + refunded <= amount)",
            name=op.f("ck_payments_applied"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payments_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_payments_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["refunds_id"], ["payments.id"], name=op.f("fk_payments_refunds_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index(
        "ix_payments_account",
        "payments",
        ["account_id", "received_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_by_created_at",
        "payments",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_by_name_sort",
        "payments",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_by_received_on",
        "payments",
        ["received_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_by_updated_at",
        "payments",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_contact",
        "payments",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_deleted",
        "payments",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_grams",
        "payments",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_kind",
        "payments",
        ["kind", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_method",
        "payments",
        ["method", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_owner",
        "payments",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_refunds",
        "payments",
        ["refunds_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_search",
        "payments",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_payments_tags",
        "payments",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "invoices",
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column(
            "number_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("tax_number", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("instalment_id", sa.Uuid(), nullable=True),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("tax", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column(
            "credited", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False
        ),
        sa.Column("paid", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("open", sa.Numeric(precision=18, scale=4), server_default="0", nullable=False),
        sa.Column("settlement", sa.String(length=60), nullable=True),
        sa.Column("days_overdue", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_days", sa.BigInteger(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("is_disputed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("dispute_reason", sa.Text(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("tax_id", sa.String(length=80), nullable=True),
        sa.Column("bank_details", sa.Text(), nullable=True),
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
            "amount <> 0 AND (credits_id IS NULL) = (amount > 0)", name=op.f("ck_invoices_amount")
        ),
        sa.CheckConstraint(
            "credited <= 0 AND paid >= 0 AND (credits_id IS NOT NULL OR amount + credited >= paid)",
            name=op.f("ck_invoices_paid"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invoices_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_invoices_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["credits_id"], ["invoices.id"], name=op.f("fk_invoices_credits_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_invoices_contract_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["instalments.id"],
            name=op.f("fk_invoices_instalment_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
    )
    op.create_index(
        "ix_invoices_account",
        "invoices",
        ["account_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_by_created_at",
        "invoices",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_by_days_overdue",
        "invoices",
        ["days_overdue", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_by_name_sort",
        "invoices",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_by_number_sort",
        "invoices",
        ["number_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_by_updated_at",
        "invoices",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_contact",
        "invoices",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_contract",
        "invoices",
        ["contract_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_credits",
        "invoices",
        ["credits_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_deleted",
        "invoices",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_invoices_due",
        "invoices",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'issued' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_grams",
        "invoices",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_instalment",
        "invoices",
        ["instalment_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_issued",
        "invoices",
        ["issued_on", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'issued' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_order",
        "invoices",
        ["order_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_owner",
        "invoices",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_search",
        "invoices",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_settlement",
        "invoices",
        ["settlement", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_status",
        "invoices",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_invoices_tags",
        "invoices",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_invoices_number",
        "invoices",
        [sa.literal_column("lower(number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.create_table(
        "payment_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("instalment_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("taken", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount > 0 AND taken > 0", name=op.f("ck_payment_parts_amount")),
        sa.CheckConstraint(
            "num_nonnulls(invoice_id, instalment_id) = 1", name=op.f("ck_payment_parts_one")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoices.id"],
            name=op.f("fk_payment_parts_invoice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_payment_parts_payment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["instalments.id"],
            name=op.f("fk_payment_parts_instalment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_parts")),
    )
    op.create_index(
        "ix_payment_parts_instalment", "payment_parts", ["instalment_id", "id"], unique=False
    )
    op.create_index("ix_payment_parts_invoice", "payment_parts", ["invoice_id", "id"], unique=False)
    op.create_index("ix_payment_parts_payment", "payment_parts", ["payment_id", "id"], unique=False)
    op.add_column(
        "sales_terms",
        sa.Column(
            "judging", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
    )

    given = [
        (kind, role, verb, reach)
        for role, (verbs, _books) in GIVEN.items()
        for kind in BOOKS
        for verb, reach in verbs.items()
    ]
    given += [
        (kind, role, verb, books)
        for role, (_verbs, books) in GIVEN.items()
        for kind, verbs in BOOKS.items()
        for verb in verbs
        if books
    ]
    given += [("invoice", "sales_rep", verb, reach) for verb, reach in ASKING.items()]
    given += [("order", role, "invoice", reach) for role, reach in INVOICE_OF_ORDER.items()]
    for kind, role, verb, reach in given:
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
            f"SELECT gen_random_uuid(), id, '{kind}', '{verb}', {reach} FROM roles "
            f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
            f"WHERE record_type = '{kind}' AND verb = '{verb}' AND role_id = roles.id)"
        )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM authority_limits WHERE subject = 'invoice_amount'")
    op.execute("DELETE FROM field_rules WHERE record_type IN ('invoice', 'payment')")
    op.execute("DELETE FROM grants WHERE record_type IN ('invoice', 'payment')")
    op.execute("DELETE FROM grants WHERE record_type = 'order' AND verb = 'invoice'")
    op.drop_column("sales_terms", "judging")
    op.drop_index("ix_payment_parts_payment", table_name="payment_parts")
    op.drop_index("ix_payment_parts_invoice", table_name="payment_parts")
    op.drop_index("ix_payment_parts_instalment", table_name="payment_parts")
    op.drop_table("payment_parts")
    op.drop_index(
        "uq_invoices_number",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.drop_index(
        "ix_invoices_tags",
        table_name="invoices",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_status", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_invoices_settlement",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_search",
        table_name="invoices",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_owner", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_invoices_order", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_invoices_issued",
        table_name="invoices",
        postgresql_where=sa.text("status = 'issued' AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_instalment",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_grams",
        table_name="invoices",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_due",
        table_name="invoices",
        postgresql_where=sa.text("status = 'issued' AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_deleted",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_invoices_credits", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_invoices_contract",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_contact", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_invoices_by_updated_at",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_by_number_sort",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_by_name_sort",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_by_days_overdue",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_by_created_at",
        table_name="invoices",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_invoices_account", table_name="invoices", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("invoices")
    op.drop_index(
        "ix_payments_tags",
        table_name="payments",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_search",
        table_name="payments",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_refunds", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_payments_owner", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_payments_method", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_payments_kind", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_payments_grams",
        table_name="payments",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_deleted",
        table_name="payments",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_payments_contact", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_payments_by_updated_at",
        table_name="payments",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_by_received_on",
        table_name="payments",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_by_name_sort",
        table_name="payments",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_by_created_at",
        table_name="payments",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_payments_account", table_name="payments", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("payments")
