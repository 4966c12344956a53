"""Run the console: a second step for operators, sizes of workspaces, certificates of erasure.

Does the code that is already running still run after this revision? Yes: it signs operators in as
before; under the new code, who is signed in signs in again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SECOND_STEP = "totp_secret, totp_confirmed_at, totp_last_step"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "erasure_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("asked_by", sa.String(length=300), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_to", postgresql.ARRAY(sa.String(length=254)), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files_gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_certificate")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_erasure_certificate_tenant_id")),
        schema="control",
    )
    op.create_table(
        "operator_code",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["control.operator.id"], name=op.f("fk_operator_code_operator_id")
        ),
        sa.PrimaryKeyConstraint("operator_id", "digest", name=op.f("pk_operator_code")),
        schema="control",
    )
    op.create_table(
        "tenant_size",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_tenant_size_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_size")),
        schema="control",
    )
    op.add_column("operator", sa.Column("totp_secret", sa.Text(), nullable=True), schema="control")
    op.add_column(
        "operator",
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        schema="control",
    )
    op.add_column(
        "operator", sa.Column("totp_last_step", sa.BigInteger(), nullable=True), schema="control"
    )
    op.add_column(
        "operator_session",
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        schema="control",
    )
    op.execute(f"GRANT UPDATE ({SECOND_STEP}) ON control.operator TO zuke_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON control.operator_code TO zuke_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON control.tenant_size TO zuke_app")
    op.execute("GRANT SELECT, UPDATE (files_gone_at) ON control.erasure_certificate TO zuke_app")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute(f"REVOKE UPDATE ({SECOND_STEP}) ON control.operator FROM zuke_app")
    op.drop_column("operator_session", "second_at", schema="control")
    op.drop_column("operator", "totp_last_step", schema="control")
    op.drop_column("operator", "totp_confirmed_at", schema="control")
    op.drop_column("operator", "totp_secret", schema="control")
    op.drop_table("tenant_size", schema="control")
    op.drop_table("operator_code", schema="control")
    op.drop_table("erasure_certificate", schema="control")
