"""Keep opportunities, their pipelines and targets.

Does the code that is already running still run after this revision? Yes: it knows no
opportunities, and a lead without one is as it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

# What shipped roles of older workspaces may do with opportunities, as those of new ones may.
WORK = ("read", "create", "update", "delete", "win", "lose", "reopen")
GIVEN = {
    "admin": dict.fromkeys((*WORK, "export", "import"), 3),
    "manager": dict.fromkeys(WORK, 2) | dict.fromkeys(("read", "create", "export", "import"), 3),
    "sales_rep": dict.fromkeys(WORK, 1) | {"read": 2, "create": 3},
    "service_agent": dict.fromkeys(("update", "win", "lose", "reopen"), 1)
    | {"read": 2, "create": 3},
    "marketer": {"read": 3},
    "viewer": {"read": 3},
}
MANAGED = (("admin", "pipeline"), ("admin", "target"), ("manager", "target"))
PIPELINE = '{"en": "Sales", "zh-CN": "标准销售流程", "zh-TW": "標準銷售流程"}'
# Name, chance, forecast, colour, days until stale, what is asked for.
STAGES = (
    (
        '{"en": "Qualify", "zh-CN": "初步接洽", "zh-TW": "初步接洽"}',
        10,
        "pipeline",
        "blue",
        14,
        "[]",
    ),
    (
        '{"en": "Needs analysis", "zh-CN": "需求确认", "zh-TW": "需求確認"}',
        *(25, "pipeline", "teal", 21, "[]"),
    ),
    (
        '{"en": "Proposal", "zh-CN": "方案报价", "zh-TW": "方案報價"}',
        *(50, "best_case", "violet", 21, '["amount", "close_on"]'),
    ),
    (
        '{"en": "Negotiation", "zh-CN": "商务谈判", "zh-TW": "商務談判"}',
        *(75, "commit", "amber", 14, "[]"),
    ),
    ('{"en": "Signing", "zh-CN": "合同签订", "zh-TW": "合約簽訂"}', 90, "commit", "green", 7, "[]"),
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "pipelines",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipelines")),
    )
    op.create_table(
        "sales_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("of", sa.String(length=10), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_targets")),
        sa.UniqueConstraint("of", "of_id", "month", name="uq_sales_targets_month"),
    )
    op.create_table(
        "stages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("pipeline_id", sa.String(length=36), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("forecast_category", sa.String(length=60), nullable=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
        sa.Column("stale_after", sa.Integer(), nullable=False),
        sa.Column("required", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipelines.id"], name=op.f("fk_stages_pipeline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stages")),
    )
    op.create_index("ix_stages_pipeline", "stages", ["pipeline_id", "position"], unique=False)
    op.create_table(
        "opportunities",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("pipeline_id", sa.String(length=60), nullable=False),
        sa.Column("stage_id", sa.String(length=60), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probability", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("forecast_category", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("competitor", sa.String(length=60), nullable=True),
        sa.Column("won_reason", sa.String(length=60), nullable=True),
        sa.Column("lost_reason", sa.String(length=60), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("need", sa.Text(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_opportunities_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_opportunities_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipelines.id"], name=op.f("fk_opportunities_pipeline_id")
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stages.id"], name=op.f("fk_opportunities_stage_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunities")),
    )
    op.create_index(
        "ix_opportunities_account",
        "opportunities",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_board",
        "opportunities",
        ["stage_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'open' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_by_created_at",
        "opportunities",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_by_last_activity_at",
        "opportunities",
        [
            sa.literal_column(
                "coalesce(last_activity_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_by_name_sort",
        "opportunities",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_by_next_step_at",
        "opportunities",
        [
            sa.literal_column(
                "coalesce(next_step_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_by_updated_at",
        "opportunities",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_close_on",
        "opportunities",
        ["close_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_closed_on",
        "opportunities",
        ["closed_on", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_competitor",
        "opportunities",
        ["competitor", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_contact",
        "opportunities",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_deleted",
        "opportunities",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_opportunities_forecast_category",
        "opportunities",
        ["forecast_category", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_grams",
        "opportunities",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_lost_reason",
        "opportunities",
        ["lost_reason", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_next_step",
        "opportunities",
        ["next_step_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_open",
        "opportunities",
        ["owner_id", "close_on", "id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'open' AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_outcome",
        "opportunities",
        ["outcome", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_owner",
        "opportunities",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_pipeline_id",
        "opportunities",
        ["pipeline_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_search",
        "opportunities",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_source",
        "opportunities",
        ["source", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_stage",
        "opportunities",
        ["stage_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_tags",
        "opportunities",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_opportunities_won_reason",
        "opportunities",
        ["won_reason", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("leads", sa.Column("opportunity_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_leads_opportunity",
        "leads",
        ["opportunity_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_leads_opportunity_id"), "leads", "opportunities", ["opportunity_id"], ["id"]
    )
    _begin_pipeline()
    _give_rights()


def _begin_pipeline() -> None:
    """Give the workspace the usual pipeline, as new ones have it."""
    op.execute(
        "INSERT INTO pipelines (id, name, position, is_retired, version, created_at) "
        f"SELECT gen_random_uuid()::text, '{PIPELINE}'::jsonb, 0, false, 1, CURRENT_TIMESTAMP"
    )
    for position, (name, chance, forecast, colour, stale, required) in enumerate(STAGES):
        op.execute(
            "INSERT INTO stages (id, pipeline_id, name, position, probability, "  # noqa: S608
            "forecast_category, colour, stale_after, required) "
            f"SELECT gen_random_uuid()::text, id, '{name}'::jsonb, {position}, {chance}, "
            f"'{forecast}', '{colour}', {stale}, '{required}'::jsonb FROM pipelines"
        )


def _give_rights() -> None:
    for role, verbs in GIVEN.items():
        for verb, reach in verbs.items():
            _grant(role, "opportunity", verb, reach)
    for role, kind in MANAGED:
        _grant(role, kind, "manage", 3)
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def _grant(role: str, kind: str, verb: str, reach: int) -> None:
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
        f"SELECT gen_random_uuid(), id, '{kind}', '{verb}', {reach} FROM roles "
        f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
        f"WHERE record_type = '{kind}' AND verb = '{verb}' AND role_id = roles.id)"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type IN ('opportunity', 'pipeline', 'target')")
    op.drop_constraint(op.f("fk_leads_opportunity_id"), "leads", type_="foreignkey")
    op.drop_index(
        "ix_leads_opportunity", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_column("leads", "opportunity_id")
    op.drop_index(
        "ix_opportunities_won_reason",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_tags",
        table_name="opportunities",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_stage",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_source",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_search",
        table_name="opportunities",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_pipeline_id",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_owner",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_outcome",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_open",
        table_name="opportunities",
        postgresql_where=sa.text("outcome = 'open' AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_next_step",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_lost_reason",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_grams",
        table_name="opportunities",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_forecast_category",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_deleted",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_opportunities_contact",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_competitor",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_closed_on",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_close_on",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_by_updated_at",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_by_next_step_at",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_by_name_sort",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_by_last_activity_at",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_by_created_at",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_board",
        table_name="opportunities",
        postgresql_where=sa.text("outcome = 'open' AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_opportunities_account",
        table_name="opportunities",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("opportunities")
    op.drop_index("ix_stages_pipeline", table_name="stages")
    op.drop_table("stages")
    op.drop_table("sales_targets")
    op.drop_table("pipelines")
