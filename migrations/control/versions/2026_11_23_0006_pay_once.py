"""Hold seats that are being paid for, know what was paid back, and take bank transfers.

Does the code that is already running still run after this revision? Yes: what it writes leaves the
new columns as they are, and it knows no transfers that are asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column(
        "subscription", sa.Column("held_seats", sa.Integer(), nullable=True), schema="control"
    )
    op.add_column(
        "subscription",
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        schema="control",
    )
    op.add_column(
        "subscription_invoice",
        sa.Column("returned", sa.Numeric(18, 4), server_default="0", nullable=False),
        schema="control",
    )
    op.add_column(
        "tax_invoice_request",
        sa.Column("answer", sa.String(length=500), server_default="", nullable=False),
        schema="control",
    )
    op.create_table(
        "transfer_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("interval", sa.String(length=5), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked', 'paid', 'withdrawn')",
            name=op.f("ck_transfer_request_status"),
        ),
        sa.CheckConstraint("seats > 0", name=op.f("ck_transfer_request_seats")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_transfer_request_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfer_request_reference")),
        schema="control",
    )
    op.create_index(
        "uq_transfer_request_live",
        "transfer_request",
        ["tenant_id"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON control.transfer_request TO zuke_app")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index(
        "uq_transfer_request_live",
        table_name="transfer_request",
        schema="control",
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.drop_table("transfer_request", schema="control")
    op.drop_column("tax_invoice_request", "answer", schema="control")
    op.drop_column("subscription_invoice", "returned", schema="control")
    op.drop_column("subscription", "held_until", schema="control")
    op.drop_column("subscription", "held_seats", schema="control")
