"""A field of a record type: one attribute of its model with what people need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from app.kernel.actor import Actor
from app.kernel.language import Text, current
from app.kernel.localized import pick

Attribute = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice; its label is ours (a Text) or the tenant's (texts by language)."""

    value: str
    label: Text | Mapping[str, str]
    colour: str = ""
    is_retired: bool = False

    def shown(self) -> str:
        """The label in the reader's language."""
        if isinstance(self.label, Text):
            return str(self.label)
        return pick(self.label, current())


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a record type: how it is called, typed in, shown and guarded.

    `options` are fixed choices; `picklist` says that the tenant defines them. `to` names the record
    type (or `user`) that a reference points to. `sort` is the attribute to order by, when it is not
    the field itself. A `readonly` field is kept by the product and never taken from input.
    `initial(by)` is what a new record holds where nothing is said of the field, when that depends
    on the workspace.
    """

    attribute: Attribute
    label: Text
    required: bool = False
    options: tuple[Option, ...] = ()
    picklist: bool = False
    to: str | None = None
    help: Text | None = None
    placeholder: Text | None = None
    readonly: bool = False
    sort: Attribute | None = None
    personal: bool = False
    initial: Callable[[Actor], Any] | None = None

    @property
    def key(self) -> str:
        """The name of the field in URLs, forms, the API and events."""
        return str(self.attribute.key)

    @property
    def kind(self) -> str:
        """How the field behaves: text, email, phone, choice, reference, moment ..."""
        return str(self.attribute.property.columns[0].info.get("kind", "text"))

    @property
    def max_length(self) -> int | None:
        """The greatest number of characters, or None when the kind has none."""
        length: int | None = getattr(self.attribute.property.columns[0].type, "length", None)
        return length

    @property
    def nullable(self) -> bool:
        """True when the database takes no value for it."""
        return bool(self.attribute.property.columns[0].nullable)
