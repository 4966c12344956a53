"""What the palette and the page of results show: of every type, and what was before one lately."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.pages.choices import choices_of
from app.records.pages.finding import Found, find_among, find_records
from app.records.query import Hits, first_hits
from app.records.recents.operations import Recent, recent
from app.records.tags.operations import fold
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.records.views.shelf import shelf

IN_GROUP = 5
IN_RECENT = 8


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The results of one type; `url` is the list of all of them, where there is one."""

    label: str
    url: str
    items: list[Found]

    def __getitem__(self, name: str) -> Any:
        """The shell's template asks by name, as `items` is a method of mappings."""
        return getattr(self, name)


Finder = Callable[[str, Actor], Iterable[FoundGroup]]
_finders: tuple[Finder, ...] = ()


def install(finders: Iterable[Finder]) -> None:
    """Fix what is found beside records; start-up calls it once per process."""
    global _finders  # noqa: PLW0603  Fixed from here on, as the registry is.
    _finders = tuple(finders)


def find_everywhere(words: str, by: Actor) -> list[FoundGroup]:
    """A few records of every type that `by` may read; what they had before them lately first."""
    types = _readable_types(by)
    lately = _ids_by_type(recent(by, [one.key for one in types]))
    groups = [*_tags(words, by), *_views(words, by)]
    found = first_hits(types, words, by, lately, IN_GROUP)
    for record_type in types:
        items = _items(record_type, words, by, found, lately)
        if items:
            url = f"/{record_type.collection}"
            groups.append(FoundGroup(str(record_type.words.many), url, items))
    return [*groups, *(group for find in _finders for group in find(words, by))]


def _items(
    record_type: RecordType,
    words: str,
    by: Actor,
    found: Mapping[str, Hits],
    lately: Mapping[str, Sequence[UUID]],
) -> list[Found]:
    """What is shown of the hits of one type."""
    hits = found.get(record_type.key)
    if hits is None:
        return []
    ids = [one for one in lately.get(record_type.key, ()) if one in hits.lately]
    if not hits.are_many:
        ids += [one for one in hits.first if one not in hits.lately]
        return find_among(record_type, ids[:IN_GROUP], by)
    items = find_among(record_type, ids[:IN_GROUP], by) if ids else []
    if len(items) < IN_GROUP:
        met = {one.id for one in items}
        others = find_records(record_type, words, by, IN_GROUP, are_many=True)
        items += [one for one in others if one.id not in met]
    return items[:IN_GROUP]


def find_recent(by: Actor) -> list[FoundGroup]:
    """What `by` opened or changed lately and may still read, of all types, the latest first."""
    types = {one.key: one for one in _readable_types(by)}
    lately = recent(by, types.keys())
    shown: dict[str, Found] = {}
    for key, ids in _ids_by_type(lately).items():
        shown |= {one.id: one for one in find_among(types[key], ids, by)}
    ids_in_order = [str(one.record_id) for one in lately]
    items = [shown[one] for one in ids_in_order if one in shown][:IN_RECENT]
    return [FoundGroup(str(_("Recent")), "", items)] if items else []


def _readable_types(by: Actor) -> list[RecordType]:
    return [one for one in switched_on(by) if by.may(one.key, "read")]


def _ids_by_type(lately: list[Recent]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for one in lately:
        found.setdefault(one.record_type, []).append(one.record_id)
    return found


def _views(words: str, by: Actor) -> Iterator[FoundGroup]:
    """The reader's saved views whose names hold the words."""
    wanted = fold(words)
    types = {one.key: one for one in _readable_types(by)}
    items = [
        Found(str(view.id), f"/{one.collection}?view={view.id}", view.name, many, one.icon)
        for view in shelf(by).views
        if (one := types.get(view.record_type)) is not None
        and wanted in fold(view.name)
        and (many := str(one.words.many))
    ]
    if wanted and items:
        yield FoundGroup(str(_("Saved views")), "", items[:IN_GROUP])


def _tags(words: str, by: Actor) -> Iterator[FoundGroup]:
    """The tags whose names hold the words; each leads to the records that have it."""
    wanted = fold(words)
    items = []
    for record_type in _readable_types(by) if wanted else ():
        if not _has_tags(record_type, by):
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
