"""Hold back what has to be approved.

Does the code that is already running still run after this revision? Yes: the new tables are its
own, and the new columns get their defaults where it writes. What newer code holds back meanwhile
would be done at once by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'waiting'")


def _json(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(
        name,
        postgresql.JSONB(none_as_null=nullable, astext_type=sa.Text()),
        nullable=nullable,
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    _rules()
    _requests()
    _authority()
    zero = sa.text("'0'")
    op.add_column(
        "users", sa.Column("approvals", sa.Integer(), server_default=zero, nullable=False)
    )
    op.add_column(
        "bulk_changes", sa.Column("asked", sa.Integer(), server_default=zero, nullable=False)
    )
    op.add_column("imports", sa.Column("asked", sa.Integer(), server_default=zero, nullable=False))


def _rules() -> None:
    op.create_table(
        "approval_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verbs", postgresql.ARRAY(sa.String(60)), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String(80)), nullable=False),
        _json("filter", nullable=True),
        _json("levels"),
        sa.Column("locks", sa.String(10), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        _moment("retired_at", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.CheckConstraint(
            "locks IN ('nothing', 'fields', 'record')", name=op.f("ck_approval_rules_locks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rules")),
    )
    op.create_index("ix_approval_rules_type", "approval_rules", ["record_type", "position"])
    op.create_table(
        "approval_absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_approval_absences_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stand_in_id"],
            ["users.id"],
            name=op.f("fk_approval_absences_stand_in_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_absences")),
    )
    op.create_index("ix_approval_absences_user", "approval_absences", ["user_id", "until_on"])
    op.create_index(
        "ix_approval_absences_stand_in", "approval_absences", ["stand_in_id", "until_on"]
    )


def _requests() -> None:
    op.create_table(
        "approval_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(60), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("verb", sa.String(60), nullable=False),
        _json("inputs"),
        sa.Column("seen_version", sa.Integer(), nullable=True),
        _json("changes"),
        sa.Column("passes", postgresql.ARRAY(sa.Text()), nullable=False),
        _json("reasons"),
        _json("levels"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("locks", sa.String(10), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=True),
        _json("scopes", nullable=True),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        _moment("created_at"),
        _moment("due_at", nullable=True),
        _moment("finished_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'rejected', 'recalled', 'gone')",
            name=op.f("ck_approval_requests_state"),
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["users.id"], name=op.f("fk_approval_requests_requester_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_requests")),
    )
    table = "approval_requests"
    op.create_index("ix_approval_requests_record", table, ["record_type", "record_id"])
    op.create_index("ix_approval_requests_requester", table, ["requester_id", "created_at"])
    op.create_index("ix_approval_requests_state", table, ["state", "created_at"])
    op.create_index("ix_approval_requests_batch", table, ["batch_id"])
    op.create_index(
        "uq_approval_requests_mark", table, ["mark"], unique=True, postgresql_where=WAITS
    )
    op.create_table(
        "approval_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        _moment("at", nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approval_requests.id"],
            name=op.f("fk_approval_steps_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_steps_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_steps")),
    )
    op.create_index("ix_approval_steps_request", "approval_steps", ["request_id", "level"])
    op.create_index(
        "ix_approval_steps_waiting",
        "approval_steps",
        ["user_id", "request_id"],
        postgresql_where=WAITS,
    )
    op.create_table(
        "approval_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approval_requests.id"],
            name=op.f("fk_approval_notes_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_notes")),
    )
    op.create_index("ix_approval_notes_request", "approval_notes", ["request_id", "at"])


def _authority() -> None:
    op.create_table(
        "authority_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("customer_class", sa.String(60), nullable=False),
        sa.Column("most", sa.Numeric(18, 4), nullable=True),
        _moment("updated_at"),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["roles.id"],
            name=op.f("fk_authority_limits_role_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_limits")),
    )
    op.create_index(
        "uq_authority_limits_cell",
        "authority_limits",
        ["role_id", "subject", "customer_class"],
        unique=True,
    )
    op.create_table(
        "authority_classes",
        sa.Column("record_type", sa.String(60), nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("record_type", name=op.f("pk_authority_classes")),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("imports", "asked")
    op.drop_column("bulk_changes", "asked")
    op.drop_column("users", "approvals")
    for table in (
        "authority_classes",
        "authority_limits",
        "approval_notes",
        "approval_steps",
        "approval_requests",
        "approval_absences",
        "approval_rules",
    ):
        op.drop_table(table)
