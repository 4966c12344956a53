"""Keep leads.

Does the code that is already running still run after this revision? Yes: it knows no leads.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


# What shipped roles of older workspaces may do with leads, as those of new ones may.
WORK = ("read", "create", "update", "delete", "convert", "disqualify", "reopen")
GIVEN = {
    "admin": dict.fromkeys((*WORK, "export", "import", "claim", "return", "reassign"), 3)
    | {"distribute": 3, "see_pool": 3},
    "manager": dict.fromkeys((*WORK, "return", "reassign", "distribute"), 2)
    | {"read": 3, "create": 3, "export": 3, "import": 3, "claim": 3, "see_pool": 3},
    "sales_rep": dict.fromkeys((*WORK, "return"), 1)
    | {"read": 2, "create": 3, "claim": 3, "see_pool": 3},
    "service_agent": {"read": 1, "create": 3},
    "marketer": dict.fromkeys(WORK, 3) | {"delete": 1},
    "viewer": {"read": 3},
}


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "leads",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "name_sort", sa.String(length=200, collation="C"), server_default="", nullable=False
        ),
        sa.Column("last_name", sa.String(length=80), nullable=True),
        sa.Column("first_name", sa.String(length=80), nullable=True),
        sa.Column("company", sa.String(length=200), nullable=True),
        sa.Column("company_sort", sa.String(length=200, collation="C"), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("wechat", sa.String(length=80), nullable=True),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("need", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("rating", sa.String(length=60), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("industry", sa.String(length=60), nullable=True),
        sa.Column("country", sa.String(length=80), nullable=True),
        sa.Column("province", sa.String(length=80), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("city_sort", sa.String(length=200, collation="C"), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("disqualify_reason", sa.String(length=60), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_leads_account_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_leads_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(
        "ix_leads_account",
        "leads",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_board",
        "leads",
        ["status", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_city_sort",
        "leads",
        ["city_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_company_sort",
        "leads",
        ["company_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_converted_at",
        "leads",
        [
            sa.literal_column(
                "coalesce(converted_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_created_at",
        "leads",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_email",
        "leads",
        [sa.literal_column('(lower(email) COLLATE "C")'), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_last_activity_at",
        "leads",
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
        "ix_leads_by_name_sort",
        "leads",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_next_step_at",
        "leads",
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
        "ix_leads_by_phone",
        "leads",
        [sa.literal_column('(lower(phone) COLLATE "C")'), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_by_updated_at",
        "leads",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_contact",
        "leads",
        ["contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_country",
        "leads",
        ["country", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_deleted",
        "leads",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_disqualify_reason",
        "leads",
        ["disqualify_reason", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_grams",
        "leads",
        ["search_grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_industry",
        "leads",
        ["industry", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_next_step",
        "leads",
        ["next_step_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_owner",
        "leads",
        ["owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_pool",
        "leads",
        [
            sa.literal_column(
                "coalesce(last_activity_at, CAST('0001-01-01 00:00:00+00' AS TIMESTAMP WITH TIME ZONE))"
            ),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("(owner_id IS NULL) IS true AND deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_rating",
        "leads",
        ["rating", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_search",
        "leads",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_source",
        "leads",
        ["source", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_status",
        "leads",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_tags",
        "leads",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    for role, verbs in GIVEN.items():
        for verb, reach in verbs.items():
            op.execute(
                "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
                f"SELECT gen_random_uuid(), id, 'lead', '{verb}', {reach} FROM roles "
                f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
                f"WHERE record_type = 'lead' AND verb = '{verb}' AND role_id = roles.id)"
            )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'module', 'manage', 3 FROM roles WHERE key = 'admin' "
        "AND NOT EXISTS (SELECT 1 FROM grants WHERE record_type = 'module')"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type IN ('lead', 'module')")
    op.drop_index(
        "ix_leads_tags",
        table_name="leads",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_status", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_source", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_search",
        table_name="leads",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_rating", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_pool",
        table_name="leads",
        postgresql_where=sa.text("(owner_id IS NULL) IS true AND deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_owner", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_next_step", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_industry", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_grams",
        table_name="leads",
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_disqualify_reason",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_deleted", table_name="leads", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_index(
        "ix_leads_country", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_contact", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_updated_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_phone", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_next_step_at",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_by_name_sort", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_last_activity_at",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_by_email", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_created_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_by_converted_at",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_by_company_sort",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_by_city_sort", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_board", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_account", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("leads")
