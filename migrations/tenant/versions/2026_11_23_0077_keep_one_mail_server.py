"""Keep one mail server at most, and since when the record of a domain is gone.

Does the code that is already running still run after this revision? Yes: it fills in neither
column, and a second server that two presses made at one moment is refused by the index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step; of two servers one that is used stays, the last changed."""
    op.add_column("mail_domains", sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "DELETE FROM mail_servers WHERE id NOT IN "
        "(SELECT id FROM mail_servers ORDER BY is_on DESC, updated_at DESC, id DESC LIMIT 1)"
    )
    op.add_column(
        "mail_servers",
        sa.Column("is_the_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.create_check_constraint("ck_mail_servers_one", "mail_servers", "is_the_one")
    op.create_index("uq_mail_servers_one", "mail_servers", ["is_the_one"], unique=True)


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.drop_index("uq_mail_servers_one", table_name="mail_servers")
    op.drop_constraint("ck_mail_servers_one", "mail_servers", type_="check")
    op.drop_column("mail_servers", "is_the_one")
    op.drop_column("mail_domains", "lost_at")
