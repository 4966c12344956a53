"""Looking at an archive before anything is made of it: it is whole, and nothing but what it says.

It may come from anybody. Nothing is unpacked to a path that it names, nothing is read that its
manifest does not announce, and never more bytes than announced.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tenants.archive.manifest import (
    MANIFEST,
    BadArchive,
    FilePart,
    Manifest,
    TablePart,
    read_manifest,
)

MANIFEST_BYTES = 64 * 1024 * 1024
MOST_BYTES = 256 * 1024**3  # Of everything unpacked, where nobody says otherwise.
MOST_PARTS = 5_000_000
PIECE = 1024 * 1024
UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class Archive:
    """An archive that is open: its manifest, and its parts to be read within what they announce."""

    def __init__(self, pack: ZipFile, manifest: Manifest) -> None:
        self._pack = pack
        self.manifest = manifest

    @contextmanager
    def part(self, part: TablePart | FilePart) -> Iterator[Bounded]:
        """A part, to be read; BadArchive where it turns out not to be what was announced."""
        with _told(part.path), self._pack.open(part.path) as source:
            bounded = Bounded(source, part)
            yield bounded
            bounded.settle()


class Bounded:
    """A part that is read and never gives more than its manifest says; `settle` compares it."""

    def __init__(self, source: IO[bytes], part: TablePart | FilePart) -> None:
        self._source = source
        self._part = part
        self._digest = sha256()
        self._left = part.bytes

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes; BadArchive where there are more than announced."""
        piece = self._source.read(min(size if size > 0 else PIECE, PIECE))
        self._left -= len(piece)
        if self._left < 0:
            raise BadArchive(f"{self._part.path} is larger than the archive says.")
        self._digest.update(piece)
        return piece

    def settle(self) -> None:
        """Raise BadArchive unless what was read is what was announced."""
        while self.read():
            pass  # Whoever read less has still to hear of what is wrong further on.
        if self._left or self._digest.hexdigest() != self._part.sha256:
            raise BadArchive(f"{self._part.path} is damaged: it is not what was packed.")


@contextmanager
def open_archive(path: Path, *, most_bytes: int = MOST_BYTES) -> Iterator[Archive]:
    """Open an archive whose list of parts is exactly its manifest's; BadArchive else."""
    try:
        pack = ZipFile(path)
    except FileNotFoundError:
        raise BadArchive(f"There is no file {path}.") from None
    except (*UNREADABLE, OSError) as error:
        raise BadArchive("This file is no archive of a workspace.") from error
    with pack:
        manifest = _manifest(pack)
        _compare(pack.infolist(), manifest)
        if manifest.bytes > most_bytes:
            raise BadArchive(f"The archive holds more than {most_bytes} bytes, unpacked.")
        yield Archive(pack, manifest)


def verify(archive: Archive) -> None:
    """Read every part to its end; BadArchive for the first one that is not what was packed."""
    for part in archive.manifest.parts:
        with archive.part(part):
            pass


def _manifest(pack: ZipFile) -> Manifest:
    with _told(MANIFEST):
        try:
            entry = pack.open(MANIFEST)
        except KeyError:
            raise BadArchive("This file is no archive of a workspace.") from None
        with entry:
            raw = entry.read(MANIFEST_BYTES + 1)
    if len(raw) > MANIFEST_BYTES:
        raise BadArchive("The archive's manifest is too large.")
    try:
        return read_manifest(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise BadArchive("The archive's manifest can't be read.") from error


def _compare(entries: list[ZipInfo], manifest: Manifest) -> None:
    """Each part once, nothing beside them, and of the sizes that are announced."""
    sizes = {one.path: one.bytes for one in manifest.parts}
    if len(entries) > MOST_PARTS or len(entries) != len(sizes) + 1:
        raise BadArchive("The archive holds something else than its manifest says.")
    met: set[str] = set()
    for entry in entries:
        if entry.filename in met or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadArchive("The archive is packed in a way that none of ours is.")
        met.add(entry.filename)
        if entry.filename == MANIFEST:
            continue
        if sizes.get(entry.filename) != entry.file_size:
            raise BadArchive("The archive holds something else than its manifest says.")


@contextmanager
def _told(path: str) -> Iterator[None]:
    """What a damaged zip raises becomes one sentence."""
    try:
        yield
    except UNREADABLE as error:
        raise BadArchive(f"{path} is damaged: it can't be unpacked.") from error
