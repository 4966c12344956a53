"""Ask for the invoices of instalments.

Does the code that is already running still run after this revision? Yes: it only adds rights.
"""

from __future__ import annotations

from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

# What shipped roles of older workspaces may do, as those of new ones may.
GIVEN = {"admin": 3, "manager": 2, "sales_rep": 1}


def upgrade() -> None:
    """One statement per step."""
    for role, reach in GIVEN.items():
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608
            f"SELECT gen_random_uuid(), id, 'contract', 'invoice', {reach} FROM roles "
            f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM grants "
            "WHERE record_type = 'contract' AND verb = 'invoice' AND role_id = roles.id)"
        )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'contract' AND verb = 'invoice'")
