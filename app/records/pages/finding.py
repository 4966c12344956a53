"""Finding records of one type, colleagues and countries by words, as results are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Row

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.countries import country_name, find_countries
from app.kernel.language import current
from app.records.access import readable_keys
from app.records.called import called_text, number_key
from app.records.fields import Option
from app.records.filters import Filter
from app.records.pages.choices import choices_of
from app.records.pages.looks import Face, face
from app.records.pages.shown import shown_text
from app.records.query import Query, page, rows_among
from app.records.types import RecordType

IN_BOX = 12


@dataclass(frozen=True, slots=True)
class Found:
    """One result: where it leads, how it is called, and what tells it from its namesakes."""

    id: str
    url: str
    title: str
    note: str
    icon: str
    face: Face | None = None


def find_users(words: str, by: Actor) -> list[Found]:
    """Active colleagues whose name or e-mail holds the words."""
    statement = select(User.id, User.name, User.email).where(
        User.is_active.is_(True), *is_called(words)
    )
    rows = by.session.execute(statement.order_by(User.name_sort, User.id).limit(IN_BOX))
    return [
        Found(str(row.id), "", row.name, row.email, "user", face(None, row.id, row.name))
        for row in rows
    ]


def is_called(words: str) -> list[ColumnElement[bool]]:
    """The WHERE of users whose name or e-mail holds the words; empty without words."""
    wanted = words.strip()[:80]
    if not wanted:
        return []
    return [
        User.name.icontains(wanted, autoescape=True)
        | User.name_sort.contains(wanted.casefold(), autoescape=True)
        | User.email_key.startswith(wanted.casefold(), autoescape=True)
    ]


def look_up_countries(words: str, by: Actor) -> list[Found]:
    """Countries that the words find, the workspace's own first."""
    codes = find_countries(words, current())
    if not words.strip() and by.tenant.country in codes:
        codes = [by.tenant.country, *(code for code in codes if code != by.tenant.country)]
    return [
        Found(code, "", country_name(code, current()), code, "map-pin") for code in codes[:IN_BOX]
    ]


def find_records(
    record_type: RecordType,
    words: str,
    by: Actor,
    limit: int = IN_BOX,
    *,
    is_offer: bool = False,
    are_many: bool = False,
) -> list[Found]:
    """Records of one type that fit the words, in the usual order of their list.

    With `is_offer` only what may still be chosen: a discontinued product is none, and found.
    `are_many` is that of `page`.
    """
    offered = [Filter(key, "eq", text) for key, text in record_type.offered if is_offer]
    readable = readable_keys(record_type, by)
    filters = tuple(one for one in offered if one.key in readable)
    asked = Query(q=words, filters=filters, limit=limit)
    found = page(record_type, asked, by, _wanted(record_type, by), are_many=are_many)
    return _shown(record_type, found.rows, by, is_offer=is_offer)


def find_among(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> list[Found]:
    """Those of the records with these ids that `by` may read, in the order of the ids."""
    rows = {row.id: row for row in rows_among(record_type, ids, by, _wanted(record_type, by))}
    return _shown(record_type, [rows[one] for one in ids if one in rows], by)


def _wanted(record_type: RecordType, by: Actor) -> list[str]:
    """The keys of what is fetched of a result."""
    return [record_type.title.key, *_told(record_type, by)]


def _told(record_type: RecordType, by: Actor) -> list[str]:
    """The keys of what is told of a result beside its name."""
    readable = readable_keys(record_type, by)
    return [key for key in _telling(record_type) if key in readable]


def _shown(
    record_type: RecordType, rows: Sequence[Row[Any]], by: Actor, *, is_offer: bool = False
) -> list[Found]:
    """What is chosen is called as where it is referred to; its number is not told once more."""
    number = number_key(record_type, by) if is_offer else ""
    keys = [key for key in _told(record_type, by) if key != number]
    has_choice = any(record_type.by_key[key].kind == "choice" for key in keys)
    picklists = choices_of(record_type, by) if rows and has_choice else {}
    found = [_found(record_type, row, keys, picklists, by) for row in rows]
    if not number:
        return found
    called = [called_text(record_type, row, by) for row in rows]
    return [replace(one, title=name) for one, name in zip(found, called, strict=True)]


def _telling(record_type: RecordType) -> list[str]:
    """What tells records of one name apart: the subtitle, and the way to reach them."""
    keys = [attribute.key for attribute in record_type.subtitle]
    reach = "phone" if current().startswith("zh") else "email"
    return [*keys, *([reach] if reach in record_type.by_key else [])]


def _found(
    record_type: RecordType,
    row: Any,
    keys: list[str],
    picklists: dict[str, tuple[Option, ...]],
    by: Actor,
) -> Found:
    title = record_type.title_of(row)
    parts = []
    for key in keys:
        field = record_type.by_key[key]
        if field.to:
            told = str(getattr(row, f"{key}__title") or "")
        else:
            told = shown_text(field, field.value(row), by, picklists.get(key) or field.options)
        parts += [told] if told and told != title else []  # An order is called as who ordered.
    url = f"/{record_type.collection}/{row.id}"
    shown = face(record_type, row.id, title)
    return Found(str(row.id), url, title, " · ".join(parts), record_type.icon, shown)
