"""Reading what a starter says of fields of its own, price books and text templates."""

import re
from collections.abc import Iterator

from tenants.starters.format import (
    FIELD_KINDS,
    TEMPLATE_PURPOSES,
    FieldOption,
    OwnField,
    PriceBook,
    StarterError,
    TextTemplate,
)
from tenants.starters.table import Table

_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_OWN_KEY = re.compile(r"x_[a-z][a-z0-9_]{0,36}")
WITH_OPTIONS = ("choice", "choices")


def own_fields(document: Table) -> Iterator[OwnField]:
    """Read the fields that the workspace has beyond the product's own."""
    seen: set[tuple[str, str]] = set()
    for table in document.tables("fields"):
        kind = table.one_of("kind", FIELD_KINDS)
        field = OwnField(
            record_type=table.text("record_type", _KEY),
            key=table.text("key", _OWN_KEY),
            kind=kind,
            label=table.localized("label"),
            options=tuple(_options(table)) if kind in WITH_OPTIONS else (),
        )
        if (field.record_type, field.key) in seen:
            raise StarterError(f"{table.at('key')} stands twice: {field.key!r}.")
        if kind in WITH_OPTIONS and not field.options:
            raise StarterError(f"{table.at('options')} is missing.")
        seen.add((field.record_type, field.key))
        yield field


def _options(table: Table) -> Iterator[FieldOption]:
    for one in table.tables("options"):
        yield FieldOption(one.text("value", _KEY), one.localized("label"))


def price_books(document: Table) -> Iterator[PriceBook]:
    """Read the price books, each for customers of one kind or for all."""
    for table in document.tables("price_books"):
        kind = table.text("customer_kind", _KEY) if table.has("customer_kind") else ""
        yield PriceBook(table.localized("name"), kind)


def templates(document: Table) -> Iterator[TextTemplate]:
    """Read the text templates: a mail has a subject, a text to paste has none."""
    for table in document.tables("templates"):
        purpose = table.one_of("purpose", TEMPLATE_PURPOSES)
        yield TextTemplate(
            name=table.localized("name"),
            record_type=table.text("record_type", _KEY),
            purpose=purpose,
            subject=table.localized("subject") if purpose == "mail" else {},
            body=table.localized("body"),
        )
