"""From a file to its table, by what the file holds and never by what it is called."""

from __future__ import annotations

from pathlib import Path

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.reading.limits import MOST_BYTES
from app.records.imports.reading.opened import opened
from app.records.imports.reading.shaped import Shaped
from app.records.imports.reading.texts import TextFile
from app.records.imports.reading.workbooks import ERRORS, Workbook
from app.records.imports.table import How, Table

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Of old workbooks and of locked new ones.
LOCKED = "EncryptedPackage".encode("utf-16-le")
PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")
OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
)
LOOKED_AT = 4_096
BLOCK = 1 << 20


def read_table(path: Path, name: str, how: How | None = None) -> Table:
    """The table of the file at `path`, which its owner calls `name`.

    How it is read is found where it is not given; of what is given, only what is empty is found.
    Refused, with a sentence for the person, where it is no table, cut, empty, locked or too large.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused(_("This file is empty."))
    if size > MOST_BYTES:
        raise Refused(
            _(
                "%(name)s is larger than %(limit)s MB. Split it, or pack it with gzip.",
                name=name,
                limit=MOST_BYTES // 2**20,
            )
        )
    with opened(path) as file:
        start = file.read(LOOKED_AT)
    given = how or How()
    if start.startswith(ZIP):
        return Shaped(Workbook(path, given), is_found=how is None)
    if start.startswith(COMPOUND):
        if _is_locked(path):
            raise Refused(ERRORS["encrypted"])
        return Shaped(Workbook(path, given), is_found=how is None)
    _refuse_others(start)
    return Shaped(TextFile(path, given), is_found=how is None)


def _is_locked(path: Path) -> bool:
    """True for a workbook with a password, whose true content lies in it under a known name."""
    before = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if LOCKED in before + block:
                return True
            before = block[1 - len(LOCKED) :]
    return False


def _refuse_others(start: bytes) -> None:
    """Refused for what is surely no table."""
    if start.startswith(OTHERS):
        raise Refused(ERRORS["no_workbook"])
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGES):
        raise Refused(
            _(
                "This is a web page, whatever it is called. Open it in a spreadsheet, save it as"
                " an Excel workbook or CSV, and import that."
            )
        )
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")):
        raise Refused(_("This is JSON. Save it as a table: a CSV file or an Excel workbook."))
