"""Many files as one zip, sent as it is made: it is never whole anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from app.records.files.names import suffix_of

PIECE = 256 * 1024
EARLIEST = 1980  # The first year that a zip knows.

Entry = tuple[str, Path, datetime]  # A name, where the bytes lie, when it was added.


def packed(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The zip, piece by piece. What is gone from the disk by then is left out.

    Nothing is pressed smaller: what takes space (pictures, Office files) is so already.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_STORED) as pack:
        for name, path, at in _told_apart(entries):
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            entry = zipfile.ZipInfo(name, (max(at.year, EARLIEST), *at.timetuple()[1:6]))
            with source, pack.open(entry, "w", force_zip64=True) as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()


def _told_apart(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, the second of one name with a number: offer (2).pdf."""
    met: set[str] = set()
    for name, path, at in entries:
        suffix = suffix_of(name)
        stem = name[: -len(suffix) - 1] if suffix else name
        number, free = 1, name
        while free.casefold() in met:
            number += 1
            free = f"{stem} ({number}).{suffix}" if suffix else f"{stem} ({number})"
        met.add(free.casefold())
        yield free, path, at


class _Pipe:
    """What a zip is written to and read from again at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """All that was written since it was asked last."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
