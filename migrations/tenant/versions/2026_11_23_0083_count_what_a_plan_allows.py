"""Count what a workspace uses of its plan, and let the built-in admin look after plan and bill.

Does the code that is already running still run after this revision? Yes: it knows none of these
tables and reads one more grant of the same kind.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.create_table(
        "usage_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("room >= 0", name=op.f("ck_usage_slots_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_slots")),
    )
    op.create_index("uq_usage_slots_kind_slot", "usage_slots", ["kind", "slot"], unique=True)
    op.create_table(
        "seat_bounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_the_one", sa.Boolean(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=True),
        sa.CheckConstraint("is_the_one", name=op.f("ck_seat_bounds_one")),
        sa.CheckConstraint("bought >= 0", name=op.f("ck_seat_bounds_bought")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_bounds")),
    )
    op.create_index("uq_seat_bounds_one", "seat_bounds", ["is_the_one"], unique=True)
    op.create_table(
        "usage_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_notices")),
    )
    op.create_index("uq_usage_notices_kind", "usage_notices", ["kind"], unique=True)
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'billing', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'billing'")
    op.drop_index("uq_usage_notices_kind", table_name="usage_notices")
    op.drop_table("usage_notices")
    op.drop_index("uq_seat_bounds_one", table_name="seat_bounds")
    op.drop_table("seat_bounds")
    op.drop_index("uq_usage_slots_kind_slot", table_name="usage_slots")
    op.drop_table("usage_slots")
