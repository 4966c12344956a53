"""Making the archive of a workspace: one snapshot of its tables, and the files that it kept.

The snapshot is one REPEATABLE READ transaction, so people work on meanwhile and the archive holds
one moment. Files never change once they are there; what was deleted since the snapshot is told as
missing.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, Engine, select, text

from tenants.archive.manifest import FILES, MANIFEST, FilePart, Manifest, Origin, TablePart
from tenants.control import Tenant
from tenants.errors import TenancyError, UnknownTenant
from tenants.facts import State
from tenants.files import NAME, TENANTS, full_as_no_room

PIECE = 1024 * 1024
# What is written in passing, and what can be made anew.
PASSING_ROOMS = ("arriving", "exports", "takeouts")
# The tables of a schema with their columns in order, and their primary key.
CATALOGUE = """
SELECT c.relname,
  array_agg(a.attname::text ORDER BY a.attnum),
  (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum))
     FROM pg_index AS i JOIN pg_attribute AS k
       ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = :schema ::regnamespace AND c.relkind = 'r'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.oid, c.relname ORDER BY c.relname
"""

Progress = Callable[[str, int, int], None]  # What was written last, how many parts of how many.


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the application says of its tables, of which this package knows nothing.

    `left_out` are tables whose rows open doors (sessions, tokens, links) and are of no use
    elsewhere; `named` finds, for each room, the names of the files that rows speak of.
    """

    left_out: Collection[str] = ()
    named: Mapping[str, str] = field(default_factory=dict)


def write_archive(
    engine: Engine,
    slug: str,
    target: Path,
    *,
    files: Path | None,
    keeping: Keeping,
    now: datetime,
    progress: Progress | None = None,
) -> Manifest:
    """Write the archive of the workspace `slug` to `target`, whole or not at all.

    `engine` is the owner's login, `files` the folder of all workspaces' files. UnknownTenant where
    there is no such workspace, NoRoom where the disk is full.
    """
    report = progress or (lambda _what, _done, _total: None)
    with _whole(target) as draft, engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            tenant = connection.execute(select(Tenant.__table__).where(Tenant.slug == slug)).first()
            if tenant is None or tenant.state == State.ERASED:
                raise UnknownTenant(slug)
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{tenant.schema_name}", ext')
            kept = _files_of(files, tenant.id.hex)
            with ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=1) as pack:
                found = tables_of(connection, tenant.schema_name, keeping.left_out)
                total = len(found) + len(kept)
                tables = []
                for name, columns, key in found:
                    tables.append(_copy(connection, pack, name, columns, key))
                    report(name, len(tables), total)
                packed = [one for one in (_pack(pack, *each) for each in kept) if one is not None]
                report(FILES, total, total)
                manifest = Manifest(
                    made_at=now.isoformat(),
                    version=tenant.version,
                    workspace=_origin(tenant),
                    tables=tuple(tables),
                    files=tuple(packed),
                    missing=tuple(_missing(connection, keeping.named, packed)),
                    left_out=tuple(sorted(keeping.left_out)),
                )
                told = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1)
                pack.writestr(ZipInfo(MANIFEST), told.encode(), ZIP_DEFLATED)
    return manifest


def tables_of(
    connection: Connection, schema: str, left_out: Collection[str] = ()
) -> list[tuple[str, list[str], list[str]]]:
    """The tables of a schema: name, columns, and the columns of the key, from the catalogue."""
    rows = connection.execute(text(CATALOGUE), {"schema": f'"{schema}"'}).all()
    return [(name, columns, key) for name, columns, key in rows if name not in left_out]


class _Copied:
    """Takes what COPY gives: counts it, digests it, passes it on."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = sha256()
        self.rows = self.bytes = 0

    def write(self, piece: bytes) -> int:
        """Take a piece; a line end within a value is escaped, so each one ends a row."""
        self._target.write(piece)
        self._digest.update(piece)
        self.rows += piece.count(b"\n")
        self.bytes += len(piece)
        return len(piece)

    @property
    def sha256(self) -> str:
        """The digest of all that came."""
        return self._digest.hexdigest()


def _copy(
    connection: Connection, pack: ZipFile, name: str, columns: Sequence[str], key: Sequence[str]
) -> TablePart:
    """Copy one table in the order of its key, so that equal tables give equal bytes."""
    listed = quoted(columns)
    order = f" ORDER BY {quoted(key)}" if key else ""
    statement = f'COPY (SELECT {listed} FROM "{name}"{order}) TO STDOUT'  # noqa: S608 - names of the catalogue
    cursor = connection.connection.cursor()
    part = TablePart(name, tuple(columns), 0, 0, "")
    try:
        with full_as_no_room(), pack.open(part.path, "w", force_zip64=True) as target:
            copied = _Copied(target)
            cursor.copy_expert(statement, copied, PIECE)
    finally:
        cursor.close()
    return TablePart(name, tuple(columns), copied.rows, copied.bytes, copied.sha256)


def quoted(names: Sequence[str]) -> str:
    """Names of columns as they stand in a statement."""
    return ", ".join(f'"{name}"' for name in names)


def _files_of(root: Path | None, tenant: str) -> list[tuple[str, Path]]:
    """The files of a workspace with their rooms, in order."""
    folder = root / TENANTS / tenant if root is not None else None
    if folder is None or not folder.is_dir():
        return []
    rooms = [one for one in sorted(folder.iterdir()) if one.is_dir()]
    return [
        (room.name, path)
        for room in rooms
        if room.name not in PASSING_ROOMS
        for path in sorted(room.iterdir())
        if NAME.match(path.name) and path.suffix != ".part"
    ]


def _pack(pack: ZipFile, room: str, path: Path) -> FilePart | None:
    """Put one file in, or None where it is gone meanwhile."""
    digest, size = sha256(), 0
    part = FilePart(room, path.name, 0, "")
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    # What takes space (pictures, Office files) is pressed already.
    entry = ZipInfo(part.path)
    entry.compress_type = ZIP_STORED
    with full_as_no_room(), source, pack.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return FilePart(room, path.name, size, digest.hexdigest())


def _missing(
    connection: Connection, named: Mapping[str, str], packed: Sequence[FilePart]
) -> Iterator[str]:
    """The files that rows speak of and that are not there."""
    there = {(one.room, one.name) for one in packed}
    for room, statement in named.items():
        for name in connection.execute(text(statement)).scalars():
            if (room, name) not in there:
                yield f"{FILES}/{room}/{name}"


def _origin(tenant: Any) -> Origin:
    return Origin(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        language=tenant.language,
        currency=tenant.currency,
        zone=tenant.zone,
        country=tenant.country,
        starter=tenant.starter,
        modules=tuple(tenant.modules),
    )


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to that becomes `target` when the block ends well, and else is gone."""
    if target.is_dir() or not target.parent.is_dir():
        raise TenancyError(f"There is no folder for {target}.")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with full_as_no_room():
            draft.touch(mode=0o600, exist_ok=False)
        yield draft
        with full_as_no_room():
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
