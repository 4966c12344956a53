"""Controls of forms: what each field shows to be typed in, with errors and others' changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.currencies import read_code
from app.kernel.days import whole_day
from app.kernel.ids import parse_id
from app.kernel.language import NATIVE_NAMES, Text, current, gettext
from app.kernel.phones import display_phone
from app.records.fields import Field, Option
from app.records.history import Theirs
from app.records.languages import asked_for, languages, to_lines
from app.records.money.rates import currencies_in_use
from app.records.pages.shown import UNNAMED, shown_text
from app.records.priced.field import CURRENCY, PriceField
from app.records.references import titles
from app.records.tags.operations import PARTS
from app.records.types import RecordType
from app.records.values.localized import NAME_LENGTH
from app.web.formats import formats, input_moment, parse_moment

# How a value stands in a control, by what it is.
WRITTEN: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda value: "1" if value else "0"),
    (time, lambda value: value.strftime("%H:%M")),
    ((tuple, list), "\n".join),
    (Decimal, lambda value: f"{value.normalize():f}"),
    (object, str),
)
OWN_LOOKS = (
    "moment",
    "day_or_moment",
    "long_text",
    "flag",
    "choices",
    "tags",
    "localized",
    "amount",
)
INPUT_TYPES = {"email": "email", "phone": "tel", "url": "text", "day": "date", "time": "time"}


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a form as the template draws it; `value` is what stands in it."""

    field: Field
    value: str
    options: tuple[tuple[str, str], ...] = ()
    title: str = ""  # The name of the record that a reference points to.
    error: str = ""
    theirs: str = ""  # What somebody else made of it meanwhile.
    watched: str = ""  # What its conditions look at, for the script that watches them.
    is_visible: bool = True
    heading: str = ""  # Of the section that begins with it.
    is_asked: bool | None = None  # What its conditions say; None: as its field.
    texts: tuple[tuple[str, str, str], ...] = ()  # By language: its code, its name, the text.
    unit: str = ""  # The currency of an amount that its record has one for.
    hint: str = ""  # What is meant where nothing is typed, in place of the field's placeholder.
    is_first: bool = False  # The focus goes to it, wherever it stands.

    @property
    def key(self) -> str:
        """The name under which it is sent."""
        return self.field.key

    @property
    def required(self) -> bool:
        """True when it must be filled in as things stand."""
        return self.field.required if self.is_asked is None else self.is_asked

    @property
    def id(self) -> str:
        """The element's id; a list behind the drawer has ids of its own."""
        return f"f-{self.field.key}"

    @property
    def look(self) -> str:
        """Which control it is: select, country, lookup, one of OWN_LOOKS, or input."""
        if self.field.kind == "choice" or _is_open(self.field):
            return "select"
        if self.field.kind == "country":
            return "country"
        if self.field.to:
            return "lookup"
        if self.field.takes_days:
            return "day_or_moment"
        if isinstance(self.field, PriceField):
            return "price"
        return self.field.kind if self.field.kind in OWN_LOOKS else "input"

    @property
    def date(self) -> str:
        """The date of a moment, which has a control of its own where it may mean a day."""
        return self.value.partition("T")[0]

    @property
    def clock(self) -> str:
        """The time of day of a moment, empty where it means the whole day."""
        return self.value.partition("T")[2][:5]

    @property
    def chosen(self) -> list[str]:
        """The values of a multiple choice."""
        return self.value.split("\n")

    @property
    def tags(self) -> str:
        """Tags as they are called, one after the other; what is none yet, as it was typed."""
        names = dict(self.options)
        return ", ".join(names.get(key, key) for key in PARTS.split(self.value) if key.strip())

    @property
    def amount(self) -> str:
        """An amount without its currency, as it stands or was typed."""
        return self.value.removesuffix(self.currency).rstrip() if self.currency else self.value

    @property
    def currency(self) -> str:
        """The currency behind an amount; nothing where none stands there."""
        return read_code(self.value.rpartition(" ")[2]) or ""

    @property
    def max_length(self) -> int | None:
        """The most characters that an input takes."""
        return NAME_LENGTH if self.look == "localized" else self.field.max_length

    @property
    def type(self) -> str:
        """The type of an input."""
        return INPUT_TYPES.get(self.field.kind, "text")

    @property
    def described_by(self) -> str:
        """The ids of what explains it."""
        parts = [(self.error, "error"), (self.theirs, "theirs"), (self.field.help, "help")]
        return " ".join(f"{self.id}-{name}" for there, name in parts if there)


def controls(
    record_type: RecordType,
    keys: Iterable[str],
    texts: Mapping[str, str],
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    *,
    errors: Mapping[str, Text | str] | None = None,
    theirs: Mapping[str, Theirs] | None = None,
    stands: Mapping[str, str] | None = None,
) -> list[Control]:
    """The controls of some fields, holding `texts`; see Control.

    `stands` are the texts of the record as it is kept. What a reference points to is named only to
    who may read it; one that is kept and may not be read shows as a dash, so that it stays.
    """
    fields = [record_type.by_key[key] for key in keys]
    named = _titles(fields, texts, by, stands or {})
    return [
        Control(
            field,
            texts.get(field.key, ""),
            _currencies(texts.get(field.key, ""), by)
            if field.kind == "amount" and not isinstance(field, PriceField)
            else _options(field, texts.get(field.key, ""), picklists),
            named.get((field.to, parse_id(texts.get(field.key))), ""),
            str((errors or {}).get(field.key, "")),
            _told(field, (theirs or {}).get(field.key), by, picklists),
            texts=_texts(field, texts.get(field.key, ""), by),
            unit=texts.get(CURRENCY) or (stands or {}).get(CURRENCY, "")
            if isinstance(field, PriceField)
            else "",
        )
        for field in fields
    ]


def input_text(field: Field, value: Any, by: Actor) -> str:
    """A value as it stands in its control."""
    if field.kind == "localized":
        return to_lines(value or {}, by)
    if value is None:
        return ""
    if field.kind == "amount":
        return _amount(field, value)
    if isinstance(value, datetime):
        day = whole_day(value, ZoneInfo(by.tenant.zone)) if field.takes_days else None
        return day.isoformat() if day is not None else input_moment(value, by.zone)
    if field.kind == "phone":
        return display_phone(value, by.tenant.country)
    return next(write(value) for known, write in WRITTEN if isinstance(value, known))


def _amount(field: Field, value: Any) -> str:
    """An amount, of a record or as an event has it; where its record has one currency, without."""
    if isinstance(field, PriceField):
        return str(value["amount"] if isinstance(value, Mapping) else value.written)
    return f"{value['amount']} {value['currency']}" if isinstance(value, Mapping) else str(value)


def input_texts(record_type: RecordType, record: Any, by: Actor) -> dict[str, str]:
    """Every field of a record as it stands in its control."""
    return {field.key: input_text(field, field.value(record), by) for field in record_type.fields}


def event_text(field: Field, value: Any, by: Actor) -> str:
    """A value of an event, which holds moments as texts, as it would stand in its control."""
    moment = parse_moment(value) if field.kind == "moment" and isinstance(value, str) else None
    return input_text(field, moment or value, by)


def _texts(field: Field, lines: str, by: Actor) -> tuple[tuple[str, str, str], ...]:
    """The lines of a text in several languages; one that nobody is asked for has no name."""
    if field.kind != "localized":
        return ()
    known = [*lines.split("\n"), *([""] * len(languages(by)))]
    names = {one: NATIVE_NAMES[one] for one in asked_for(by)}
    return tuple(
        (one, names.get(one, ""), text) for one, text in zip(languages(by), known, strict=False)
    )


def _titles(
    fields: Iterable[Field], texts: Mapping[str, str], by: Actor, stands: Mapping[str, str]
) -> dict[tuple[str | None, UUID | None], str]:
    """The names of what the references in `texts` point to; see `controls`."""
    wanted: dict[str, list[UUID]] = {}
    found: dict[tuple[str | None, UUID | None], str] = {}
    for field in fields:
        chosen = parse_id(texts.get(field.key)) if field.to else None
        if field.to and chosen is not None:
            wanted.setdefault(field.to, []).append(chosen)
            if chosen == parse_id(stands.get(field.key)):
                found[field.to, chosen] = UNNAMED
    for to, ids in wanted.items():
        found |= {(to, one): title for one, title in titles(to, ids, by).items()}
    return found


def _options(
    field: Field, chosen: str, picklists: Mapping[str, tuple[Option, ...]]
) -> tuple[tuple[str, str], ...]:
    """What a choice offers: the options in use, and the chosen one even when it is retired.

    A country that is kept as a text from before stands below all others.
    """
    if field.kind == "country":
        named = countries(current())
        return (*named.items(), *(((chosen, chosen),) if chosen and chosen not in named else ()))
    if _is_open(field):
        return ("1", gettext("Yes")), ("0", gettext("No"))
    options = picklists.get(field.key) or field.options
    return tuple(
        (option.value, option.shown())
        for option in options
        if option.is_offered or option.value in chosen.split("\n")
    )


def _currencies(text: str, by: Actor) -> tuple[tuple[str, str], ...]:
    """The currencies that an amount can be in: the firm's, those with rates, and what stands."""
    standing = read_code(text.rpartition(" ")[2]) or by.tenant.currency
    return tuple((one, one) for one in dict.fromkeys([*currencies_in_use(by), standing]))


def _is_open(field: Field) -> bool:
    """True for a yes or no that may be neither, which a box to tick could not show."""
    return field.kind == "flag" and field.nullable


def _told(
    field: Field,
    change: Theirs | None,
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
) -> str:
    """A colleague's change of a field, in a sentence."""
    if change is None:
        return ""
    names = _names_of(field, change.value, by)
    value = shown_text(field, change.value, by, picklists.get(field.key, ()), names)
    return gettext(
        "%(who)s, %(when)s: %(value)s",
        who=change.by,
        when=formats(by).relative(change.at, by.now),
        value=value or gettext("empty"),
    )


def _names_of(field: Field, value: Any, by: Actor) -> dict[UUID, str]:
    found = parse_id(str(value)) if field.to and value else None
    return titles(field.to, [found], by) if field.to and found else {}
