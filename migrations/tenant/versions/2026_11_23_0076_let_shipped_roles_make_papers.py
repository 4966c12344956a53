"""Let shipped roles of older workspaces use templates and documents.

Does the code that is already running still run after this revision? Yes: it reads more grants of
the same kind.
"""

from __future__ import annotations

from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

GIVEN = (
    ("template", "manage", "'admin', 'manager'"),
    ("document", "manage", "'admin'"),
    ("document", "seal", "'admin', 'manager'"),
    ("document", "share", "'admin', 'manager', 'sales_rep', 'service_agent', 'marketer'"),
)


def upgrade() -> None:
    """One statement per right.

    Where some role has the right already, the workspace is younger, or somebody decided on it.
    """
    for record_type, verb, roles in GIVEN:
        op.execute(
            "INSERT INTO grants (id, role_id, record_type, verb, reach) "  # noqa: S608  Our own.
            f"SELECT gen_random_uuid(), id, '{record_type}', '{verb}', 3 FROM roles "
            f"WHERE key IN ({roles}) AND NOT EXISTS (SELECT 1 FROM grants "
            f"WHERE record_type = '{record_type}' AND verb = '{verb}')"
        )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key IS NOT NULL")


def downgrade() -> None:
    """Nothing to take back: who has a right may have been given it by hand."""
