"""Agree in contracts.

Does the code that is already running still run after this revision? Yes: it knows no contracts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

# What shipped roles of older workspaces may do with contracts, as those of new ones may.
ENDS = ("set_instalments", "sign", "renew", "reach", "begin", "end", "terminate", "reopen")
WORK = ("read", "create", "update", "delete", *ENDS)
GIVEN = {
    "admin": dict.fromkeys((*WORK, "export", "import"), 3),
    "manager": dict.fromkeys(WORK, 2) | dict.fromkeys(("read", "create", "export", "import"), 3),
    "sales_rep": dict.fromkeys(WORK, 1) | {"read": 2, "create": 3},
    "service_agent": {"read": 3},
    "marketer": {"read": 3},
    "viewer": {"read": 3},
}
MADE_OF = {"admin": 3, "manager": 2, "sales_rep": 1}


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "contracts",
        sa.Column("number", sa.String(length=80), nullable=True),
        sa.Column(
            "number_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("next_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("payment_days", sa.BigInteger(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.BigInteger(), nullable=True),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("renews", sa.String(length=60), nullable=False),
        sa.Column("our_signatory", sa.String(length=200), nullable=True),
        sa.Column("their_signatory", sa.String(length=200), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("terminate_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("exceptions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("instalment_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("collected_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("progress", sa.String(length=80), nullable=True),
        sa.Column("collected", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("collected_share", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
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
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contracts_days")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_contracts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contracts_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["next_id"], ["contracts.id"], name=op.f("fk_contracts_next_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_contracts_opportunity_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_contracts_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["contracts.id"],
            name=op.f("fk_contracts_previous_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_contracts_quote_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
    )
    op.create_index(
        "ix_contracts_account",
        "contracts",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_by_created_at",
        "contracts",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_by_name_sort",
        "contracts",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_by_number_sort",
        "contracts",
        ["number_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_by_updated_at",
        "contracts",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_contact",
        "contracts",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_deleted",
        "contracts",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_contracts_ends_on",
        "contracts",
        ["status", "ends_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_grams",
        "contracts",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_kind",
        "contracts",
        ["kind", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_contracts_next", "contracts", ["next_id", "id"], unique=False)
    op.create_index(
        "ix_contracts_next_due_on",
        "contracts",
        ["next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("next_due_on IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_notice_on",
        "contracts",
        ["status", "notice_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_opportunity",
        "contracts",
        ["opportunity_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_contracts_order", "contracts", ["order_id", "id"], unique=False)
    op.create_index(
        "ix_contracts_owner",
        "contracts",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_contracts_previous", "contracts", ["previous_id", "id"], unique=False)
    op.create_index("ix_contracts_quote", "contracts", ["quote_id", "id"], unique=False)
    op.create_index(
        "ix_contracts_renews",
        "contracts",
        ["renews", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_search",
        "contracts",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_starts_on",
        "contracts",
        ["status", "starts_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_status",
        "contracts",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contracts_tags",
        "contracts",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_contracts_number",
        "contracts",
        [sa.literal_column("lower(number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.create_table(
        "instalments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("share", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("due_by", sa.String(length=60), nullable=False),
        sa.Column("milestone", sa.String(length=80), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_instalments_amount")),
        sa.CheckConstraint("days >= 0", name=op.f("ck_instalments_days")),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_instalments_contract_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalments")),
    )
    op.create_index(
        "ix_instalments_contract", "instalments", ["contract_id", "position", "id"], unique=False
    )
    op.create_index("ix_instalments_due_on", "instalments", ["due_on", "id"], unique=False)

    given = [
        ("contract", role, verb, reach)
        for role, verbs in GIVEN.items()
        for verb, reach in verbs.items()
    ]
    given += [
        (kind, role, "contract", reach)
        for kind in ("quote", "order")
        for role, reach in MADE_OF.items()
    ]
    for kind, role, verb, reach in given:
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
            f"SELECT gen_random_uuid(), id, '{kind}', '{verb}', {reach} FROM roles "
            f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
            f"WHERE record_type = '{kind}' AND verb = '{verb}' AND role_id = roles.id)"
        )
    # Who may go beyond the terms with a quote may with a contract as well.
    op.execute(
        "INSERT INTO authority_limits (id, role_id, subject, customer_class, most, updated_at) "
        "SELECT gen_random_uuid(), role_id, 'contract_exceptions', customer_class, most, "
        "updated_at FROM authority_limits WHERE subject = 'quote_exceptions'"
    )
    op.execute("UPDATE stamps SET value = gen_random_uuid() WHERE name = 'approvals'")
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM authority_limits WHERE subject LIKE 'contract\\_%'")
    op.execute("DELETE FROM grants WHERE record_type = 'contract' OR verb = 'contract'")
    op.drop_index("ix_instalments_due_on", table_name="instalments")
    op.drop_index("ix_instalments_contract", table_name="instalments")
    op.drop_table("instalments")
    op.drop_index(
        "uq_contracts_number",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.drop_index(
        "ix_contracts_tags",
        table_name="contracts",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_status",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_starts_on",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_search",
        table_name="contracts",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_renews",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_contracts_quote", table_name="contracts")
    op.drop_index("ix_contracts_previous", table_name="contracts")
    op.drop_index(
        "ix_contracts_owner", table_name="contracts", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index("ix_contracts_order", table_name="contracts")
    op.drop_index(
        "ix_contracts_opportunity",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_notice_on",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_next_due_on",
        table_name="contracts",
        postgresql_where=sa.text("next_due_on IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index("ix_contracts_next", table_name="contracts")
    op.drop_index(
        "ix_contracts_kind", table_name="contracts", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_contracts_grams",
        table_name="contracts",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_ends_on",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_deleted",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_contracts_contact",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_by_updated_at",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_by_number_sort",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_by_name_sort",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_by_created_at",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contracts_account",
        table_name="contracts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("contracts")
