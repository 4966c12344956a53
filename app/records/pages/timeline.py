"""The timeline of a record: what its sources tell, merged, newest first, by day, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, gettext
from app.records.access import sees
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats, parse_moment

PAGE = 20
ALL = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a timeline: one kind or all, before a moment and id or from the newest on."""

    show: str = ALL
    before: tuple[datetime, UUID] | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on a timeline; `template` draws it from `data`."""

    at: datetime
    id: UUID
    template: str
    data: Any


Load = Callable[[RecordType, Record, Actor, Asked], list[Entry]]


@dataclass(frozen=True, slots=True)
class Source:
    """What a module tells on the timelines of records; `module` is empty for the house itself.

    `shows` are the kinds to filter by. `load` answers with the entries before `Asked.before`,
    newest first; `upcoming`, where there is one, with what is planned, nearest first. Who may not
    read records of the type `reads` is told nothing; who may not see its field `kind_field` is
    offered no filter by kind. `joins` are kinds that another source offers, under which this one
    tells too. Where `tells` says no, it has nothing to tell on records of a type.
    """

    module: str
    shows: tuple[tuple[str, Text], ...]
    load: Load
    upcoming: Load | None = None
    reads: str = ""
    kind_field: str = ""
    joins: tuple[str, ...] = ()
    tells: Callable[[RecordType, Actor], bool] = lambda _record_type, _by: True

    def shows_for(self, by: Actor) -> tuple[tuple[str, Text], ...]:
        """The kinds that `by` may filter by."""
        if self.kind_field and not sees(registry().type(self.reads), self.kind_field, by):
            return ()
        return self.shows


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day under its heading; without one where the page before began it."""

    label: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Show:
    """One kind to filter by, as a link."""

    label: Text
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the timeline's template shows."""

    url: str
    shows: list[Show]
    upcoming: list[Entry]
    days: list[Day]
    earlier_url: str | None

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to tell."""
        return not self.upcoming and not self.days


_sources: tuple[Source, ...] = ()


def install(sources: Iterable[Source]) -> None:
    """Fix what tells on timelines; start-up calls it once per process."""
    global _sources  # noqa: PLW0603  Fixed from here on, as the registry is.
    _sources = tuple(sources)


def timeline(
    record_type: RecordType, record: Record, by: Actor, asked: Asked, origin: str = ""
) -> Timeline:
    """One page of the timeline of a record that `by` may read."""
    sources = [one for one in _sources if _tells(one, record_type, by)]
    shows = [show for source in sources for show in source.shows_for(by)]
    kinds = {kind for kind, _label in shows}
    asked = asked if asked.show in kinds else Asked(ALL, asked.before, asked.limit)
    chosen = [one for one in sources if _is_asked(one, asked.show)]
    past = [entry for one in chosen for entry in one.load(record_type, record, by, asked)]
    past.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    has_earlier = len(past) > asked.limit
    past = past[: asked.limit]
    upcoming: list[Entry] = []
    if asked.before is None:
        for one in chosen:
            upcoming += one.upcoming(record_type, record, by, asked) if one.upcoming else []
    url = f"/{record_type.collection}/{record.id}"
    return Timeline(
        _address(url, origin, show=asked.show),
        _shows(shows, url, origin, asked.show),
        upcoming,
        _days(past, by, asked.before),
        _address(url, origin, show=asked.show, before=_place(past[-1])) if has_earlier else None,
    )


def read_asked(show: str, before: str) -> Asked:
    """The part of a timeline that the arguments of an address ask for."""
    at_text, _sep, id_text = before.partition("_")
    at, last_id = parse_moment(at_text) if at_text else None, parse_id(id_text)
    return Asked(show or ALL, (at, last_id) if at and last_id else None)


def _tells(source: Source, record_type: RecordType, by: Actor) -> bool:
    if source.reads and not by.may(source.reads, "read"):
        return False
    if not source.tells(record_type, by):
        return False
    if not source.module:
        return True
    return record_type.has_timeline and by.tenant.allows(source.module)


def _is_asked(source: Source, show: str) -> bool:
    return show == ALL or show in source.joins or any(kind == show for kind, _label in source.shows)


def _place(entry: Entry) -> str:
    return f"{entry.at.isoformat()}_{entry.id}"


def _address(url: str, origin: str, **arguments: str) -> str:
    given = {key: value for key, value in arguments.items() if (key, value) != ("show", ALL)}
    query = "&".join(part for part in (origin, urlencode(given)) if part)
    return f"{url}?{query}" if query else url


def _shows(shows: list[tuple[str, Text]], url: str, origin: str, current: str) -> list[Show]:
    kinds = [(ALL, _("All")), *shows]
    return [Show(label, _address(url, origin, show=kind), kind == current) for kind, label in kinds]


def _days(entries: list[Entry], by: Actor, before: tuple[datetime, UUID] | None) -> list[Day]:
    """The entries by day on the reader's clock; a day that the page before began has no heading."""
    write = formats(by)
    begun = write.local(before[0]).date() if before else None
    days: list[Day] = []
    last: date | None = None
    for entry in entries:
        on = write.local(entry.at).date()
        if on != last:
            days.append(Day("" if on == begun else _day_label(on, by)))
            last = on
        days[-1].entries.append(entry)
    return days


def _day_label(on: date, by: Actor) -> str:
    today = by.today()
    if on == today:
        return gettext("Today")
    if on == today - timedelta(days=1):
        return gettext("Yesterday")
    return formats(by).weekday_and_day(on, today)
