"""The indexes of a workspace's own fields, on exactly what lists compare and are ordered by.

They are built and dropped in the background, without locking the table, by the owner's login
(decisions, 11 and 32). The tables belong to it; the workspace's role could not do it. Whatever
goes into the statements is made here from declared facts: of the workspace's own rows come only
the id, the key and the kind, and a row whose key or kind is none of ours has no index.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.kernel import stamps
from app.records.custom.field import OwnField, own_field
from app.records.custom.kinds import KINDS
from app.records.custom.models import CustomField
from app.records.custom.spelling import OF_WORDS, compared_own
from app.records.registry import registry
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

TEND = "tend_indexes"
PREFIX = "xi_"  # Of no migration and no snapshot; `tenants/catalogue.py` passes over them.
KEY = re.compile(r"x_[a-z][a-z0-9_]{0,36}")
NO_INDEX = ("long_text",)  # Too long to be an entry, and only ever searched for a part.
STAMP = "record_types"


@dataclass(frozen=True, slots=True)
class FieldIndex:
    """One index: its name, its table, and the method and columns of its definition."""

    name: str
    table: str
    definition: str


def wants_index(row: CustomField) -> bool:
    """True for a field in use that lists find or order records by."""
    return (
        (row.is_filterable or row.is_unique)
        and row.retired_at is None
        and row.kind in KINDS
        and row.kind not in NO_INDEX
    )


def indexes_of(row: CustomField, dialect: Dialect) -> list[FieldIndex]:
    """The indexes that a field wants: one to find by its value, one to order by where it can.

    The dialect is that of a connection which has met the server: how JSON is reached into depends
    on it, and an index serves only what is written alike.
    """
    declared = registry().get(row.record_type)
    if declared is None or not wants_index(row) or not KEY.fullmatch(row.key):
        return []
    field = own_field(row, declared.model)
    table = str(declared.model.__tablename__)
    found = [_index(row, table, "f", _to_find(field, dialect))]
    if row.is_unique and field.kind in OF_WORDS:
        found.append(_index(row, table, "u", f"btree ({_sql(compared_own(field), dialect)})"))
    if field.is_sortable and row.is_filterable:
        key = field.expression if field.is_walked else field.sort_expression
        order = f"btree ({_sql(key, dialect)}, id) WHERE deleted_at IS NULL"
        found.append(_index(row, table, "o", order))
    return found


def tend_indexes(owner: Engine, tenant: TenantFacts, now: datetime) -> list[str]:
    """Build what is wanted and drop what is not; answers with what could not be built.

    An index that failed half-way is invalid, and is dropped and built again. A table is analysed
    when an index was built on it, also by a run that was cut off before it could.
    """
    with tenant_scope(tenant) as session:
        rows = [(row, one) for row in _rows(session) for one in _indexes(session, row)]
        wanted = {one.name: one for _row, one in rows}
        new = {one.table for row, one in rows if row.indexed_at is None}
    failed: list[str] = []
    with owner.connect() as pooled:
        connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Transactions that were open before are waited for so long; then it is tried again.
            connection.exec_driver_sql("SET lock_timeout = '60s'")
            failed = _tend(connection, tenant, wanted, new)
            built = {name for name, is_valid in _standing(connection, tenant).items() if is_valid}
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    with tenant_scope(tenant) as session:
        _note(session, built, now)
    return failed


def _tend(
    connection: Connection, tenant: TenantFacts, wanted: Mapping[str, FieldIndex], new: set[str]
) -> list[str]:
    """Drop and build, each on its own; answers with the errors of those that failed.

    `new` are the tables of fields whose indexes nobody has noted yet.
    """
    standing = _standing(connection, tenant)
    needless = [name for name, is_valid in standing.items() if name not in wanted or not is_valid]
    statements = [
        f'DROP INDEX CONCURRENTLY IF EXISTS "{tenant.schema}"."{name}"' for name in needless
    ]
    statements += [
        f'CREATE INDEX CONCURRENTLY "{one.name}" ON "{tenant.schema}"."{one.table}"'
        f" USING {one.definition}"
        for name, one in wanted.items()
        if not standing.get(name)
    ]
    # How values are spread decides which index a list goes by, and is known once it is counted.
    statements += [
        f'ANALYZE "{tenant.schema}"."{table}"'
        for table in sorted(
            new | {one.table for name, one in wanted.items() if not standing.get(name)}
        )
    ]
    failed = []
    for statement in statements:
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            failed.append(str(error.orig).strip().partition("\n")[0])
    return failed


def _standing(connection: Connection, tenant: TenantFacts) -> dict[str, bool]:
    """The indexes of own fields that there are, and whether each is valid."""
    rows = connection.execute(
        text(
            "SELECT x.relname, i.indisvalid FROM pg_index AS i"
            " JOIN pg_class AS x ON x.oid = i.indexrelid"
            " WHERE x.relnamespace = to_regnamespace(:schema) AND left(x.relname, 3) = :prefix"
        ),
        {"schema": tenant.schema, "prefix": PREFIX},
    )
    return {name: is_valid for name, is_valid in rows}  # noqa: C416  Typed rows.


def _note(session: Session, built: Iterable[str], now: datetime) -> None:
    """Write down since when each field has its indexes; that is no change of the field itself."""
    names, is_changed = set(built), False
    for row in _rows(session):
        wished = {one.name for one in _indexes(session, row)}
        is_indexed = bool(wished) and wished <= names
        if is_indexed is not (row.indexed_at is not None):
            is_changed = True
            table = CustomField.__table__
            session.execute(
                table.update()  # type: ignore[attr-defined]
                .where(table.c.id == row.id)
                .values(indexed_at=now if is_indexed else None)
            )
    if is_changed:
        stamps.draw(session, STAMP)


def _indexes(session: Session, row: CustomField) -> list[FieldIndex]:
    return indexes_of(row, session.get_bind().dialect)


def _rows(session: Session) -> list[CustomField]:
    return list(session.scalars(select(CustomField).order_by(CustomField.id)))


def _index(row: CustomField, table: str, what: str, definition: str) -> FieldIndex:
    """A name of at most 54 bytes, another one for another definition."""
    digest = hashlib.sha256(definition.encode()).hexdigest()[:8]
    return FieldIndex(f"{PREFIX}{row.id.hex}_{what}_{digest}", table, definition)


def _to_find(field: OwnField, dialect: Dialect) -> str:
    """Of deleted records too: the planner takes no statistics from an index of some rows only."""
    value = _sql(field.expression, dialect)
    return f"gin ({value} jsonb_path_ops)" if field.kind == "choices" else f"btree ({value})"


def _sql(expression: ColumnElement[object], dialect: Dialect) -> str:
    """An expression as it stands in a definition, with its constants written out."""
    compiler = dialect.statement_compiler(dialect, None)
    return f"({compiler.process(expression, include_table=False, literal_binds=True)})"
