"""Files that a request brings: straight to the workspace's own disk, never whole in memory.

A route that declares `takes_files` is sent them by whoever is signed in. Each is a draft in the
room `arriving` until somebody gives it its place; what nobody took is gone when the request ends,
and what a killed process leaves there is swept by the nightly job.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, Any, cast
from uuid import UUID

from flask import Request, current_app, request

from app.kernel.errors import NoSpace, Refused, TooLarge
from app.kernel.language import _
from config.settings import Settings
from tenants.arriving import Arriving, TooLong
from tenants.files import NoRoom, folder_of

ROOM = "arriving"
MOST_FILES = 20  # That one request brings.
MEGABYTE = 1024 * 1024
NO_SPACE = _("There is no space left for files at the moment. Nothing was lost; try again later.")


class Drafts:
    """The files of one request, where they lie until it ends."""

    def __init__(self, tenant_id: UUID, most_bytes: int) -> None:
        self._tenant_id = tenant_id
        self._most_bytes = most_bytes
        self._kept = ExitStack()
        self._number = 0

    def begin(self, name: str) -> Arriving:
        """A draft for one more file; TooLarge for one too many."""
        self._number += 1
        if self._number > MOST_FILES:
            raise TooLarge(_("Send at most %(limit)s files at once.", limit=MOST_FILES))
        path = self._kept.enter_context(folder_of(self._tenant_id, ROOM).passing())
        draft = _Draft(path, name, self._most_bytes)
        self._kept.callback(draft.close)
        return draft

    def drop(self) -> None:
        """Remove what nobody took."""
        self._kept.close()


class _Draft(Arriving):
    """A file of a request; what goes wrong on its way is an answer."""

    def write(self, piece: bytes | bytearray) -> int:
        try:
            return super().write(piece)
        except TooLong:
            raise too_long(self.name, self._most) from None
        except NoRoom:
            raise NoSpace(NO_SPACE) from None

    def seek(self, place: int, whence: int = 0) -> int:
        try:
            return super().seek(place, whence)
        except NoRoom:
            raise NoSpace(NO_SPACE) from None


class UploadRequest(Request):
    """A request whose files go to the disk where the edge allows them, see `accept_files`."""

    drafts: Drafts | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.drafts is None:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        try:
            return cast("IO[bytes]", self.drafts.begin(filename or ""))
        except NoRoom:
            raise NoSpace(NO_SPACE) from None


def too_long(name: str, most: int) -> TooLarge:
    """The answer to a file that is larger than one may be."""
    limit = f"{most // MEGABYTE} MB"
    return TooLarge(
        _("“%(name)s” is too large: a file has at most %(limit)s.", name=name, limit=limit)
    )


def most_bytes() -> int:
    """How many bytes one file may have."""
    settings: Settings = current_app.extensions["settings"]
    return settings.max_file_bytes


def accept_files(tenant_id: UUID, settings: Settings, *, as_one: bool = False) -> None:
    """Let this request bring files, `as_one` a single one that is as large as they may be together.

    Called by the edge once it knows who sends it.
    """
    asked = cast("UploadRequest", request)
    asked.max_content_length = settings.max_upload_bytes
    asked.drafts = Drafts(tenant_id, largest(settings) if as_one else settings.max_file_bytes)


def largest(settings: Settings) -> int:
    """How many bytes a file has that comes alone, beside the other fields of its form."""
    return settings.max_upload_bytes * 10 // 11


def arrived(field: str = "file") -> list[Arriving]:
    """The files that this request brought under a field, in their order, whole and on the disk.

    Refused for a field that holds words instead of a file.
    """
    if request.form.get(field):
        raise Refused(_("Choose a file."), field=field)
    brought: list[Any] = [one.stream for one in request.files.getlist(field) if one.filename]
    return [one for one in brought if isinstance(one, Arriving)]


def drop_drafts() -> None:
    """Remove the drafts of this request; what was given its place is not among them any more."""
    drafts = getattr(request, "drafts", None)
    if drafts is not None:
        drafts.drop()
