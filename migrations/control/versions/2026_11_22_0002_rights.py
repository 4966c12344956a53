"""Who may do what with the shared tables.

Does the code that is already running still run after this revision? No code ran before it.

Rights on shared objects go once to the group `zuke_tenant` and to the login `zuke_app`, so that
creating a tenant changes no shared access list: two creations at once would collide in it.
A tenant's role may do one thing only: enqueue a job of its own.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

READ = ("tenant", "domain", "freed_slug", "operator")
WRITE = ("job", "hit", "schedule", "operator_session", "mail_hint")
# The row of a job of the service itself; see tenants.control.SERVICE.
SERVICE = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """One statement per step; every constraint and index has an explicit name."""
    op.execute("GRANT USAGE ON SCHEMA control TO zuke_app, zuke_tenant")
    for table in READ:
        op.execute(f"GRANT SELECT ON control.{table} TO zuke_app")
    for table in WRITE:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON control.{table} TO zuke_app")
    op.execute("GRANT SELECT, INSERT ON control.operator_event TO zuke_app")
    op.execute("GRANT INSERT ON control.job TO zuke_tenant")
    op.execute("ALTER TABLE control.job ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY po_job_login ON control.job TO zuke_app USING (true)")
    op.execute(
        "CREATE POLICY po_job_tenant ON control.job FOR INSERT TO zuke_tenant"
        f" WITH CHECK (db_role = current_user AND tenant_id <> '{SERVICE}')"
    )


def downgrade() -> None:
    """The way back, so that the check can walk up, down and up again."""
    op.execute("DROP POLICY po_job_tenant ON control.job")
    op.execute("DROP POLICY po_job_login ON control.job")
    op.execute("ALTER TABLE control.job DISABLE ROW LEVEL SECURITY")
    for table in (*READ, *WRITE, "operator_event"):
        op.execute(f"REVOKE ALL ON control.{table} FROM zuke_app, zuke_tenant")
    op.execute("REVOKE USAGE ON SCHEMA control FROM zuke_app, zuke_tenant")
