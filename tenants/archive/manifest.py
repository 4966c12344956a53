"""What an archive says of itself: whose it is, which tables and files, how much of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from uuid import UUID

from tenants.errors import TenancyError
from tenants.files import NAME

FORMAT = "zuke-archive"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
TABLES, FILES = "tables", "files"
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
ROOM = re.compile(r"[a-z][a-z-]{0,39}\Z")
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
WORDS = 200  # Characters of the longest name that a workspace's row takes.

Part = TypeVar("Part")


class BadArchive(TenancyError):
    """The file is no archive of a workspace, is not whole, or is more than it says."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table: its columns in the order of the copy, and what the copy must come to."""

    name: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str

    @property
    def path(self) -> str:
        """Where in the archive its rows lie."""
        return f"{TABLES}/{self.name}.copy"


@dataclass(frozen=True, slots=True)
class FilePart:
    """One kept file: the room that it lies in, its name there, and what it must come to."""

    room: str
    name: str
    bytes: int
    sha256: str

    @property
    def path(self) -> str:
        """Where in the archive it lies."""
        return f"{FILES}/{self.room}/{self.name}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The workspace that an archive was made of, as its row stood."""

    id: UUID
    slug: str
    name: str
    language: str
    currency: str
    zone: str
    country: str
    starter: str
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that an archive says of itself; `missing` are files that were named and not there."""

    made_at: str
    version: str  # The tenant migration at which the tables stood.
    workspace: Origin
    tables: tuple[TablePart, ...]
    files: tuple[FilePart, ...]
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # Tables that no archive holds: sessions, tokens, open links.

    @property
    def parts(self) -> tuple[TablePart | FilePart, ...]:
        """Everything that lies in the archive beside the manifest."""
        return (*self.tables, *self.files)

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(one.rows for one in self.tables)

    @property
    def bytes(self) -> int:
        """How much all that it holds comes to, unpacked."""
        return sum(one.bytes for one in self.parts)

    def as_json(self) -> dict[str, Any]:
        """The manifest as it stands in the archive."""
        told = asdict(self)
        told["workspace"]["id"] = str(self.workspace.id)
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **told}


def read_manifest(given: object) -> Manifest:
    """The manifest that a JSON value means; BadArchive for anything else.

    Nothing of it is believed that is not looked at: names become names of tables and of files.
    """
    told = _dict(given)
    if told.get("format") != FORMAT:
        raise BadArchive("This file is no archive of a workspace.")
    if told.get("format_version") != FORMAT_VERSION:
        raise BadArchive("This archive is of a form that this release does not know.")
    found = Manifest(
        made_at=_text(told, "made_at"),
        version=_text(told, "version"),
        workspace=_origin(_dict(told.get("workspace"))),
        tables=tuple(_table(_dict(one)) for one in _list(told, "tables")),
        files=tuple(_file(_dict(one)) for one in _list(told, "files")),
        missing=tuple(_each(told, "missing", _is_text)),
        left_out=tuple(_each(told, "left_out", _is_identifier)),
    )
    paths = [one.path for one in found.parts]
    if len(set(paths)) != len(paths):
        raise BadArchive("The archive's manifest names something twice.")
    return found


def _origin(told: Mapping[str, Any]) -> Origin:
    try:
        workspace_id = UUID(_text(told, "id"))
    except ValueError as error:
        raise _unreadable("id") from error
    return Origin(
        id=workspace_id,
        modules=tuple(_each(told, "modules", _is_identifier)),
        **{key: _text(told, key) for key in _ORIGIN},
    )


_ORIGIN = ("slug", "name", "language", "currency", "zone", "country", "starter")


def _table(told: Mapping[str, Any]) -> TablePart:
    return TablePart(
        name=_matching(told, "name", IDENTIFIER),
        columns=tuple(_each(told, "columns", _is_identifier)),
        rows=_number(told, "rows"),
        bytes=_number(told, "bytes"),
        sha256=_matching(told, "sha256", SHA256),
    )


def _file(told: Mapping[str, Any]) -> FilePart:
    return FilePart(
        room=_matching(told, "room", ROOM),
        name=_matching(told, "name", NAME),
        bytes=_number(told, "bytes"),
        sha256=_matching(told, "sha256", SHA256),
    )


def _dict(given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise _unreadable("manifest")
    return given


def _list(told: Mapping[str, Any], key: str) -> list[Any]:
    found = told.get(key)
    if not isinstance(found, list):
        raise _unreadable(key)
    return found


def _each(told: Mapping[str, Any], key: str, is_good: Callable[[object], bool]) -> list[str]:
    found = _list(told, key)
    if not all(is_good(one) for one in found):
        raise _unreadable(key)
    return found


def _text(told: Mapping[str, Any], key: str) -> str:
    found = told.get(key)
    if not _is_text(found):
        raise _unreadable(key)
    return str(found)


def _matching(told: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    found = _text(told, key)
    if not pattern.match(found):
        raise _unreadable(key)
    return found


def _number(told: Mapping[str, Any], key: str) -> int:
    found = told.get(key)
    if type(found) is not int or found < 0:
        raise _unreadable(key)
    return found


def _is_text(given: object) -> bool:
    return isinstance(given, str) and len(given) <= WORDS and "\x00" not in given


def _is_identifier(given: object) -> bool:
    return isinstance(given, str) and IDENTIFIER.match(given) is not None


def _unreadable(key: str) -> BadArchive:
    return BadArchive(f"The archive's manifest can't be read: {key!r} is not what belongs there.")
