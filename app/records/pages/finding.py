"""Finding records by words: for references, for the palette, for the page of results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.countries import country_name, find_countries
from app.kernel.language import _, current
from app.kernel.phones import display_phone
from app.records.access import readable_fields
from app.records.fields import Option
from app.records.pages.choices import choices_of
from app.records.pages.looks import Face, Words, face
from app.records.query import Query, page
from app.records.tags.operations import fold
from app.records.tailored import switched_on
from app.records.types import RecordType

IN_BOX = 12
IN_GROUP = 5


@dataclass(frozen=True, slots=True)
class Found:
    """One result: where it leads, how it is called, and what tells it from its namesakes."""

    id: str
    url: str
    title: str
    note: str
    icon: str
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The results of one type; `url` is the list of all of them, where there is one."""

    label: str
    url: str
    items: list[Found]

    def __getitem__(self, name: str) -> Any:
        """The shell's template asks by name, as `items` is a method of mappings."""
        return getattr(self, name)


def find_users(words: str, by: Actor) -> list[Found]:
    """Active colleagues whose name or e-mail holds the words."""
    wanted = words.strip()[:80]
    statement = select(User.id, User.name, User.email).where(User.is_active.is_(True))
    if wanted:
        statement = statement.where(
            User.name.icontains(wanted, autoescape=True)
            | User.name_sort.contains(wanted.casefold(), autoescape=True)
            | User.email_key.startswith(wanted.casefold(), autoescape=True)
        )
    rows = by.session.execute(statement.order_by(User.name_sort, User.id).limit(IN_BOX))
    return [
        Found(str(row.id), "", row.name, row.email, "user", face(None, row.id, row.name))
        for row in rows
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
    record_type: RecordType, words: str, by: Actor, limit: int = IN_BOX
) -> list[Found]:
    """Records of one type that fit the words, in the order of its list."""
    readable = {field.key for field in readable_fields(record_type, by)}
    keys = [key for key in _telling(record_type) if key in readable]
    wanted = [record_type.title.key, *keys]
    rows = page(record_type, Query(q=words, limit=limit), by, wanted).rows
    has_choice = any(record_type.by_key[key].kind == "choice" for key in keys)
    picklists = choices_of(record_type, by) if rows and has_choice else {}
    return [_found(record_type, row, keys, picklists, by) for row in rows]


def find_everywhere(words: str, by: Actor) -> list[FoundGroup]:
    """A few records of every type that `by` may read."""
    groups = [*_tags(words, by)]
    for record_type in switched_on(by):
        if by.may(record_type.key, "read"):
            items = find_records(record_type, words, by, IN_GROUP)
            if items:
                url = f"/{record_type.collection}"
                groups.append(FoundGroup(str(record_type.words.many), url, items))
    return groups


def _tags(words: str, by: Actor) -> Iterator[FoundGroup]:
    """The tags whose names hold the words; each leads to the records that have it."""
    wanted = fold(words)
    items = []
    for record_type in switched_on(by) if wanted else ():
        if not by.may(record_type.key, "read") or not _has_tags(record_type, by):
            continue
        for option in choices_of(record_type, by).get("tags", ()):
            if wanted in option.value or wanted in fold(option.shown()):
                url = f"/{record_type.collection}?{urlencode({'tags__has': option.value})}"
                many = str(record_type.words.many)
                items.append(Found(option.value, url, option.shown(), many, "tag"))
    if items:
        yield FoundGroup(str(_("Tags")), "", items[:IN_GROUP])


def _has_tags(record_type: RecordType, by: Actor) -> bool:
    return any(field.kind == "tags" for field in readable_fields(record_type, by))


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
    parts = []
    for key in keys:
        field = record_type.by_key[key]
        value = getattr(row, f"{key}__title") if field.to else field.value(row)
        if value and field.kind == "choice":
            value = Words(picklists.get(key) or field.options)[value]
        elif value and field.kind == "country":
            value = country_name(value, current())
        elif value and field.kind == "phone":
            value = display_phone(value, by.tenant.country)
        parts += [str(value)] if value else []
    title = record_type.title_of(row)
    url = f"/{record_type.collection}/{row.id}"
    shown = face(record_type, row.id, title)
    return Found(str(row.id), url, title, " · ".join(parts), record_type.icon, shown)
