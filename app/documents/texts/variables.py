"""What stands in a template for a record: its fields, one step of its references, firm, me, today.

Values are read when they are written, with the rights of whoever renders and in the language in
use: a field that they may not see stays empty and is named among the gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.documents.texts.values import Written
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.errors import Missing
from app.kernel.language import current
from app.kernel.localized import LocalText, pick
from app.kernel.phones import display_phone
from app.records.access import fetch, sees
from app.records.fields import Field
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.shown import shown_text
from app.records.references import titles
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

PERSON = ("name", "email", "phone")
FIRM = ("name",)
RECKONED = ("money", "amount", "number", "percent", "whole")


def spoken(one: Field) -> str:
    """What a field is called in a template: `account` for the reference `account_id`."""
    return one.key.removesuffix("_id") if one.to else one.key


def field_called(record_type: RecordType, name: str) -> Field | None:
    """The field that a template means by a name, or None."""
    found = record_type.by_key.get(name)
    if found is not None and not found.to:
        return found
    return next((one for one in record_type.fields if one.to and spoken(one) == name), None)


@dataclass(slots=True)
class Seen:
    """What was asked for and may not be seen, by path, and what was asked for and is written."""

    hidden: list[str] = field(default_factory=list)
    uses: Uses = field(default_factory=Uses)


class RecordValues:
    """A record in a template; `steps` is how many references may be followed from it."""

    def __init__(
        self, record_type: RecordType, record: Record, by: Actor, seen: Seen, path: str, steps: int
    ) -> None:
        self._type = record_type
        self._record = record
        self._by = by
        self._seen = seen
        self._path = path
        self._steps = steps
        self._read: dict[str, Any] = {}

    def __str__(self) -> str:
        return str(_plain(getattr(self._record, self._type.title.key), self._by) or "")

    def __getitem__(self, name: object) -> Any:
        """The value of a field; KeyError for what is none, None where there is nothing to see."""
        if not isinstance(name, str):
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._value(name)
        return self._read[name]

    def _value(self, name: str) -> Any:
        one = field_called(self._type, name)
        if one is None or (one.to and not self._steps and one.to != "user"):
            if one is None:
                raise KeyError(name)
            return self._title(one, name)
        if not sees(self._type, one.key, self._by):
            return self._hide(name)
        self._seen.uses.note(self._type.key, one.key)
        value = one.value(self._record)
        if one.to:
            return self._follow(one, value, name)
        return value_of(self._type, one, value, self._by)

    def _follow(self, one: Field, value: UUID | None, name: str) -> Any:
        if value is None:
            return None
        if one.to == "user":
            return person(self._by, value)
        target = tailored(one.to or "", self._by)
        try:
            record = fetch(target, value, self._by)
        except Missing:
            return self._hide(name)
        self._seen.uses.note_records(target.key, [value])
        path = f"{self._path}.{name}"
        return RecordValues(target, record, self._by, self._seen, path, self._steps - 1)

    def _title(self, one: Field, name: str) -> str | None:
        """Of a reference beyond the last step, the title alone."""
        value = one.value(self._record)
        if value is None:
            return None
        if not sees(self._type, one.key, self._by):
            self._hide(name)
            return None
        found = titles(one.to or "", [value], self._by).get(value)
        self._seen.uses.note(self._type.key, one.key)
        if one.to and one.to != "user":
            self._seen.uses.note_records(one.to, [value])
        if found is None:
            self._hide(name)
        return None if found is None else str(_plain(found, self._by))

    def _hide(self, name: str) -> None:
        path = f"{self._path}.{name}"
        if path not in self._seen.hidden:
            self._seen.hidden.append(path)


class Named:
    """Some texts by name, such as those of a person; written by itself, it is its name."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def __str__(self) -> str:
        return self._texts.get("name", "")

    def __getitem__(self, name: object) -> str | None:
        """The text of this name, None where it is empty; KeyError for what is none."""
        if not isinstance(name, str):
            raise KeyError(name)
        return self._texts[name] or None


def person(by: Actor, user_id: UUID | None) -> Named | None:
    """A colleague in a template."""
    found = by.session.get(User, user_id) if user_id is not None else None
    if found is None:
        return None
    phone = display_phone(found.phone, by.tenant.country) if found.phone else ""
    return Named({"name": found.name, "email": found.email, "phone": phone})


def firm(by: Actor) -> Named:
    """The firm that writes, in a template."""
    return Named({"name": by.tenant.name})


def day_value(value: date, by: Actor) -> Written:
    """A day as a letter has it: with its year."""
    return Written(formats(by).day(value, date.min), value)


def value_of(record_type: RecordType, one: Field, value: Any, by: Actor) -> Any:
    """The value of a field as a template has it; None where there is none."""
    if value is None or value in ("", (), []):
        return None
    if one.kind == "localized":
        return _plain(value, by)
    if one.kind == "day":
        return day_value(value, by)
    if one.kind == "moment":
        return Written(formats(by).exact(value), formats(by).local(value))
    if one.unit is not None:  # Whoever writes a text says "within {{ … }} days" themselves.
        one = replace(one, unit=None)
    text = shown_text(one, value, by, choices_of(record_type, by).get(one.key, ()))
    value = value.amount if isinstance(value, Amount) else value
    return Written(text, value) if one.kind == "flag" or one.kind in RECKONED else text


def _plain(value: Any, by: Actor) -> Any:
    """A text of several languages in the one in use."""
    if isinstance(value, LocalText):
        return pick(value.texts, current(), by.tenant.language)
    return value
