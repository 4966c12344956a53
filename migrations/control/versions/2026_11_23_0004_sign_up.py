"""Keep who signs up until their workspace is made; let a workspace's people change its own facts.

Does the code that is already running still run after this revision? Yes: it knows nothing of it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# What the settings of a workspace say of the firm.
SAID = "name, language, currency, zone, country"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("skeleton", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wishes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("welcome_digest", sa.String(length=64), nullable=True),
        sa.Column("welcome_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'refused', 'expired')", name=op.f("ck_sign_up_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        schema="control",
    )
    op.create_index(
        "uq_sign_up_skeleton",
        "sign_up",
        ["skeleton"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_sign_up_digest", "sign_up", ["digest"], unique=True, schema="control")
    op.create_index("ix_sign_up_tenant", "sign_up", ["tenant_id"], schema="control")
    op.create_index("ix_sign_up_created_at", "sign_up", ["created_at"], schema="control")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON control.sign_up TO zuke_app")
    op.execute(f"GRANT UPDATE ({SAID}) ON control.tenant TO zuke_app")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute(f"REVOKE UPDATE ({SAID}) ON control.tenant FROM zuke_app")
    op.drop_table("sign_up", schema="control")
