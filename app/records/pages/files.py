"""Files as pages show them: beside a record, on a page of their own, and one by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.files.find import Found, Line, deleted_of, lines_of, versions_of
from app.records.files.kinds import KINDS
from app.records.files.models import Drawing, File, FileVersion
from app.records.files.names import suffix_of
from app.records.files.operations import MOST, may_add
from app.records.files.sizes import size_text
from app.records.model import Record
from app.records.retention import retention
from app.records.types import RecordType
from app.web.formats import formats
from app.web.uploads import MEGABYTE, most_bytes

BESIDE = 8  # Files that stand beside a record; its own page lists all.
LOOKS = 5  # How often a page looks again for a picture that is being drawn.
NOT_DRAWN: dict[str, Text] = {
    Drawing.TOO_LARGE: _("This picture has too many pixels for a preview. It can be downloaded."),
    Drawing.FAILED: _("No preview could be made of this picture. It can be downloaded."),
    Drawing.WAITING: _("A preview is being made."),
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file in a list; `picture` is the address of its small picture, where there is one."""

    id: UUID
    name: str
    kind: str
    icon: str
    size: str
    who: str
    when: str
    exact: str
    description: str
    picture: str = ""

    @property
    def url(self) -> str:
        """The file by itself; below it stands what can be done with it."""
        return f"/files/{self.id}"

    @property
    def content_url(self) -> str:
        """The address of its bytes."""
        return f"{self.url}/content"


@dataclass(frozen=True, slots=True)
class FilesPanel:
    """The files beside a record; `again` is where the page looks for pictures being drawn."""

    url: str
    lines: list[FileLine]
    total: int
    may_add: bool
    most: int  # Bytes of one file.
    again: str = ""

    @property
    def most_text(self) -> str:
        """The same in words."""
        return f"{self.most // MEGABYTE} MB"

    @property
    def pack_url(self) -> str:
        """The address of all of them as one zip; empty for fewer than two."""
        return f"{self.url}.zip" if self.total > 1 else ""


@dataclass(frozen=True, slots=True)
class FilesPage:
    """All that `records/files.html` shows; `alerts` stand against what was sent."""

    record_type: RecordType
    title: str
    record_url: str
    panel: FilesPanel
    deleted: list[FileLine]
    days: int
    alerts: list[Text | str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """What a file held before."""

    url: str
    name: str
    number: int
    size: str
    who: str
    when: str
    exact: str


@dataclass(frozen=True, slots=True)
class FilePage:
    """All that `records/file.html` shows; `typed` and `errors` where a change was refused."""

    line: FileLine
    number: int
    record_icon: str
    record_title: str
    record_url: str
    large_url: str
    note: Text | None
    versions: list[Version]
    may_change: bool
    typed: dict[str, str]
    errors: dict[str, Text | str] = field(default_factory=dict)
    alert: Text | str = ""


def files_panel(
    record_type: RecordType, record: Record, by: Actor, *, limit: int = BESIDE, looked: int = 0
) -> FilesPanel:
    """The files beside a record that `by` may read; `looked` counts the page's looks for more."""
    lines = lines_of(record_type, record, by, limit)
    url = f"/{record_type.collection}/{record.id}/files"
    is_drawn = any(one.drawing == Drawing.WAITING for one in lines)
    return FilesPanel(
        url,
        file_lines(lines, by),
        lines[0].total if lines else 0,
        may_add(record_type, record, by),
        most_bytes(),
        f"{url}?looked={looked + 1}" if is_drawn and looked < LOOKS else "",
    )


def files_page(
    record_type: RecordType, record: Record, by: Actor, alerts: Iterable[Text | str] = ()
) -> FilesPage:
    """Every file of a record, and those that were deleted, for whoever may bring them back."""
    panel = files_panel(record_type, record, by, limit=MOST)
    deleted = deleted_of(record_type, record, by, MOST) if panel.may_add else []
    return FilesPage(
        record_type,
        record_type.title_of(record),
        f"/{record_type.collection}/{record.id}",
        panel,
        file_lines(deleted, by),
        retention(by).deleted_days if deleted else 0,
        list(alerts),
    )


def file_page(
    found: Found,
    by: Actor,
    typed: dict[str, str] | None = None,
    errors: dict[str, Text | str] | None = None,
    alert: Text | str = "",
) -> FilePage:
    """One file with its earlier versions."""
    file = found.file
    earlier = versions_of(file, by)
    every: list[File | FileVersion] = [file, *earlier]
    people = names_of(by, {one.added_by_id for one in every if one.added_by_id})
    is_ready = file.drawing == Drawing.READY
    url = f"/{found.record_type.collection}/{found.record.id}"
    return FilePage(
        _line(file, people, by),
        file.number,
        found.record_type.icon,
        found.record_type.title_of(found.record),
        url,
        f"/files/{file.id}/preview/large" if is_ready else "",
        NOT_DRAWN.get(file.drawing),
        [_version(one, people, by) for one in earlier],
        may_add(found.record_type, found.record, by),
        typed or {"name": file.name, "description": file.description},
        errors or {},
        alert,
    )


def file_lines(lines: Iterable[Line], by: Actor) -> list[FileLine]:
    """Files in words."""
    return [_shown(one, one.who or "", by) for one in lines]


def kind_text(kind: str, name: str) -> str:
    """PDF, Excel; what nobody knows is called by its suffix."""
    return KINDS[kind].label or suffix_of(name).upper() or gettext("File")


def _line(file: File, people: dict[UUID, str], by: Actor) -> FileLine:
    return _shown(file, people.get(file.added_by_id, "") if file.added_by_id else "", by)


def _shown(one: Any, who: str, by: Actor) -> FileLine:
    write = formats(by)
    is_ready = one.drawing == Drawing.READY
    return FileLine(
        one.id,
        one.name,
        kind_text(one.kind, one.name),
        KINDS[one.kind].icon,
        size_text(one.size),
        who,
        write.relative(one.added_at, by.now),
        write.exact(one.added_at),
        one.description,
        f"/files/{one.id}/preview/small" if is_ready else "",
    )


def _version(one: FileVersion, people: dict[UUID, str], by: Actor) -> Version:
    write = formats(by)
    return Version(
        f"/files/{one.file_id}/versions/{one.number}",
        one.name,
        one.number,
        size_text(one.size),
        people.get(one.added_by_id, "") if one.added_by_id else "",
        write.relative(one.added_at, by.now),
        write.exact(one.added_at),
    )
