"""What stands in each column of an exported table, by the kind of its field.

References go out by name with their id beside it, amounts with their currency, choices by their
label, and a text in several languages with a column for each where all was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.countries import country_name
from app.kernel.currencies import digits_of
from app.kernel.days import whole_day
from app.kernel.language import NATIVE_NAMES, current, gettext
from app.records.fields import Field, Option
from app.records.languages import asked_for
from app.records.pages.choices import choices_of
from app.records.pages.looks import Words
from app.records.query.columns import columns as selected
from app.records.query.columns import read_reaches
from app.records.types import RecordType

Cell = str | int | bool | Decimal | date | datetime | time | None
Read = Callable[[Any], Cell]  # Of a row.
Write = Callable[[Any], Cell]  # Of a value.
BETWEEN = "; "
TEXT, MONEY, AMOUNT = "text", "money", "amount"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what is written above it, what kind of values it has, how a row gives its cell.

    `kind` is that of the field, or text for what stands beside it.
    """

    key: str
    label: str
    kind: str
    read: Read


def table_columns(
    record_type: RecordType, keys: Sequence[str], by: Actor, *, is_whole: bool
) -> tuple[Column, ...]:
    """The columns of these fields, in the language in use; the record's id comes last.

    With `is_whole`, a text in several languages has a column for each.
    """
    places = _places(record_type, keys, by)
    picklists = choices_of(record_type, by)
    found: list[Column] = []
    for key in dict.fromkeys(keys):
        field = record_type.by_key[key]
        options = tuple(picklists.get(key, ())) or field.options
        found += _of_field(field, places, options, by, is_whole=is_whole)
    found.append(Column("id", gettext("ID"), TEXT, _text(places["id"], str)))
    return tuple(_named_once(found))


def _places(record_type: RecordType, keys: Sequence[str], by: Actor) -> dict[str, int]:
    """Where in a row of `which.rows_of` each value stands."""
    statement = selected(record_type, tuple(keys), read_reaches(by))
    return {name: at for at, name in enumerate(statement.selected_columns.keys())}


def _of_field(
    field: Field,
    places: Mapping[str, int],
    options: tuple[Option, ...],
    by: Actor,
    *,
    is_whole: bool,
) -> Iterator[Column]:
    """The column of a field, and those that belong beside it."""
    at, label = places[field.key], str(field.label)
    if field.to:
        title = places[f"{field.key}__title"]
        yield Column(field.key, label, TEXT, _text(title, str))
        beside = gettext("%(field)s (ID)", field=label)
        yield Column(field.key, beside, TEXT, _id_of(at, title))
        return
    yield Column(field.key, label, field.kind, _reader(field, at, options, by))
    if field.kind == MONEY:
        beside = gettext("%(field)s (currency)", field=label)
        currency = by.tenant.currency
        yield Column(field.key, beside, TEXT, _text(at, lambda _amount: currency))
    if field.kind == AMOUNT:
        beside = gettext("%(field)s (currency)", field=label)
        yield Column(field.key, beside, TEXT, _text(at, lambda amount: amount.currency))
        home = by.tenant.currency
        counted = gettext("%(field)s (in %(currency)s)", field=label, currency=home)
        yield Column(field.key, counted, MONEY, _text(at, lambda amount: amount.own))
    if field.kind == "localized" and is_whole:
        for language in asked_for(by):
            yield Column(
                field.key, f"{label} ({NATIVE_NAMES[language]})", TEXT, _in_language(at, language)
            )


def _reader(field: Field, at: int, options: tuple[Option, ...], by: Actor) -> Read:
    """How a row gives the cell of a field that is no reference."""
    make = WRITES.get(field.kind)
    if make is not None:
        return _text(at, make(Words(options), by))
    found: Read = itemgetter(at)
    return found


def _labels(words: Words, _by: Actor) -> Write:
    return lambda keys: BETWEEN.join(str(words[one]) for one in keys)


def _label(words: Words, _by: Actor) -> Write:
    return lambda key: str(words[key])


def _country(_words: Words, _by: Actor) -> Write:
    language = current()
    return lambda code: country_name(code, language)


def _moment(_words: Words, by: Actor) -> Write:
    zone = ZoneInfo(by.tenant.zone)
    return lambda moment: whole_day(moment, zone) or moment.astimezone(zone)


def _money(_words: Words, by: Actor) -> Write:
    """An amount with the digits of its currency, or with more where it has more."""
    digits = Decimal(1).scaleb(-digits_of(by.tenant.currency))

    def write(amount: Decimal) -> Cell:
        rounded = amount.quantize(digits)
        return rounded if rounded == amount else amount.normalize()

    return write


def _amount(_words: Words, _by: Actor) -> Write:
    return lambda amount: Decimal(amount.written)


def _number(_words: Words, _by: Actor) -> Write:
    return Decimal.normalize


def _plain(_words: Words, _by: Actor) -> Write:
    return str


WRITES: Mapping[str, Callable[[Words, Actor], Write]] = {
    "choices": _labels,
    "tags": _labels,
    "choice": _label,
    "country": _country,
    "moment": _moment,
    "money": _money,
    "amount": _amount,
    "number": _number,
    "percent": _number,
    "localized": _plain,
}


def _text(at: int, write: Write) -> Read:
    """A cell by `write`; nothing stays nothing."""

    def read(row: Any) -> Cell:
        value = row[at]
        return None if value is None else write(value)

    return read


def _id_of(at: int, title: int) -> Read:
    """The id of a record that the reader may open; that of another is not told."""

    def read(row: Any) -> Cell:
        return None if row[title] is None else str(row[at])

    return read


def _in_language(at: int, language: str) -> Read:
    return _text(at, lambda value: value.texts.get(language))


def _named_once(columns: Sequence[Column]) -> Iterator[Column]:
    """Each under a name of its own: of those called alike, the later ones say which field."""
    met: set[str] = set()
    for one in columns:
        label = one.label
        if label in met:
            label = f"{label} ({one.key})"
        met.add(label)
        yield Column(one.key, label, one.kind, one.read)
