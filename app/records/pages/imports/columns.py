"""Each column of a file on the page of an import: its values, its field, what its texts mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.identity.operations.users import list_users
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import readable_keys
from app.records.custom.kinds import KINDS, LINKS
from app.records.fields import Field
from app.records.imports.draft import SAMPLE, can_be_made, may_make_fields
from app.records.imports.givable import givable_keys
from app.records.imports.guessing.guess import Guess
from app.records.imports.guessing.names import plain
from app.records.imports.guessing.values import meanings
from app.records.imports.guessing.words import words_of
from app.records.imports.mapping import Column, Mapping
from app.records.imports.match import ID
from app.records.imports.new_options import takes_options
from app.records.imports.spots import spot_of
from app.records.imports.table import Table
from app.records.imports.whole_names import parts_of_name
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.records.types import RecordType

SHOWN = 3  # Values of a column that are shown.
LONGEST = 60  # Characters of a value that is shown.
MOST_VALUES = 20  # Texts of a column whose meaning is asked for.
EMPTY = "\x1f"  # What says that a text stands for nothing at all; no text holds it.
NEW = "new:"
DATES = (
    ("ymd", _("Year, month, day")),
    ("dmy", _("Day, month, year")),
    ("mdy", _("Month, day, year")),
)
POINTS = ((".", _("Point: 1,234.50")), (",", _("Comma: 1.234,50")))
CHOOSABLE = ("choice", "choices", "flag")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One text of the file and what it stands for; `number` says in how many rows shown it is."""

    name: str
    text: str
    chosen: str
    is_known: bool
    number: int


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file on the page; `meanings` are its texts, the unknown ones first."""

    at: int
    column: Column
    samples: list[str]
    chosen: str
    reason: Text | str
    is_known: bool
    own_kind: str
    may_make: bool = False
    error: Text | str = ""
    details_error: Text | str = ""
    kind: str = ""
    known_by: list[tuple[str, str]] = field(default_factory=list)  # What it refers to is found by.
    meanings: list[Meaning] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    can_add: bool = False  # Options can be made of its texts.
    makes: Text | None = None  # What can be made of a name that nothing is called by.

    @property
    def hint(self) -> Text | str:
        """Why it is as it is, where that is not plain to see."""
        if self.is_used:
            return "" if self.is_known else self.reason
        if self.own_kind and self.reason and self.may_make:
            return _(
                "No field for it yet; a new one of the kind “%(kind)s” would fit.",
                kind=KINDS[self.own_kind].label,
            )
        return self.reason

    @property
    def is_used(self) -> bool:
        """True for what becomes a field."""
        return self.column.field is not None

    @property
    def unknown(self) -> int:
        """How many texts still have no meaning."""
        return sum(1 for one in self.meanings if not one.is_known)

    @property
    def is_open(self) -> bool:
        """True when its details should be seen."""
        return bool(self.unknown or self.details_error)


@dataclass(frozen=True, slots=True)
class Offers:
    """What every column can become: fields by key, kinds of fields that can be made."""

    fields: list[tuple[str, str]]
    kinds: list[tuple[str, str]]


def offers(record_type: RecordType, by: Actor) -> Offers:
    """The fields that `by` may write, and the kinds of fields that they may make."""
    givable = givable_keys(record_type, by)
    fields = [
        (one.key, _told(record_type, one)) for one in record_type.fields if one.key in givable
    ]
    lined = record_type.lined
    for one in lined.fields if lined is not None else ():
        path = f"{lined.input}.{one.key}" if lined is not None else ""
        if path in givable:
            fields.append((path, gettext("Line: %(field)s", field=one.label)))
    if record_type.title.key not in givable:
        fields.append((record_type.title.key, _only_finds(record_type)))
    fields.append((ID, gettext("ID: only to find records by")))
    kinds = [(one.key, str(one.label)) for one in KINDS.values() if one.key not in LINKS]
    return Offers(fields, kinds if may_make_fields(by) else [])


def _told(record_type: RecordType, one: Field) -> str:
    """What a field is called, and what becomes of a whole name."""
    parts = parts_of_name(record_type, one.key)
    if parts is None:
        return str(one.label)
    last, first = (record_type.field(key).label for key in parts)
    return gettext("%(name)s: %(last)s and %(first)s", name=one.label, last=last, first=first)


def _only_finds(record_type: RecordType) -> str:
    label = record_type.field(record_type.title.key).label
    return gettext("%(field)s: only to find records by", field=label)


def column_rows(
    record_type: RecordType,
    mapping: Mapping,
    new: Map[str, str],
    table: Table,
    guesses: Sequence[Guess],
    by: Actor,
    errors: Map[str, Text | str],
) -> list[ColumnRow]:
    """A row for each column of the file; `errors` are those of `check_mapping`."""
    sample = table.sample(SAMPLE)
    found = []
    for at, column in enumerate(mapping.columns[: len(guesses)]):
        texts = [row[at].strip() for row in sample if at < len(row)]
        guessed = guesses[at]
        place = f"columns.{at}."
        wrong = {
            key.removeprefix(place): text for key, text in errors.items() if key.startswith(place)
        }
        is_guess = guessed.column.field == column.field and column.source not in new
        found.append(
            ColumnRow(
                at,
                column,
                [one[:LONGEST] for one in dict.fromkeys(texts) if one][:SHOWN],
                NEW + new[column.source] if column.source in new else column.field or "",
                guessed.reason if is_guess else "",
                guessed.is_known,
                guessed.own_kind,
                may_make_fields(by),
                wrong.pop("field", "") or wrong.pop("source", ""),
                next(iter(wrong.values()), ""),
                **_details(record_type, column, texts, by),
            )
        )
    return found


def _details(
    record_type: RecordType, column: Column, texts: Sequence[str], by: Actor
) -> dict[str, Any]:
    """The kind of a column's field, what its texts mean, out of what, and what can be made."""
    spot = spot_of(record_type, column.field or "", by) if column.field != ID else None
    if spot is None:
        return {}
    one, whose = spot.field, spot.target or record_type
    options, known = _known(whose, one, by)
    return {
        "kind": one.kind,
        "meanings": _meanings(column, one, texts, known),
        "options": options,
        "can_add": takes_options(one) and may_make_fields(by),
        "makes": _makes(record_type, one, by),
        "known_by": _known_by(one, by),
    }


def _known_by(one: Field, by: Actor) -> list[tuple[str, str]]:
    """By what alone a line's records can be found, where there is a choice."""
    if not one.to or one.to == "user":
        return []
    target = tailored(one.to, by)
    keys = [each for each in target.unique_fields if each.key in readable_keys(target, by)]
    return [(each.key, str(each.label)) for each in keys]


def _makes(record_type: RecordType, one: Field, by: Actor) -> Text | None:
    """What the box of a column says that can have records made, else None."""
    noted = record_type.noted
    if noted is not None and one.key in noted.keys:
        return noted.asks
    return _("Create what is not there yet") if can_be_made(one.to, by) else None


def _known(
    record_type: RecordType, one: Field, by: Actor
) -> tuple[list[tuple[str, str]], Map[str, str]]:
    """What the texts of a field can stand for, and the texts whose meaning is known."""
    if one.kind == "flag":
        yes, no = gettext("Yes"), gettext("No")
        return [("true", yes), ("false", no)], {"true": "true", "false": "false"}
    if one.kind in CHOOSABLE:
        options = tuple(choices_of(record_type, by).get(one.key, ())) or one.options
        words = words_of(record_type.module, record_type.key)
        living = [(each.value, each.shown()) for each in options if not each.is_retired]
        return living, meanings(options, words.values.get(one.key, {}))
    if one.to == "user":
        people = [each for each in list_users(by) if each.is_active]
        names = {
            plain(str(text)): str(each.id) for each in people for text in (each.name, each.email)
        }
        return [(str(each.id), each.name) for each in people], names
    return [], {}


def _meanings(
    column: Column, one: Field, texts: Sequence[str], known: Map[str, str]
) -> list[Meaning]:
    """What the texts of a column stand for: those that nobody knows first, then the usual ones."""
    counted = Counter(part for text in texts for part in _parts(one, text) if part)
    asked = dict(counted.most_common()) if known or one.kind in CHOOSABLE else {}
    asked |= {text: counted.get(text, 0) for text in column.values}
    found = []
    for text, number in asked.items():
        given = column.values.get(text)
        value = known.get(plain(text) or text, "") if given is None else given or EMPTY
        is_known = given is not None or bool(value)
        found.append(Meaning(f"v{column_name(text)}", text, value, is_known, number))
    found.sort(key=lambda each: each.is_known)
    return found[:MOST_VALUES]


def _parts(one: Field, text: str) -> list[str]:
    """The values of a cell that may hold several."""
    return [part.strip() for part in text.split(";")] if one.kind == "choices" else [text]


def column_name(text: str) -> str:
    """A text as a part of the name of an input, which reads it back."""
    return f":{text}"
