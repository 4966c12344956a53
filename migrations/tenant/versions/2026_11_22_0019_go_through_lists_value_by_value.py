"""Go through lists value by value.

Does the code that is already running still run after this revision? Yes: indexes change no answer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
LONGER = (
    ("ix_accounts_owner", "accounts", "owner_id"),
    ("ix_accounts_parent", "accounts", "parent_id"),
    ("ix_contacts_owner", "contacts", "owner_id"),
    ("ix_activities_owner", "activities", "owner_id"),
    ("ix_products_owner", "products", "owner_id"),
    ("ix_products_category", "products", "category_id"),
    ("ix_product_categories_owner", "product_categories", "owner_id"),
    ("ix_product_categories_parent", "product_categories", "parent_id"),
)
WALKED = {
    "accounts": (
        "kind",
        "customer_kind",
        "lifecycle",
        "industry",
        "size",
        "source",
        "country",
    ),
    "activities": ("kind", "way", "done_by_id"),
    "products": ("kind", "status", "unit"),
}
NEW = [(f"ix_{table}_{name}", table, name) for table, names in WALKED.items() for name in names]


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    for name, table, _column in LONGER:
        op.drop_index(name, table_name=table)
    for name, table, column in (*LONGER, *NEW):
        op.create_index(name, table, [column, "id"], postgresql_where=LIVE)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    for name, table, _column in (*NEW, *LONGER):
        op.drop_index(name, table_name=table)
    for name, table, column in LONGER:
        op.create_index(name, table, [column], postgresql_where=LIVE)
