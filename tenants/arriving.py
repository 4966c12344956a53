"""A file as it comes in: written to disk piece by piece, counted, and known by its digest."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from tenants.files import full_as_no_room


class TooLong(Exception):
    """More came than a file may hold."""


class Arriving:
    """What somebody sends as `name`, on its way to `path`; it looks like an open file.

    TooLong past `most` bytes, NoRoom when the disk is full; nothing is ever held in memory whole.
    """

    def __init__(self, path: Path, name: str, most: int) -> None:
        self.path = path
        self.name = name
        self.size = 0
        self._most = most
        self._digest = sha256()
        self._file = path.open("w+b")

    @property
    def digest(self) -> str:
        """SHA-256 of what has come so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, piece: bytes | bytearray) -> int:
        """Write a piece at the end."""
        self.size += len(piece)
        if self.size > self._most:
            raise TooLong(self.name)
        self._digest.update(piece)
        with full_as_no_room():
            return self._file.write(piece)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place, with all that was written on the disk."""
        with full_as_no_room():
            return self._file.seek(place, whence)

    def read(self, size: int = -1) -> bytes:
        """Read from where it stands."""
        return self._file.read(size)

    def close(self) -> None:
        """Let go of the file; what a full disk did not take is not asked for again."""
        with suppress(OSError):
            self._file.close()
