"""Which columns a reader's list has, and what each one shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from app.kernel.actor import Actor, Reach, Rights
from app.kernel.language import current
from app.kernel.remembered import Remembered
from app.records.access import readable_keys, writable_keys
from app.records.bulk.verbs import offered
from app.records.fields import Field
from app.records.filters.compare import NUMBERS
from app.records.types import EXPORT, RecordType
from app.records.views.look import Chosen, Look

# How much room plain columns take of a usual screen, which they share with sums, days and pills;
# English is wider, and a list without steps has room for more. Where there is none left, the later
# ones are for wide screens alone.
WIDTHS = {
    "text": 1.0,
    "localized": 1.0,
    "reference": 1.0,
    "phone": 1.0,
    "email": 1.0,
    "choice": 0.75,
    "country": 0.75,
}
NARROW = dict.fromkeys(("amount", "day", "moment", "ago"), 0.5)
PILL = 0.5  # What stands beside the title of a record, and is told by every list.
ROOM = {"zh-CN": 3.0, "zh-TW": 3.0}
ROOM_ELSE = 2.0
ROOM_FOR_STEP = 2.0
# How wide a column is, in pixels, once one of its neighbours was given a width.
USUAL_WIDTHS = {"text": 180, "reference": 180, "email": 200, "long_text": 260, "step": 260}
USUAL_WIDTH = 140
TITLE_WIDTH = 280
AS_USUAL = Look()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, how it looks (`look`), and the class that gives it its priority."""

    field: Field
    look: str
    classes: str
    is_sortable: bool
    is_editable: bool
    width: int = 0  # In pixels; 0 as its content needs.

    @property
    def key(self) -> str:
        """The key of its field."""
        return self.field.key


@dataclass(frozen=True, slots=True)
class Layout:
    """A list as one reader sees it; `keys` are the fields that its statement fetches.

    `update` and `delete` tell on which rows: "all", "own" (whose
    owner the verb reaches) or "none". `title_width` is 0 where the columns have no widths.
    """

    title: Field
    below: tuple[str, ...]
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    update: str
    delete: str
    title_width: int = 0
    ticks: bool = False  # Rows can be ticked, to change or export many at once.
    is_pool: bool = False  # The rows are those of the pool.


class _Kept(NamedTuple):
    """A layout, and the rights by whose identity it is kept: while they are, it is no other's."""

    layout: Layout
    rights: Rights


_layouts: Remembered[_Kept] = Remembered(1024)


def layout(record_type: RecordType, by: Actor, asked: Look = AS_USUAL) -> Layout:
    """The list of a type as `by` sees it, in the language in use, with the columns `asked` for."""
    ticks = bool(offered(record_type, by)) or by.may(record_type.key, EXPORT)
    facts = (by.tenant.modules, by.tenant.is_read_only, current())
    key = (record_type, id(by.rights), asked, ticks, facts)
    return _layouts.get(
        key, lambda: _Kept(_lay_out(record_type, by, asked, ticks=ticks), by.rights)
    ).layout


def _lay_out(record_type: RecordType, by: Actor, asked: Look, *, ticks: bool) -> Layout:
    readable = readable_keys(record_type, by)
    below = tuple(key for key in _below() if key in readable)
    writable = writable_keys(record_type, by) if by.may(record_type.key, "update") else ()
    chosen = [one for one in asked.columns if one.key in readable]
    columns = _chosen(record_type, chosen, asked, writable)
    if not chosen:
        columns = _usual(record_type, {*readable} - {record_type.title.key, *below[:1]}, writable)
    keys = [record_type.title.key, *below, *(column.key for column in columns)]
    # What a row is judged by (whose it is, whether it is late) is fetched, hidden or not.
    keys += [key for key in ("owner_id", "done_at") if key in record_type.by_key]
    keys += [one.key for action in record_type.actions for one in action.reads]
    keys += [f"{column.key}_at" for column in columns if column.look == "step"]
    return Layout(
        title=record_type.by_key[record_type.title.key],
        below=below,
        columns=tuple(columns),
        keys=tuple(dict.fromkeys(keys)),
        update=_mode(record_type, "update", by, readable),
        delete=_mode(record_type, "delete", by, readable),
        ticks=ticks,
        is_pool=by.rights.pooled == record_type.key,
        title_width=_title_width(record_type, chosen) if asked.is_sized and chosen else 0,
    )


def _usual(
    record_type: RecordType, shown: Collection[str], writable: Collection[str]
) -> list[Column]:
    """The columns of a list that nobody chose, the later ones for wide screens only."""
    columns: list[Column] = []
    fields = [record_type.by_key[attribute.key] for attribute in record_type.columns]
    looks = {one.key: look_of(record_type, one) for one in fields}
    pills = {one.key for one in record_type.highlights}
    room = ROOM.get(current(), ROOM_ELSE)
    room += 0.0 if "step" in looks.values() else ROOM_FOR_STEP
    fields = [one for one in fields if one.key in shown]
    for field in fields:
        room -= PILL if field.key in pills else NARROW.get(looks[field.key], 0)
    for field in fields:
        look, is_plain = looks[field.key], field.key not in pills
        room -= WIDTHS.get(look, 0) if is_plain else 0
        classes = (
            _classes(look) if room >= 0 or not is_plain else _left_out(record_type, look, field)
        )
        columns.append(Column(field, look, classes, field.is_sortable, field.key in writable))
    return columns


def _chosen(
    record_type: RecordType, chosen: list[Chosen], asked: Look, writable: Collection[str]
) -> list[Column]:
    """The columns that somebody chose, on every screen; the title stands before them by itself."""
    columns: list[Column] = []
    for one in chosen:
        if one.key == record_type.title.key:
            continue
        field = record_type.by_key[one.key]
        look = look_of(record_type, field)
        width = one.width or USUAL_WIDTHS.get(look, USUAL_WIDTH) if asked.is_sized else 0
        classes = "num" if look in NUMBERS else ""
        columns.append(
            Column(field, look, classes, field.is_sortable, field.key in writable, width)
        )
    return columns


def _title_width(record_type: RecordType, chosen: list[Chosen]) -> int:
    """How wide the title is beside columns that have widths."""
    return next((one.width for one in chosen if one.key == record_type.title.key), 0) or TITLE_WIDTH


def look_of(record_type: RecordType, field: Field) -> str:
    """How a field looks in a list: its kind, unless its neighbours make it more.

    A text beside a moment of its name (`next_step`, `next_step_at`) is a step that can be late; a
    `due_at` beside a `done_at` can be too; a moment that the product keeps is told relatively.
    """
    if f"{field.key}_at" in record_type.by_key:
        return "step"
    if field.key == "due_at" and "done_at" in record_type.by_key:
        return "due"
    if field.to == "user":
        return "user"
    if field.kind == "moment" and field.readonly:
        return "ago"
    return field.kind


def _below() -> tuple[str, ...]:
    """What stands below a name: Chinese readers ring, others write."""
    return ("phone", "email") if current().startswith("zh") else ("email", "phone")


def _classes(look: str) -> str:
    if look == "user":
        return "hide-phone"
    return "num" if look in NUMBERS else ""


def _left_out(record_type: RecordType, look: str, field: Field) -> str:
    """The same of one for which there is no room; a card on a phone still says whose it is."""
    if look not in WIDTHS:
        return _classes(look)
    is_account = record_type.account is not None and field.key == record_type.account.key
    return "wide-only" if is_account else "wide-only hide-phone"


def _mode(record_type: RecordType, verb: str, by: Actor, readable: Collection[str]) -> str:
    reach = by.rights.reach(record_type.key, verb)
    if reach is None or by.tenant.is_read_only:
        return "none"
    if reach is Reach.ALL:
        return "all"
    return "own" if "owner_id" in readable else "none"
