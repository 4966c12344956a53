"""The shared tables as the first release has them.

Does the code that is already running still run after this revision? No code ran before it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "freed_slug",
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("skeleton", sa.String(length=63), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_freed_slug")),
        schema="control",
    )
    op.create_index(
        op.f("ix_freed_slug_skeleton"), "freed_slug", ["skeleton"], unique=False, schema="control"
    )
    op.create_table(
        "hit",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_hit")),
        schema="control",
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("db_role", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="ready", nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'running', 'done', 'dead')", name=op.f("ck_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        schema="control",
    )
    op.create_index(
        "ix_job_finished",
        "job",
        ["finished_at"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("state IN ('done', 'dead')"),
    )
    op.create_index(
        "ix_job_ready",
        "job",
        ["tenant_id", "run_at"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_job_running",
        "job",
        ["tenant_id"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "uq_job_key",
        "job",
        ["tenant_id", "key"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("key IS NOT NULL AND state = 'ready'"),
    )
    op.create_table(
        "mail_hint",
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("email_digest", "tenant_id", name=op.f("pk_mail_hint")),
        schema="control",
    )
    op.create_table(
        "operator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("email", name=op.f("uq_operator_email")),
        schema="control",
    )
    op.create_table(
        "operator_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_event")),
        schema="control",
    )
    op.create_index(
        op.f("ix_operator_event_tenant_id_at"),
        "operator_event",
        ["tenant_id", "at"],
        unique=False,
        schema="control",
    )
    op.create_table(
        "schedule",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_schedule")),
        schema="control",
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("skeleton", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("db_role", sa.String(length=63), nullable=False),
        sa.Column("schema_name", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("modules", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("starter", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('trial', 'active', 'past_due', 'suspended', 'erased')",
            name=op.f("ck_tenant_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("schema_name", name=op.f("uq_tenant_schema_name")),
        sa.UniqueConstraint("skeleton", name=op.f("uq_tenant_skeleton")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
        schema="control",
    )
    op.create_table(
        "domain",
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_domain_tenant_id")
        ),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_domain")),
        schema="control",
    )
    op.create_index(
        op.f("ix_domain_tenant_id"), "domain", ["tenant_id"], unique=False, schema="control"
    )
    op.create_table(
        "operator_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["control.operator.id"], name=op.f("fk_operator_session_operator_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_operator_session")),
        schema="control",
    )
    op.create_index(
        op.f("ix_operator_session_operator_id"),
        "operator_session",
        ["operator_id"],
        unique=False,
        schema="control",
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index(
        op.f("ix_operator_session_operator_id"), table_name="operator_session", schema="control"
    )
    op.drop_table("operator_session", schema="control")
    op.drop_index(op.f("ix_domain_tenant_id"), table_name="domain", schema="control")
    op.drop_table("domain", schema="control")
    op.drop_table("tenant", schema="control")
    op.drop_table("schedule", schema="control")
    op.drop_index(
        op.f("ix_operator_event_tenant_id_at"), table_name="operator_event", schema="control"
    )
    op.drop_table("operator_event", schema="control")
    op.drop_table("operator", schema="control")
    op.drop_table("mail_hint", schema="control")
    op.drop_index(
        "uq_job_key",
        table_name="job",
        schema="control",
        postgresql_where=sa.text("key IS NOT NULL AND state = 'ready'"),
    )
    op.drop_index(
        "ix_job_running",
        table_name="job",
        schema="control",
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "ix_job_ready",
        table_name="job",
        schema="control",
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.drop_index(
        "ix_job_finished",
        table_name="job",
        schema="control",
        postgresql_where=sa.text("state IN ('done', 'dead')"),
    )
    op.drop_table("job", schema="control")
    op.drop_table("hit", schema="control")
    op.drop_index(op.f("ix_freed_slug_skeleton"), table_name="freed_slug", schema="control")
    op.drop_table("freed_slug", schema="control")
