"""Number records.

Does the code that is already running still run after this revision? Yes: it knows nothing of the
new tables, and its records get no numbers until it is replaced.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "number_counters",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("before", sa.String(length=60), nullable=False),
        sa.Column("behind", sa.String(length=60), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_type", "before", "behind", name=op.f("pk_number_counters")),
    )
    op.create_table(
        "number_sequences",
        sa.Column("record_type", sa.String(length=60), nullable=False),
        sa.Column("pattern", sa.String(length=40), nullable=False),
        sa.Column("resets", sa.String(length=10), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "resets IN ('never', 'year', 'fiscal')", name=op.f("ck_number_sequences_resets")
        ),
        sa.PrimaryKeyConstraint("record_type", name=op.f("pk_number_sequences")),
    )
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'numbering', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'numbering'")
    op.drop_table("number_sequences")
    op.drop_table("number_counters")
