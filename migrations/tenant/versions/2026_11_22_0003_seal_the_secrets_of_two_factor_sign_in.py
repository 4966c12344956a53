"""Seal the secrets of two-factor sign-in.

Does the code that is already running still run after this revision? Yes: it reads and writes the
same column, which is only wider now. What it wrote plain is sealed by the code that comes after,
at the next right code of its user: the key is the service's and never in the database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.alter_column(
        "users",
        "totp_secret",
        existing_type=sa.VARCHAR(length=64),
        type_=sa.String(length=200),
        existing_nullable=True,
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.alter_column(
        "users",
        "totp_secret",
        existing_type=sa.String(length=200),
        type_=sa.VARCHAR(length=64),
        existing_nullable=True,
    )
