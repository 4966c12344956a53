"""Brings the demo's database up to date; a program of its own, so that it sees the environment
of the demo and not that of the shell: `python -m app.cli.demo_setup`.
"""

import sys

from sqlalchemy import create_engine

from app.demo.workspaces import ensure_demo_workspaces
from app.kernel import clock
from config.settings import command_settings
from tenants.migrations import upgrade_control


def main() -> int:
    """Migrate the shared tables and make the two workspaces where they are missing."""
    settings = command_settings()
    clock.follow(settings.moved_clock)
    engine = create_engine(settings.database_owner_url)
    try:
        upgrade_control(engine)
        ensure_demo_workspaces(engine, settings)
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
