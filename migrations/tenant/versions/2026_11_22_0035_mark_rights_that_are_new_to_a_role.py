"""Mark rights that are new to a role.

Does the code that is already running still run after this revision? Yes: it never reads the new column.
Rights that came with this release or later are marked in roles of the workspace's own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# What a role could be given before this release.
STANDARD = ("read", "create", "update", "delete", "export")
RIGHTS = {
    "account": (*STANDARD, "start_plan", "stop_plan"),
    "contact": (*STANDARD, "start_plan", "stop_plan"),
    "activity": (*STANDARD, "complete", "reopen"),
    "product": STANDARD,
    "product_category": STANDARD,
    "audit": ("read",),
    "export": ("manage",),
    "field": ("manage",),
    "plan": ("manage",),
    "retention": ("manage",),
    "role": ("manage",),
    "sharing": ("manage",),
    "tag": ("create", "manage"),
    "team": ("manage",),
    "token": ("create", "manage"),
    "trash": ("erase",),
    "user": ("manage",),
    "view": ("share",),
}


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("roles", sa.Column("offered", postgresql.ARRAY(sa.Text()), nullable=True))
    known = ", ".join(f"'{kind}:{verb}'" for kind, verbs in RIGHTS.items() for verb in verbs)
    op.execute(f"UPDATE roles SET offered = ARRAY[{known}] WHERE key IS NULL")  # noqa: S608


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("roles", "offered")
