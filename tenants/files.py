"""The files of tenants: a folder for each below FILES_URL, and names that nobody can guess.

A file is written under a passing name and gets its own when it is whole, so none is ever seen torn;
what a killed process leaves behind is swept (`sweep`). Web and worker must reach the same folder.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import current_app

NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,8}\Z")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TENANTS = "tenants"


class NoRoom(Exception):
    """There is no space left for files, or no folder for them; nothing of a file was kept."""


def files_folder(files_url: str) -> Path | None:
    """The folder that a file:// URL names, or None for another kind."""
    parts = urlsplit(files_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def folder_of(tenant_id: UUID, room: str) -> Folder:
    """A tenant's own folder for one kind of file; NoRoom where the service has no folder at all."""
    root = files_folder(current_app.extensions["settings"].files_url)
    if root is None:
        raise NoRoom("FILES_URL names no folder.")
    return Folder(root / TENANTS / tenant_id.hex / room)


def erase_files(root: Path, tenant_id: UUID) -> None:
    """Remove all that a tenant has kept."""
    shutil.rmtree(root / TENANTS / tenant_id.hex, ignore_errors=True)


def new_name(suffix: str) -> str:
    """A name for a file that nobody can guess."""
    return f"{secrets.token_hex(16)}.{suffix}"


class Folder:
    """One room of one tenant; it is made when the first file is written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path(self, name: str) -> Path:
        """Where the file of this name lies; ValueError for what is no name of ours."""
        if not NAME.match(name):
            raise ValueError(f"{name!r} is no name of a file.")
        return self._path / name

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A path to write to, which becomes the file `name` when the block ends well.

        Whatever ends it else leaves nothing behind. NoRoom when the disk is full.
        """
        target = self.path(name)
        with self.passing() as draft:
            yield draft
            with full_as_no_room():
                with draft.open("rb") as file:
                    os.fsync(file.fileno())  # Or a power cut might leave the name without it.
                draft.replace(target)

    @contextmanager
    def passing(self) -> Iterator[Path]:
        """A path to write to for the length of the block; NoRoom when the disk is full."""
        with full_as_no_room():
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path / new_name("part")
        try:
            with full_as_no_room():
                draft.touch(mode=0o600)
                yield draft
        finally:
            draft.unlink(missing_ok=True)

    def take(self, draft: Path, name: str) -> None:
        """Let what was written to `draft`, on the same disk, become the file `name`."""
        target = self.path(name)
        with full_as_no_room():
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(target)

    @contextmanager
    def appending(self, name: str, size: int) -> Iterator[BinaryIO]:
        """The file open behind its first `size` bytes, what is beyond these cut off.

        For what grows while it is read: a reader is told elsewhere how much of it counts. NoRoom
        when the disk is full.
        """
        with full_as_no_room():
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path(name), os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                file.truncate(size)
                file.seek(size)
                yield file

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        return self.path(name).stat().st_size

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, kept: Collection[str], before: datetime) -> int:
        """Remove what is older than `before` and none of `kept`; answers with how many."""
        gone = 0
        for one in sorted(self._path.iterdir()) if self._path.is_dir() else []:
            if one.name in kept or one.stat().st_mtime >= before.timestamp():
                continue
            if one.is_dir():
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink(missing_ok=True)
            gone += 1
        return gone


@contextmanager
def full_as_no_room() -> Iterator[None]:
    """A full disk is told as such."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom(str(error)) from error
        raise
