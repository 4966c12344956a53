"""The tables of a tenant as one DDL snapshot, rendered once and used for every creation.

The text names no schema: the search path of the transaction that runs it decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import MetaData, create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateTable, ExecutableDDLElement


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
    """The statements that make every table, constraint and index of `metadata`, in order.

    The same models give the same text in every process.
    """
    made: list[ExecutableDDLElement] = []

    def keep(element: ExecutableDDLElement, *_args: object, **_options: object) -> None:
        made.append(element)

    mock = create_mock_engine("postgresql+psycopg2://", keep)
    metadata.create_all(mock, checkfirst=False)
    dialect = plain_dialect()
    statements: list[str] = []
    for kind, group in groupby(made, type):
        texts = [str(element.compile(dialect=dialect)).strip() for element in group]
        # Tables come in the order of what they refer to; SQLAlchemy keeps the indexes of a table
        # and the constraints that wait for other tables in sets, whose order is no order.
        statements += texts if kind is CreateTable else sorted(texts)
    return tuple(statements)


def plain_dialect() -> Dialect:
    """A PostgreSQL dialect that writes `%` once, for text that no driver looks through."""
    dialect: Dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return dialect
