"""Order lists by what rows may lack.

Does the code that is already running still run after this revision? Yes: it neither reads nor writes the
new columns, and rows that it writes stand behind the others until `zuke jobs backfill sort-keys`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
KEYS = {
    "accounts": ("province_sort", "city_sort"),
    "contacts": ("title_sort",),
    "activities": ("subject_sort",),
}
KEPT = [(table, name) for table, names in KEYS.items() for name in names]
TEXTS = [(table, name) for table in ("accounts", "contacts") for name in ("email", "phone")]
LONGER = ("accounts", "contacts")  # Their index of the next step gets the id behind it.


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for table, name in KEPT:
        op.add_column(table, sa.Column(name, sa.String(length=200, collation="C"), nullable=True))
        op.create_index(f"ix_{table}_by_{name}", table, [name, "id"], postgresql_where=LIVE)
    for table, name in TEXTS:
        folded = sa.text(f'(lower({name}) COLLATE "C")')
        op.create_index(f"ix_{table}_by_{name}", table, [folded, "id"], postgresql_where=LIVE)
    for table in LONGER:
        op.drop_index(f"ix_{table}_next_step", table_name=table)
        op.create_index(
            f"ix_{table}_next_step", table, ["next_step_at", "id"], postgresql_where=LIVE
        )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for table in LONGER:
        op.drop_index(f"ix_{table}_next_step", table_name=table)
        op.create_index(f"ix_{table}_next_step", table, ["next_step_at"], postgresql_where=LIVE)
    for table, name in TEXTS:
        op.drop_index(f"ix_{table}_by_{name}", table_name=table)
    for table, name in KEPT:
        op.drop_index(f"ix_{table}_by_{name}", table_name=table)
        op.drop_column(table, name)
