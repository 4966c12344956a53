"""The bytes of a file, unpacked where it is gzip, within limits that a bomb meets first."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.reading.limits import MOST_RATIO, MOST_UNPACKED, RATIO_FROM

GZIP = b"\x1f\x8b"


class Unpacked(io.RawIOBase):
    """A gzip file being read; Refused where it is cut, broken or unpacks to too much."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = gzip.open(path)  # noqa: SIM115  Closed with this one.
        self._most = max(RATIO_FROM, path.stat().st_size * MOST_RATIO)
        self._done = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` with what comes next."""
        try:
            found = self._file.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise Refused(_("This file ends too early or is damaged. Export it again.")) from None
        self._done += len(found)
        if self._done > min(self._most, MOST_UNPACKED):
            raise Refused(_("Unpacked, this file is too large. Split it into smaller ones."))
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """The bytes of the file at `path`."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    found = io.BufferedReader(Unpacked(path) if is_packed else path.open("rb", buffering=0))
    with found:
        yield found
