"""Keep the numbers of contracts as they are in the workspaces that there are.

New workspaces call contracts CT-2026-0001, as C-00001 is a customer's. Does the code that is
already running still run after this revision? Yes: it numbers contracts so anyhow.
"""

from __future__ import annotations

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One statement per step."""
    op.execute(
        "INSERT INTO number_sequences (record_type, pattern, resets, is_on, last, updated_at) "
        "VALUES ('paper.contract', 'C-{year}-{number:04}', 'fiscal', true, 0, now()) "
        "ON CONFLICT DO NOTHING"
    )
    # What is chosen is remembered by its stamp.
    op.execute(
        "INSERT INTO stamps (name, value) VALUES ('numbers', gen_random_uuid()) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )


def downgrade() -> None:
    """The way back: what stands there is what the code before numbers contracts by."""
