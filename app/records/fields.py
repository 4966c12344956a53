"""A field of a record type: one attribute of its model with what people need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, collate, func, literal, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.actor import Actor
from app.kernel.language import LOCALES, Text, current
from app.kernel.localized import pick
from app.records.model import EARLIEST

Attribute = InstrumentedAttribute[Any]
# Where a nullable key is empty, its row sorts as if it held the earliest or the least value.
SENTINELS: Mapping[str, Any] = {
    "moment": literal(EARLIEST),
    "day": literal("0001-01-01"),
    "whole": literal(-(2**53)),
    "number": literal(-(2**53)),
    "money": literal(-(10**13)),  # The column holds no more.
    "percent": literal(-999),
}
ALWAYS_PAST = ("created_at", "updated_at")
DAYS = ("%(n)s day", "%(n)s days")  # The unit of a term.
WALKED = ("choice", "country", "flag")


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice; its label is ours (a Text) or the tenant's (texts by language).

    What only an action brings about names it in `by_action`: forms don't offer such a value.
    One that belongs to a value of another choice names that in `group`; `short` is what it is
    called where the group is known, and `stale_after` after how many days a card is stale there.
    """

    value: str
    label: Text | Mapping[str, str]
    colour: str = ""
    is_retired: bool = False
    by_action: str = ""
    group: str = ""
    short: Mapping[str, str] | None = None
    stale_after: int = 0

    @property
    def is_offered(self) -> bool:
        """True of what a person may choose for a record that does not have it."""
        return not self.is_retired and not self.by_action

    def shown(self) -> str:
        """The label in the reader's language."""
        if isinstance(self.label, Text):
            return str(self.label)
        return pick(self.label, current())

    def shown_in_group(self) -> str:
        """What it is called where the value that it belongs to is known."""
        return self.shown() if self.short is None else pick(self.short, current())


@dataclass(frozen=True)  # Without slots, so that what its column says is asked once.
class Field:
    """One attribute of a record type: how it is called, typed in, shown and guarded.

    `options` are fixed choices; `picklist` says that the tenant defines them, and `options_from`
    reads such as a module keeps in tables of its own, whose changes draw the picklists' stamp.
    `to` names the record
    type (or `user`) that a reference points to. `sort` is the attribute to order by, and
    `sort_chinese` that for readers of Chinese; a text that sorts by itself does so as it is
    written, and rows without a value in `sort` come last. No two living records share
    the value of a field that `is_unique`, whatever its case. A `readonly` field is kept by the
    product and never taken from input; where it keeps what records of another type say, `told_by`
    names that type, and whoever may not read it does not see the field. `initial(by)` is what a
    new record holds where nothing is said of the field, when that depends on the workspace. In a
    text that `mentions`, colleagues are called by @name; the model is a MentioningRecord then. A
    moment that `takes_days` may mean a whole day (`kernel/days.py`), which a date without an hour
    is; `says_day` is the flag beside it that says so. What `is_past` is the date of something that
    happened, so that no record has one that is still to come. A number that is not `adds_up`, such
    as a rate or a term in days, has an average and no sum; `unit` is what so many of it are called,
    one and several, such as DAYS.
    """

    attribute: Attribute
    label: Text
    required: bool = False
    options: tuple[Option, ...] = ()
    picklist: bool = False
    options_from: Callable[[Session], tuple[Option, ...]] | None = None
    to: str | None = None
    help: Text | None = None
    placeholder: Text | None = None
    readonly: bool = False
    told_by: str | None = None
    sort: Attribute | None = None
    sort_chinese: Attribute | None = None
    is_unique: bool = False
    personal: bool = False
    initial: Callable[[Actor], Any] | None = None
    mentions: bool = False
    takes_days: bool = False
    says_day: Attribute | None = None
    is_past: bool = False
    adds_up: bool = True
    unit: tuple[str, str] | None = None

    @property
    def looks_back(self) -> bool:
        """True of a date that is never still to come, such as when a record was made."""
        return self.is_past or self.key in ALWAYS_PAST

    @property
    def is_lent(self) -> bool:
        """True of what another module knows of a record: lists are filtered by it, and no more."""
        return False

    @property
    def is_tenants(self) -> bool:
        """True of a choice whose options the workspace decides."""
        return self.picklist or self.options_from is not None

    @property
    def conditions(self) -> Mapping[str, Any] | None:
        """When it is shown, asked for or fixed; only a workspace's own fields have such."""
        return None

    @cached_property
    def key(self) -> str:
        """The name of the field in URLs, forms, the API and events."""
        return str(self.attribute.key)

    @cached_property
    def kind(self) -> str:
        """How the field behaves: text, email, phone, choice, reference, moment ..."""
        return str(self.attribute.property.columns[0].info.get("kind", "text"))

    @cached_property
    def max_length(self) -> int | None:
        """The greatest number of characters, or None when the kind has none."""
        length: int | None = getattr(self.attribute.property.columns[0].type, "length", None)
        return length

    @cached_property
    def digits(self) -> int | None:
        """How many digits of a number stand before its point at most, where its column says so."""
        column_type = self.attribute.property.columns[0].type
        precision: int | None = getattr(column_type, "precision", None)
        return precision - column_type.scale if precision else None

    @cached_property
    def nullable(self) -> bool:
        """True when the database takes no value for it."""
        return bool(self.attribute.property.columns[0].nullable)

    @cached_property
    def default(self) -> Any:
        """What a new record holds where nothing is said, or None."""
        found = self.attribute.property.columns[0].default
        return found.arg if found is not None and found.is_scalar else None

    @property
    def expression(self) -> ColumnElement[Any]:
        """Its value in SQL, as lists fetch it and filters compare it."""
        found: ColumnElement[Any] = self.attribute.expression
        return found

    @property
    def fetched(self) -> ColumnElement[Any]:
        """Its value in SQL as rows are shown it, where that is more than what is compared."""
        return self.expression

    @property
    def target_id(self) -> ColumnElement[Any]:
        """What a reference points to, as an id in SQL that joins with that of its table."""
        return self.expression

    @property
    def is_sortable(self) -> bool:
        """True when a list can be ordered by it: by a key of its own or by its value."""
        return self.sort is not None or self.kind in SENTINELS or self.is_walked

    @property
    def ends_empty(self) -> bool:
        """True when a row may lack its key, and then comes last whichever way the list runs."""
        return self.sort is not None and bool(self.sort.property.columns[0].nullable)

    @property
    def is_walked(self) -> bool:
        """True when no key of every row orders a list by it, which is then walked.

        Options stand as their picklist has them, references by the title of what they point to,
        and rows that lack their key behind the others.
        """
        if self.sort is not None:
            return self.ends_empty
        return self.kind in WALKED or self.to is not None

    @property
    def sort_expression(self) -> ColumnElement[Any]:
        """What a list by this field is ordered by, never NULL unless it `ends_empty`."""
        if self.ends_empty and self.sort is self.attribute:
            return collate(func.lower(self.attribute.expression), "C")
        attribute = self.sort if self.sort is not None else self.attribute
        if self.sort_chinese is not None and current().startswith("zh"):
            attribute = self.sort_chinese
        column = attribute.property.columns[0]
        if self.sort is None and self.nullable:
            sentinel = SENTINELS[self.kind]
            return func.coalesce(attribute, sentinel.cast(column.type))
        expression: ColumnElement[Any] = attribute.expression
        return expression

    def value(self, record: Any) -> Any:
        """Its value on a record, or on a row of a list."""
        return getattr(record, self.key)

    def put(self, record: Any, value: Any) -> None:
        """Set its value on a record."""
        setattr(record, self.key, value)


def languages_of(texts: ColumnElement[Any]) -> list[ColumnElement[str]]:
    """A text in several languages in SQL: each of them, empty where there is none."""
    return [func.coalesce(_in_language(texts, one), "") for one in LOCALES]


def text_of(attribute: Attribute) -> ColumnElement[str]:
    """An attribute as one text in SQL: of several languages, what `pick` takes for the reader."""
    if attribute.property.columns[0].info.get("kind") != "localized":
        plain: ColumnElement[str] = attribute.expression
        return plain
    language = current()
    chinese = ("zh-CN", "zh-TW") if language.startswith("zh") else ()
    order = dict.fromkeys((language, *chinese, *LOCALES))
    return func.coalesce(*(_in_language(attribute.expression, one) for one in order), "")


def texts_of(attribute: Attribute) -> list[ColumnElement[str]]:
    """An attribute as texts in SQL: all its languages, where it has several."""
    if attribute.property.columns[0].info.get("kind") == "localized":
        return languages_of(attribute.expression)
    return [attribute.expression]


def _in_language(texts: ColumnElement[Any], language: str) -> ColumnElement[str | None]:
    found: ColumnElement[str | None] = type_coerce(texts, JSONB())[language].astext
    return found
