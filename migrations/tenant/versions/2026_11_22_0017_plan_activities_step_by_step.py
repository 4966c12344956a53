"""Plan activities step by step.

Does the code that is already running still run after this revision? Yes: it never reads the new
tables and the new column, which may be empty, and never asks for the grants.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "activity_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("record_types", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_plans")),
    )
    op.create_table(
        "activity_plan_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["activity_plans.id"], name=op.f("fk_activity_plan_runs_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_plan_runs")),
    )
    op.create_index(
        "ix_activity_plan_runs_record",
        "activity_plan_runs",
        ["record_type", "record_id"],
        unique=False,
    )
    op.add_column("activities", sa.Column("plan_run_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_activities_plan_run_id"),
        "activities",
        "activity_plan_runs",
        ["plan_run_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_activities_plan_run",
        "activities",
        ["plan_run_id"],
        unique=False,
        postgresql_where=sa.text("plan_run_id IS NOT NULL"),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), role_id, record_type, v.verb, reach FROM grants "
        "CROSS JOIN (VALUES ('start_plan'), ('stop_plan')) AS v (verb) "
        "WHERE record_type IN ('account', 'contact') AND grants.verb = 'update'"
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'plan', 'manage', 3 FROM roles "
        "WHERE key IN ('admin', 'manager')"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'plan' OR verb LIKE '%!_plan' ESCAPE '!'")
    op.drop_index(
        "ix_activities_plan_run",
        table_name="activities",
        postgresql_where=sa.text("plan_run_id IS NOT NULL"),
    )
    op.drop_constraint(op.f("fk_activities_plan_run_id"), "activities", type_="foreignkey")
    op.drop_column("activities", "plan_run_id")
    op.drop_index("ix_activity_plan_runs_record", table_name="activity_plan_runs")
    op.drop_table("activity_plan_runs")
    op.drop_table("activity_plans")
