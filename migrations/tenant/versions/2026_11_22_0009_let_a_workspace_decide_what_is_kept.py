"""Let a workspace decide how long things are kept.

Does the code that is already running still run after this revision? Yes: it knows neither the table
nor the grant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "retention_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_the_one", sa.Boolean(), nullable=False),
        sa.Column("deleted_days", sa.Integer(), nullable=False),
        sa.Column("event_months", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("is_the_one", name=op.f("ck_retention_rules_one")),
        sa.CheckConstraint(
            "deleted_days BETWEEN 7 AND 90", name=op.f("ck_retention_rules_deleted_days")
        ),
        sa.CheckConstraint("event_months >= 6", name=op.f("ck_retention_rules_event_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rules")),
    )
    op.create_index("uq_retention_rules_one", "retention_rules", ["is_the_one"], unique=True)
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'retention', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'retention'")
    op.drop_index("uq_retention_rules_one", table_name="retention_rules")
    op.drop_table("retention_rules")
