"""Which columns a reader's list has, and what each one shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.kernel.actor import Actor, Reach
from app.kernel.language import current
from app.records.access import readable_fields, writable_keys
from app.records.fields import Field
from app.records.types import RecordType

# Plain columns that fit on a usual screen beside name, owner, activity and step; English is wider.
WIDTHS = {
    "text": 1.0,
    "reference": 1.0,
    "phone": 1.0,
    "email": 1.0,
    "choice": 0.75,
    "country": 0.75,
}
PLAIN_SHOWN = {"zh-CN": 2.25, "zh-TW": 2.25}
PLAIN_SHOWN_ELSE = 1.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, how it looks (`look`), and the class that gives it its priority."""

    field: Field
    look: str
    classes: str
    is_sortable: bool
    is_editable: bool

    @property
    def key(self) -> str:
        """The key of its field."""
        return self.field.key


@dataclass(frozen=True, slots=True)
class Layout:
    """A list as one reader sees it; `keys` are the fields that its statement fetches.

    `update` and `delete` tell on which rows: "all", "own" (whose
    owner the verb reaches) or "none".
    """

    title: Field
    below: tuple[str, ...]
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    update: str
    delete: str


def layout(record_type: RecordType, by: Actor) -> Layout:
    """The list of a type as `by` sees it, in the language in use."""
    readable = {field.key for field in readable_fields(record_type, by)}
    below = tuple(key for key in _below() if key in readable)
    hidden = {record_type.title.key, *below[:1]}
    writable = writable_keys(record_type, by) if by.may(record_type.key, "update") else ()
    columns: list[Column] = []
    plain = 0.0
    for attribute in record_type.columns:
        field = record_type.by_key[attribute.key]
        if field.key not in readable or field.key in hidden:
            continue
        look = look_of(record_type, field)
        plain += WIDTHS.get(look, 0)
        columns.append(
            Column(field, look, _classes(look, plain), field.is_sortable, field.key in writable)
        )
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
    )


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


def _classes(look: str, plain: float) -> str:
    if look == "user":
        return "hide-phone"
    if look not in WIDTHS:
        return "num" if look in ("whole", "number", "money") else ""
    return "wide-only hide-phone" if plain > PLAIN_SHOWN.get(current(), PLAIN_SHOWN_ELSE) else ""


def _mode(record_type: RecordType, verb: str, by: Actor, readable: Collection[str]) -> str:
    reach = by.rights.reach(record_type.key, verb)
    if reach is None or by.tenant.is_read_only:
        return "none"
    if reach is Reach.ALL:
        return "all"
    return "own" if "owner_id" in readable else "none"
