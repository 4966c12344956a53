"""Office files, told from what else lies in a zip or an OLE file, reading little and bounded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

TAIL = 66_000  # The end of a zip with the longest comment.
LIST_BYTES = 1_000_000  # Of a zip's list of names that is looked through.
MOST_NAMES = 3_000
END = b"PK\x05\x06"
ENTRY = b"PK\x01\x02"
OFFICE = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
FREE = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
PROGRAMS = ("AndroidManifest.xml", "classes.dex")
INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")  # The class of an MSI's root.
STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
OTHER_STREAMS = (("PowerPoint Document", "ppt"), ("__properties_version1.0", "msg"))


def inside_zip(path: Path) -> str:
    """docx, xlsx, pptx, odt, ods, odp, program or plainly zip."""
    free = _first_entry(path)
    if free is not None:
        return free
    names = list(_names(path))
    if any(name in PROGRAMS for name in names):
        return "program"
    if "[Content_Types].xml" in names:
        for prefix, key in OFFICE:
            if any(name.startswith(prefix) for name in names):
                return key
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(".class") for name in names):
        return "program"
    return "zip"


def inside_ole(path: Path) -> str:
    """doc, xls, ppt, msg, program (an installer) or plainly ole."""
    with path.open("rb") as file:
        header = file.read(76)
        if len(header) < 76:
            return "ole"
        shift, first = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<I", header, 48)
        size = 1 << min(shift, 12)
        file.seek((first[0] + 1) * size)
        directory = file.read(4096)
    if directory[80:96] == INSTALLER:
        return "program"
    for stream, key in (*STREAMS, *OTHER_STREAMS):
        if stream.encode("utf-16-le") in directory:
            return key
    return "ole"


def _first_entry(path: Path) -> str | None:
    """The kind of an OpenDocument file, whose first entry says it uncompressed."""
    with path.open("rb") as file:
        start = file.read(160)
    if start[30:38] != b"mimetype":
        return None
    told = start[38:]
    return next((key for said, key in FREE.items() if told.startswith(said)), None)


def _names(path: Path) -> Iterator[str]:
    """The names in a zip's own list, as far as a bounded look goes; nothing is unpacked."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - TAIL))
        tail = file.read(TAIL)
        at = tail.rfind(END)
        if at < 0 or len(tail) < at + 22:
            return
        length, start = struct.unpack_from("<II", tail, at + 12)
        if start >= size:
            return
        file.seek(start)
        listed = file.read(min(length, LIST_BYTES))
    place = 0
    for _number in range(MOST_NAMES):
        if listed[place : place + 4] != ENTRY or len(listed) < place + 46:
            return
        name, extra, comment = struct.unpack_from("<HHH", listed, place + 28)
        yield listed[place + 46 : place + 46 + name].decode("utf-8", "replace")
        place += 46 + name + extra + comment
