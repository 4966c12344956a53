"""Leave disputes to those who keep the books.

Does the code that is already running still run after this revision? Yes: it reads the rules of a
role as it read them before.
"""

from __future__ import annotations

from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

# What is disputed is no part of how a customer pays: not for those who agree terms by that to say.
JUDGED_FOR = ("sales_rep", "service_agent", "marketer")
FIELDS = ("is_disputed", "dispute_reason")


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for role in JUDGED_FOR:
        for field in FIELDS:
            op.execute(
                "INSERT INTO field_rules (id, role_id, record_type, field, access) "  # noqa: S608
                f"SELECT gen_random_uuid(), id, 'invoice', '{field}', 1 FROM roles "
                f"WHERE key = '{role}' AND NOT EXISTS (SELECT 1 FROM field_rules "
                f"WHERE record_type = 'invoice' AND field = '{field}' AND role_id = roles.id)"
            )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute(
        "DELETE FROM field_rules WHERE record_type = 'invoice' AND access = 1"  # noqa: S608
        f" AND field IN {FIELDS} AND role_id IN (SELECT id FROM roles WHERE key IN {JUDGED_FOR})"
    )
