"""Options that a file's texts ask for and a choice has not yet: made when the import starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import DEFAULT, OFFERED, current
from app.records.custom.field import OwnField
from app.records.custom.kinds import KINDS
from app.records.custom.operations import add_options, list_fields
from app.records.custom.picklists import change_picklist, standing_options
from app.records.fields import Field
from app.records.imports.mapping import Mapping
from app.records.types import RecordType

OPTION = "option"  # What options that were made are counted as, among what was made along.
ADD = "\x1e"  # Stands for an option that is to be made of a text; no text holds it.


def takes_options(field: Field) -> bool:
    """True for a choice whose options the workspace decides, built in or its own."""
    if isinstance(field, OwnField):
        return KINDS[field.own_kind].has_options
    return field.picklist


def asked_options(mapping: Mapping) -> int:
    """How many options texts shall become that there are not yet."""
    return sum(value == ADD for one in mapping.used for value in one.values.values())


def make_options(record_type: RecordType, mapping: Mapping, by: Actor) -> Mapping:
    """Make the options that were asked for (ADD); answers with the mapping that means them.

    Refused with a message by column where one can't be made, NotPermitted for whoever may not
    decide on fields.
    """
    columns = list(mapping.columns)
    for number, column in enumerate(columns):
        texts = [text for text, value in column.values.items() if value == ADD]
        field = record_type.by_key.get(column.field or "")
        if not texts or field is None or not takes_options(field):
            continue
        try:
            made = _make(record_type, field, texts, by)
        except Refused as refused:
            told = next(iter(refused.errors.values()), refused.message)
            raise Refused(refused.message, errors={f"columns.{number}.values": told}) from None
        values = dict(zip(texts, made, strict=True))
        columns[number] = replace(column, values={**column.values, **values})
    return replace(mapping, columns=tuple(columns))


def _make(record_type: RecordType, field: Field, texts: Sequence[str], by: Actor) -> list[str]:
    """Put an option for each text behind those that a field has; their values."""
    wished = [{"label": {language_of_names(): text}} for text in texts]
    if isinstance(field, OwnField):
        row = next(one for one in list_fields(by, record_type) if one.key == field.key)
        return add_options(by, row, wished)
    standing = standing_options(by, record_type, field)
    change_picklist(by, record_type, field, [*standing, *wished])
    return [str(one["value"]) for one in standing_options(by, record_type, field)[len(standing) :]]


def language_of_names() -> str:
    """The language in which fields and options are named."""
    return current() if current() in OFFERED else DEFAULT
