"""Asking for an export: what goes out, at once for a few rows, else as a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO
from uuid import UUID

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.jobs.progress import begin_work
from app.jobs.room import require_room
from app.kernel.actor import Actor
from app.kernel.errors import NoSpace, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current, gettext, ngettext
from app.records.access import permitted, readable_fields, readable_keys
from app.records.bulk.selection import Counted
from app.records.exports.columns import table_columns
from app.records.exports.formats import FORMATS, TABLES, Format
from app.records.exports.make import still_readable, write_file
from app.records.exports.models import Export, State
from app.records.exports.vcard_file import CardWriter
from app.records.exports.which import Which, count_rows, packed_ids
from app.records.pages.columns import layout
from app.records.pages.state import ListState, read_query, read_state
from app.records.query.columns import columns, read_reaches, readers
from app.records.types import RecordType
from app.records.views.look import Look
from app.web.formats import formats
from tenants.files import Folder, NoRoom, folder_of, new_name

AT_ONCE = 2_000  # Rows that a request answers with; above, a job makes the file.
KIND = "make_export"
ROOM = "exports"
SUBJECT = "export"
URL = "/settings/exports"
SHOWN, EVERY = "shown", "every"
NO_SPACE = _("There is no space left for files at the moment. Nothing was lost; try again later.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall go out: which rows of which type, in which fields, as which kind of file.

    `query` is the list as its address has it. With `is_whole` every field was asked for.
    """

    record_type: RecordType
    shape: Format
    which: Which
    query: str
    keys: tuple[str, ...]
    is_whole: bool = False


def format_called(record_type: RecordType, name: str) -> Format:
    """The kind of file of this name that the type goes out as; Refused for any other."""
    found = formats_of(record_type).get(name)
    if found is None:
        raise Refused(_("Choose one of the formats."), field="format")
    return found


def formats_of(record_type: RecordType) -> Mapping[str, Format]:
    """The kinds of file that a type goes out as; cards where it declares them."""
    return FORMATS if record_type.card is not None else TABLES


def card_keys(record_type: RecordType, by: Actor) -> tuple[str, ...]:
    """The fields of a type's cards that may be read."""
    readable = readable_keys(record_type, by)
    wanted = record_type.card.keys if record_type.card is not None else ()
    return tuple(key for key in wanted if key in readable)


def shown_keys(record_type: RecordType, look: Look, by: Actor) -> tuple[str, ...]:
    """The fields that a list shows, in the order of its columns."""
    shape = layout(record_type, by, look)
    keys = [shape.title.key]
    if not look.columns:  # What stands below the name is no column of its own there.
        keys += shape.below[:1]
    for column in shape.columns:
        keys.append(column.key)
        if column.look == "step":
            keys.append(f"{column.key}_at")
    readable = every_key(record_type, by)
    return tuple(key for key in dict.fromkeys(keys) if key in readable)


def every_key(record_type: RecordType, by: Actor) -> tuple[str, ...]:
    """Every field that may be read."""
    return tuple(field.key for field in readable_fields(record_type, by))


def card_of(record_type: RecordType, record_id: UUID, by: Actor) -> str:
    """The card of one record that `by` may read; a type without cards is a mistake of ours."""
    if record_type.card is None:
        raise LookupError(f"{record_type.key} has no cards.")
    keys = card_keys(record_type, by)
    statement = columns(record_type, keys, read_reaches(by))
    row = by.session.execute(
        statement.where(record_type.model.id == record_id, permitted(record_type, by)), readers(by)
    ).one()
    return CardWriter(record_type.card, table_columns(record_type, keys, by, is_whole=False)).card(
        row
    )


def listed(record_type: RecordType, query: str) -> ListState:
    """The list of an address's query."""
    return read_state(record_type, read_query(query))


def count(wish: Wish, by: Actor) -> Counted:
    """How many rows will go out; Refused for fields that may not be read, and for none."""
    still_readable(wish.record_type, wish.keys, by)
    counted = count_rows(wish.record_type, wish.which, by)
    if not counted.reached:
        raise Refused(_("There is nothing to export here."))
    return counted


@contextmanager
def told_when_full() -> Iterator[None]:
    """A full disk is an answer: NoSpace."""
    try:
        yield
    except NoRoom:
        raise NoSpace(NO_SPACE) from None


def make_at_once(wish: Wish, by: Actor) -> BinaryIO:
    """The file, open for reading and gone when it is closed; NoSpace when the disk is full."""
    packed = packed_ids(wish.record_type, wish.which, by)
    with told_when_full(), room_of(by).passing() as draft:
        rows = write_file(
            draft,
            wish.shape,
            wish.record_type,
            wish.keys,
            packed,
            by,
            is_whole=wish.is_whole,
            after=lambda _done: by,
        )
        made = draft.open("rb")
    note(by, wish.record_type.key, wish.shape.key, rows)
    return made


def begin(wish: Wish, counted: Counted, by: Actor) -> Export:
    """Let a worker make the file."""
    export = Export(
        id=new_id(),
        record_type=wish.record_type.key,
        format=wish.shape.key,
        query=wish.query,
        ids=[str(one) for one in wish.which.ids],
        keys=list(wish.keys),
        is_whole=wish.is_whole,
        user_id=by.user_id,
        via=by.via,
        scopes=None if by.rights.scopes is None else sorted(by.rights.scopes),
        language=current(),
        state=State.WAITING,
        total=counted.reached,
        file=new_name(wish.shape.suffix),
        created_at=by.now,
    )
    by.session.add(export)
    title = title_of(wish.record_type, counted.reached, by)
    require_room(by)
    begin_work(by, export.id, KIND, title, total=counted.reached, url=URL, is_cancellable=False)
    enqueue(by, KIND, {"export_id": str(export.id)}, key=f"{KIND}:{export.id}")
    return export


def title_of(record_type: RecordType, rows: int, by: Actor) -> str:
    """Export 12,846 contacts."""
    one, many = record_type.words.count
    what = ngettext(one, many, rows, n=formats(by).number(rows))
    return gettext("Export %(what)s", what=what)


def note(by: Actor, record_type: str, shape: str, rows: int, export: Export | None = None) -> None:
    """Write into the audit what went out: how much of what, and nothing of what was looked for."""
    told = {"record_type": record_type, "rows": rows, "format": shape}
    changes = {key: [None, value] for key, value in told.items()}
    subject = export.id if export is not None else new_id()
    write_event(replace(by, batch_id=None), SUBJECT, subject, "exported", changes=changes)


def room_of(by: Actor) -> Folder:
    """Where the exports of a workspace lie; NoSpace where the service has no folder for files."""
    with told_when_full():
        return folder_of(by.tenant.id, ROOM)
