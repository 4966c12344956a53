"""The tables of a tenant as one DDL snapshot, rendered once and used for every creation.

The text names no schema: the search path of the transaction that runs it decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import MetaData, create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import ExecutableDDLElement


@dataclass(frozen=True)
class TenantSchema:
    """What a new tenant's schema is made from: its tables and the migration they stand at."""

    metadata: MetaData
    version: str
    ddl: tuple[str, ...]

    @classmethod
    def of(cls, metadata: MetaData, version: str) -> TenantSchema:
        """Render the snapshot of `metadata`; keep the answer, since rendering takes long."""
        return cls(metadata=metadata, version=version, ddl=render(metadata))


def render(metadata: MetaData) -> tuple[str, ...]:
    """The statements that make every table, constraint and index of `metadata`, in order."""
    statements: list[str] = []
    dialect = plain_dialect()

    def keep(element: ExecutableDDLElement, *_args: object, **_options: object) -> None:
        statements.append(str(element.compile(dialect=dialect)).strip())

    mock = create_mock_engine("postgresql+psycopg2://", keep)
    metadata.create_all(mock, checkfirst=False)
    return tuple(statements)


def plain_dialect() -> Dialect:
    """A PostgreSQL dialect that writes `%` once, for text that no driver looks through."""
    dialect: Dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return dialect
