"""A workspace made of an archive: under another name, on any server, or not at all.

Everything happens in the transaction that creates the workspace. References between tables are
taken off, the rows are copied, and the references are put back: that is how PostgreSQL checks each
of them. An archive of an earlier release is loaded into the tables as they were and then migrated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from psycopg2 import Error as DriverError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.archive.check import Archive, open_archive, verify
from tenants.archive.manifest import BadArchive, Manifest, TablePart
from tenants.archive.write import PIECE, quoted, tables_of
from tenants.engine import kind_of
from tenants.facts import TenantFacts
from tenants.files import TENANTS, erase_files, full_as_no_room
from tenants.history import History, HistoryError, handed
from tenants.lifecycle import NewTenant, create
from tenants.schema import TenantSchema

Settle = Callable[[Session, TenantFacts, Manifest], None]
REFERENCES = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
WHERE k.connamespace = :schema ::regnamespace AND k.contype = 'f'
ORDER BY c.relname, k.conname
"""


def restore(
    engine: Engine,
    schema: TenantSchema,
    history: History,
    path: Path,
    slug: str,
    *,
    files: Path | None,
    left_out: Collection[str],
    now: datetime,
    settle: Settle | None = None,
) -> tuple[TenantFacts, Manifest]:
    """Make the workspace `slug` of the archive at `path`, whole or not at all.

    `settle` puts right, in the same transaction, what can't be the same elsewhere. BadArchive for
    what is damaged, hostile or newer than this release; SlugRefused for the address.
    """
    made: list[TenantFacts] = []
    try:
        with open_archive(path) as archive:
            manifest = archive.manifest
            before = _as_it_was(schema, history, manifest)
            verify(archive)

            def seed(session: Session, facts: TenantFacts) -> None:
                made.append(facts)
                connection = session.connection()
                _load(connection, facts, archive, left_out)
                if manifest.version != schema.version:
                    steps = history.upgrade(manifest.version)
                    kind_of(connection).run(connection, handed(steps, currency=facts.currency))
                if files is not None:
                    _unpack(archive, files / TENANTS / facts.id.hex)
                if settle is not None:
                    settle(session, facts, manifest)
                session.flush()  # The session ends without a commit of its own.

            facts = create(engine, before, _new(manifest, slug), now=now, seed=seed)
    except BaseException as error:
        if made and files is not None:
            erase_files(files, made[0].id)
        if isinstance(error, DBAPIError | DriverError):
            raise _refused(error) from error
        raise
    return facts, manifest


def _new(manifest: Manifest, slug: str) -> NewTenant:
    origin = manifest.workspace
    return NewTenant(
        slug=slug,
        name=origin.name,
        language=origin.language,
        currency=origin.currency,
        zone=origin.zone,
        country=origin.country,
        starter=origin.starter,
        modules=origin.modules,
    )


def _as_it_was(schema: TenantSchema, history: History, manifest: Manifest) -> TenantSchema:
    """The tables as they stood in the archive, under today's number: they are brought up to it."""
    if manifest.version == schema.version:
        return schema
    try:
        steps = history.upgrade("", to=manifest.version)
        return replace(schema, ddl=tuple(handed(steps, currency=manifest.workspace.currency)))
    except HistoryError as error:
        raise BadArchive(
            "The archive is of another release than this one: restore it with that release or a "
            "newer one."
        ) from error


def _load(
    connection: Connection, facts: TenantFacts, archive: Archive, left_out: Collection[str]
) -> None:
    """Copy every table in; BadArchive where the archive's tables are not those of its version."""
    known = {name: columns for name, columns, _key in tables_of(connection, facts.schema)}
    parts = {one.name: one for one in archive.manifest.tables}
    if set(parts) & set(left_out):
        raise BadArchive("The archive holds what no archive of ours holds: keys to a workspace.")
    if set(parts) != set(known) - set(left_out):
        raise BadArchive("The archive's tables are not those of its release.")
    for name, part in parts.items():
        if set(part.columns) != set(known[name]) or len(part.columns) != len(known[name]):
            raise BadArchive(f"The columns of {name} are not those of its release.")
    references = connection.execute(text(REFERENCES), {"schema": f'"{facts.schema}"'}).all()
    kind = kind_of(connection)
    kind.run(connection, [f'ALTER TABLE "{t}" DROP CONSTRAINT "{n}"' for t, n, _how in references])
    for part in parts.values():
        _copy_in(connection, archive, part)
    put_back = [f'ALTER TABLE "{t}" ADD CONSTRAINT "{n}" {how}' for t, n, how in references]
    kind.run(connection, put_back)


def _copy_in(connection: Connection, archive: Archive, part: TablePart) -> None:
    """Copy the rows of one table; BadArchive where they are not as many as was said."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f'DELETE FROM "{part.name}"')  # noqa: S608 - a name of the catalogue
        if not part.bytes:
            return
        with archive.part(part) as source:
            statement = f'COPY "{part.name}" ({quoted(part.columns)}) FROM STDIN'
            cursor.copy_expert(statement, source, PIECE)
        if cursor.rowcount != part.rows:
            raise BadArchive(f"{part.name} has another number of rows than the archive says.")
    finally:
        cursor.close()


def _unpack(archive: Archive, folder: Path) -> None:
    """Write the files below the workspace's own folder, by names that were looked at."""
    for part in archive.manifest.files:
        with full_as_no_room(), archive.part(part) as source:
            room = folder / part.room
            room.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (room / part.name).open("xb") as target:
                (room / part.name).chmod(0o600)
                while piece := source.read():
                    target.write(piece)


def _refused(error: DBAPIError | DriverError) -> Exception:
    """What the database says of hostile rows as an answer; its own trouble stays what it is."""
    code = getattr(getattr(error, "orig", error), "pgcode", None) or ""
    if code[:2] not in ("22", "23"):
        return error
    said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    return BadArchive(f"The archive's rows don't fit its tables: {said}")
