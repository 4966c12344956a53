"""What a result must say of the machine to be read later; never its name or its paths."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

from app.cli.postgres.databases import open_cursor

LIBRARIES = ("Flask", "SQLAlchemy", "psycopg2-binary", "gunicorn", "Jinja2")


def describe(superuser_url: str) -> dict[str, Any]:
    """Cores, memory, versions, and how busy the machine was with other work."""
    with open_cursor(superuser_url) as server:
        server.execute("SHOW server_version")
        row = server.fetchone()
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages * size / 2**30),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": str(row[0]) if row else "",
        **{name.lower(): version(name) for name in LIBRARIES},
    }
