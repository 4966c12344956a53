"""Plans, subscriptions, our bills to firms, and what Stripe tells.

Does the code that is already running still run after this revision? Yes: it reads no new column,
and the new tables are nobody's before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "subscription",
    "subscription_invoice",
    "tax_invoice_request",
    "webhook_receipt",
    "stripe_call",
)
# What web and worker decide of a tenancy: its plan and state follow what was paid.
CHANGED = "state, plan, seats, modules, limits, trial_ends_at, pay_by, changed_at"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("tenant", sa.Column("seats", sa.Integer(), nullable=True), schema="control")
    op.add_column(
        "tenant",
        sa.Column("trial_ends_at", sa.DateTime(timezone=True), nullable=True),
        schema="control",
    )
    op.add_column(
        "tenant", sa.Column("pay_by", sa.DateTime(timezone=True), nullable=True), schema="control"
    )
    op.create_table(
        "subscription",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("stripe_customer_id", sa.String(length=80), nullable=True),
        sa.Column("stripe_id", sa.String(length=80), nullable=True),
        sa.Column("stripe_item_id", sa.String(length=80), nullable=True),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("interval", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancels_at_period_end", sa.Boolean(), nullable=False),
        sa.Column("cancel_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unpaid_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("interval IN ('month', 'year')", name=op.f("ck_subscription_interval")),
        sa.CheckConstraint(
            "way IN ('card', 'invoice', 'transfer')", name=op.f("ck_subscription_way")
        ),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_subscription_seats")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_subscription_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("stripe_customer_id", name=op.f("uq_subscription_stripe_customer_id")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_subscription_stripe_id")),
        schema="control",
    )
    op.create_table(
        "subscription_invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("stripe_id", sa.String(length=80), nullable=True),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("paid", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("pdf_url", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_subscription_invoice_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_invoice")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_subscription_invoice_stripe_id")),
        schema="control",
    )
    op.create_index(
        op.f("ix_subscription_invoice_tenant_id_issued_at"),
        "subscription_invoice",
        ["tenant_id", "issued_at"],
        unique=False,
        schema="control",
    )
    op.create_table(
        "tax_invoice_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("tax_number", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked', 'issued', 'refused')", name=op.f("ck_tax_invoice_request_status")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["control.subscription_invoice.id"],
            name=op.f("fk_tax_invoice_request_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_tax_invoice_request_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_invoice_request")),
        schema="control",
    )
    op.create_index(
        op.f("ix_tax_invoice_request_tenant_id_asked_at"),
        "tax_invoice_request",
        ["tenant_id", "asked_at"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "uq_tax_invoice_request_live",
        "tax_invoice_request",
        ["invoice_id"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("status <> 'refused'"),
    )
    op.create_table(
        "webhook_receipt",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'applied', 'ignored', 'refused')",
            name=op.f("ck_webhook_receipt_state"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_webhook_receipt")),
        schema="control",
    )
    op.create_index(
        op.f("ix_webhook_receipt_received_at"),
        "webhook_receipt",
        ["received_at"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "ix_webhook_receipt_waiting",
        "webhook_receipt",
        ["state"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "stripe_call",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stripe_call")),
        schema="control",
    )
    op.create_index(
        op.f("ix_stripe_call_tenant_id_made_at"),
        "stripe_call",
        ["tenant_id", "made_at"],
        unique=False,
        schema="control",
    )
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON control.{table} TO zuke_app")
    op.execute("GRANT DELETE ON control.webhook_receipt, control.stripe_call TO zuke_app")
    op.execute(f"GRANT UPDATE ({CHANGED}) ON control.tenant TO zuke_app")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute(f"REVOKE UPDATE ({CHANGED}) ON control.tenant FROM zuke_app")
    op.drop_index(
        op.f("ix_stripe_call_tenant_id_made_at"), table_name="stripe_call", schema="control"
    )
    op.drop_table("stripe_call", schema="control")
    op.drop_index(
        "ix_webhook_receipt_waiting",
        table_name="webhook_receipt",
        schema="control",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        op.f("ix_webhook_receipt_received_at"), table_name="webhook_receipt", schema="control"
    )
    op.drop_table("webhook_receipt", schema="control")
    op.drop_index(
        "uq_tax_invoice_request_live",
        table_name="tax_invoice_request",
        schema="control",
        postgresql_where=sa.text("status <> 'refused'"),
    )
    op.drop_index(
        op.f("ix_tax_invoice_request_tenant_id_asked_at"),
        table_name="tax_invoice_request",
        schema="control",
    )
    op.drop_table("tax_invoice_request", schema="control")
    op.drop_index(
        op.f("ix_subscription_invoice_tenant_id_issued_at"),
        table_name="subscription_invoice",
        schema="control",
    )
    op.drop_table("subscription_invoice", schema="control")
    op.drop_table("subscription", schema="control")
    op.drop_column("tenant", "pay_by", schema="control")
    op.drop_column("tenant", "trial_ends_at", schema="control")
    op.drop_column("tenant", "seats", schema="control")
