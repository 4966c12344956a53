"""Order lists by every plain text.

Does the code that is already running still run after this revision? Yes: it neither reads nor writes the
new columns, and rows that it writes stand behind the others until `zuke jobs backfill sort-keys`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
KEPT = [
    ("accounts", "district_sort"),
    ("accounts", "address_sort"),
    ("contacts", "last_name_sort"),
    ("contacts", "first_name_sort"),
]
TEXTS = [("accounts", "website"), ("accounts", "business_id"), ("contacts", "wechat")]


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for table, name in KEPT:
        op.add_column(table, sa.Column(name, sa.String(length=200, collation="C"), nullable=True))
        op.create_index(f"ix_{table}_by_{name}", table, [name, "id"], postgresql_where=LIVE)
    for table, name in TEXTS:
        folded = sa.text(f'(lower({name}) COLLATE "C")')
        op.create_index(f"ix_{table}_by_{name}", table, [folded, "id"], postgresql_where=LIVE)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for table, name in TEXTS:
        op.drop_index(f"ix_{table}_by_{name}", table_name=table)
    for table, name in KEPT:
        op.drop_index(f"ix_{table}_by_{name}", table_name=table)
        op.drop_column(table, name)
