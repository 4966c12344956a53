"""Tell followers what is written on a record.

Does the code that is already running still run after this revision? Yes: it leaves the new column empty,
and tells of the record's own changes alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.add_column("notices", sa.Column("beside", postgresql.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_column("notices", "beside")
