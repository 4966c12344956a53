"""Know who has confirmed their e-mail, who is led through the first steps, who changes the firm.

Does the code that is already running still run after this revision? Yes: the new columns are empty
or have a default. Whoever is here already was vouched for by whoever let them in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step."""
    op.add_column(
        "users", sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "users", sa.Column("has_first_steps", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute("UPDATE users SET email_confirmed_at = created_at")
    op.execute(
        "INSERT INTO grants (id, role_id, record_type, verb, reach) "
        "SELECT gen_random_uuid(), id, 'firm', 'manage', 3 FROM roles WHERE key = 'admin'"
    )
    # A role is remembered by its stamp, so a changed one needs another.
    op.execute("UPDATE roles SET stamp = md5(stamp::text)::uuid WHERE key = 'admin'")


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DELETE FROM grants WHERE record_type = 'firm' AND verb = 'manage'")
    op.drop_column("users", "has_first_steps")
    op.drop_column("users", "email_confirmed_at")
