"""Note what papers tell, so that only who may read all of it gets them, and number them.

Does the code that is already running still run after this revision? Yes: it makes papers that tell
nothing known, which the default keeps for those who may read everything, and notes nothing of
files.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

# What was made before tells perhaps every field of its record, of their account, and of all that
# was done.
EVERYTHING = (
    '{"fields": {"account": ["*"], "contact": ["*"], "activity": ["*"]},'
    ' "records": {"activity": ["*"]}}'
)


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    telling = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("files", sa.Column("tells", telling, nullable=True))
    op.add_column(
        "documents", sa.Column("tells", telling, server_default=EVERYTHING, nullable=False)
    )
    op.execute(
        "UPDATE files SET tells = documents.tells FROM documents WHERE files.id = documents.file_id"
    )
    op.create_index(
        "uq_documents_number",
        "documents",
        ["layout", sa.text("lower(number)")],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL"),
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_documents_number", table_name="documents")
    op.drop_column("documents", "tells")
    op.drop_column("files", "tells")
