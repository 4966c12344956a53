"""Records of sales in a panel beside another record: one line for each, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.access import sees
from app.records.pages.looks import tone
from app.records.pages.shown import shown_text
from app.records.tailored import tailored
from app.sales.pages.beside import Known, first_beside, may_stand


@dataclass(frozen=True, slots=True)
class Related:
    """One record in a line: where it is, what it is called, how it stands, what it comes to."""

    url: str
    name: str
    note: str = ""
    amount: str = ""
    status: str = ""
    colour: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class RelatedWords:
    """What a panel says of its records; without words for `empty` it is not there without any."""

    title: Text
    add: Text | str = ""
    empty: Text | str = ""


def related_panel(
    kind: str,
    key: str,
    record_id: UUID,
    words: RelatedWords,
    shown: Callable[[Any], Related],
    by: Actor,
    *,
    order: tuple[ColumnElement[Any], ...],
    preset: Mapping[str, object] | None = None,
    known: Known = None,
) -> dict[str, Any]:
    """What `sales/_related_panel.html` shows: the records of a kind that name `record_id` by `key`.

    One statement, none where it is `known` that there is nothing. Where `preset` is None no new
    one is offered, else its form is filled with that. `related` is None for whoever may not read
    such records, or not to what they belong.
    """
    if not may_stand(kind, key, by):
        return {"related": None}
    record_type = tailored(kind, by)
    model: Any = record_type.model
    found, total = first_beside(kind, key, record_id, by, *order, model.id.desc(), known=known)
    may_add = preset is not None and by.may(kind, "create") and not by.tenant.is_read_only
    if not (words.empty or found):
        return {"related": None}
    return {
        "related": [shown(one) for one in found],
        "total": total,
        "words": words,
        "icon": record_type.icon,
        "collection": record_type.collection,
        "filter": {key: record_id},
        "preset": dict(preset or {}),
        "may_add": may_add,
    }


def pill_of(kind: str, key: str, value: object, by: Actor) -> tuple[str, str]:
    """A choice in words with the tone of its pill; nothing of it where `by` may not see it."""
    record_type = tailored(kind, by)
    if not sees(record_type, key, by):
        return "", ""
    field = record_type.by_key[key]
    colour = next((tone(one.colour) for one in field.options if one.value == value), "")
    return shown_text(field, value, by), colour
