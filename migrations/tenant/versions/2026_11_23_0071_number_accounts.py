"""Number accounts.

Does the code that is already running still run after this revision? Yes: it knows neither column,
and both may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("accounts", sa.Column("number", sa.String(length=80), nullable=True))
    op.create_index(
        "ix_accounts_by_number",
        "accounts",
        [sa.literal_column('(lower(number) COLLATE "C")'), "id"],
        unique=False,
        postgresql_where=sa.text('deleted_at IS NULL AND (lower(number) COLLATE "C") IS NOT NULL'),
    )
    op.create_index(
        "uq_accounts_number",
        "accounts",
        [sa.literal_column("lower(number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.add_column("number_sequences", sa.Column("to_number", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("number_sequences", "to_number")
    op.drop_index(
        "uq_accounts_number",
        table_name="accounts",
        postgresql_where=sa.text("deleted_at IS NULL AND number IS NOT NULL"),
    )
    op.drop_index(
        "ix_accounts_by_number",
        table_name="accounts",
        postgresql_where=sa.text('deleted_at IS NULL AND (lower(number) COLLATE "C") IS NOT NULL'),
    )
    op.drop_column("accounts", "number")
