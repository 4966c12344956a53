"""Reckon what customers are worth, and who is leaving.

Does the code that is already running still run after this revision? Yes: it does not know the
tables, and reads grants of a kind more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(precision=18, scale=4)
DAYS = sa.Numeric(precision=9, scale=2)
# Who may what of it in older workspaces, unless somebody has decided on it.
GRANTS = (
    ("read", "'admin', 'manager', 'sales_rep', 'service_agent', 'marketer', 'viewer'"),
    ("compute", "'admin', 'manager'"),
    ("manage", "'admin'"),
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "insight_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_under_way", sa.Boolean(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["insight_runs.id"],
            name=op.f("fk_insight_runs_previous_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_runs")),
    )
    op.create_index("uq_insight_runs_under_way", "insight_runs", ["is_under_way"], unique=True)
    op.create_index(
        "uq_insight_runs_current",
        "insight_runs",
        ["is_current"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_index("ix_insight_runs_as_of", "insight_runs", ["as_of", "id"])
    op.create_index("ix_insight_runs_previous", "insight_runs", ["previous_id"])
    op.create_table(
        "insight_snapshots",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("recency_days", sa.Integer(), nullable=True),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("interval_median", DAYS, nullable=True),
        sa.Column("interval_mean", DAYS, nullable=True),
        sa.Column("usual_interval", DAYS, nullable=True),
        *(
            sa.Column(name, MONEY, nullable=False)
            for name in (
                "spent",
                "spent_90",
                "spent_before",
                "spent_year",
                "spent_year_before",
                "season_90",
                "season_before",
            )
        ),
        sa.Column("bought_90", sa.Integer(), nullable=False),
        sa.Column("bought_before", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.SmallInteger(), nullable=True) for name in ("r", "f", "m")),
        sa.Column("cell", sa.String(length=12), nullable=True),
        sa.Column("segment", sa.String(length=12), nullable=True),
        sa.Column("historic", MONEY, nullable=False),
        *(
            sa.Column(name, MONEY, nullable=True)
            for name in ("usual_year", "current", "open_value", "gap_value", "potential")
        ),
        *(
            sa.Column(name, sa.String(length=12), nullable=True)
            for name in ("quadrant", "quadrant_before", "customer_class", "tenure", "standing")
        ),
        sa.Column("risk", sa.Float(), nullable=True),
        sa.Column("at_risk", MONEY, nullable=True),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_insight_snapshots_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["insight_runs.id"],
            name=op.f("fk_insight_snapshots_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "account_id", name=op.f("pk_insight_snapshots")),
    )
    op.create_index(
        "uq_insight_snapshots_current",
        "insight_snapshots",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_index("ix_insight_snapshots_account", "insight_snapshots", ["account_id", "run_id"])
    op.create_index(
        "ix_insight_snapshots_at_risk",
        "insight_snapshots",
        ["run_id", "standing", "at_risk", "account_id"],
    )
    op.create_index(
        "ix_insight_snapshots_quadrant", "insight_snapshots", ["run_id", "quadrant", "account_id"]
    )
    op.create_index(
        "ix_insight_snapshots_cell", "insight_snapshots", ["run_id", "cell", "account_id"]
    )
    op.create_table(
        "insight_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_the_one", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current_by", sa.String(length=10), nullable=False),
        sa.Column("potential_by", sa.String(length=10), nullable=False),
        sa.Column("current_own", MONEY, nullable=True),
        sa.Column("potential_own", MONEY, nullable=True),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("margin_percent", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keeps_fields", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_the_one", name=op.f("ck_insight_settings_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_settings")),
    )
    op.create_index("uq_insight_settings_one", "insight_settings", ["is_the_one"], unique=True)
    op.create_table(
        "insight_rescues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("begun_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usual_interval", DAYS, nullable=False),
        sa.Column("usual_90", MONEY, nullable=False),
        sa.Column("at_risk", MONEY, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("spent", MONEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_insight_rescues_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_insight_rescues_activity_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_rescues")),
    )
    op.create_index(
        "uq_insight_rescues_open",
        "insight_rescues",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'open'"),
    )
    op.create_index(
        "ix_insight_rescues_account", "insight_rescues", ["account_id", "begun_on", "id"]
    )
    op.create_index("ix_insight_rescues_begun", "insight_rescues", ["begun_on", "id"])
    op.create_index("ix_insight_rescues_activity", "insight_rescues", ["activity_id"])
    for verb, roles in GRANTS:
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608  Our words.
            f"SELECT gen_random_uuid(), id, 'insight', '{verb}', 3 FROM roles "
            f"WHERE key IN ({roles})"
        )
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'insight'")
    op.drop_table("insight_rescues")
    op.drop_table("insight_settings")
    op.drop_table("insight_snapshots")
    op.drop_table("insight_runs")
