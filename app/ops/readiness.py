"""Whether this process can serve: the database answers, and its shared tables are ours."""

from __future__ import annotations

from sqlalchemy import String, column, select, table
from sqlalchemy.exc import SQLAlchemyError

from tenants.database import control_session
from tenants.history import CONTROL

VERSION = column("version_num", String)
VERSIONS = table("alembic_version", VERSION, schema="control")


def why_not_ready() -> str | None:
    """The reason not to send requests here, or None; answers within the connection's time limit.

    Workspaces may stand a version behind while they are being migrated: the application serves
    both, so they are no reason.
    """
    try:
        with control_session() as session:
            version = session.scalar(select(VERSION).select_from(VERSIONS))
    except SQLAlchemyError:
        return "The database does not answer."
    if version != CONTROL.head:
        return "The shared tables are not at the version of this release."
    return None
