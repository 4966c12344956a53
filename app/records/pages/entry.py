"""An entry of a calendar: when, what, whose, in which colour, and whether it is over or late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.days import whole_day
from app.kernel.language import gettext, ngettext
from app.kernel.names import initials
from app.records.access import reaches, sees
from app.records.fields import Field, Option
from app.records.lenses.length import is_midnight, length_field, stands
from app.records.model import Record
from app.records.pages.card import may_move
from app.records.pages.looks import Words, tone
from app.records.pages.row_words import RowWords
from app.records.query.days import AT
from app.records.types import RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class Entry:
    """One record on a day of a calendar.

    What stands at a moment has a `start` and an `end` on the reader's clock; `minutes` is what its
    record says of its length, and `times` both ends in words. `who` is its owner's name where
    colours tell owners apart.
    """

    id: str
    version: int
    start: datetime | None
    end: datetime | None
    minutes: int | None
    time: str
    times: str
    title: str
    second: str
    kind: str  # The word for its colour, for those who can't see it.
    tone: str
    owner: str
    owner_id: UUID | None
    who: str
    is_done: bool
    is_late: bool
    may_move: bool
    is_all_day: bool = False  # Due on a day, at no hour of it.

    @property
    def is_whole_days(self) -> bool:
        """True for what is from one midnight to another, which has no time of day to tell."""
        start, end = self.start, self.end
        if start is None or end is None:
            return False
        return start.date() < end.date() and is_midnight(start) and is_midnight(end)


def entry_keys(record_type: RecordType, field: Field, by: Actor) -> list[str]:
    """The fields that a calendar's statement fetches for its entries."""
    calendar = record_type.calendar
    told = [*record_type.subtitle, *filter(None, (calendar.colour, calendar.done))]
    keys = [one.key for one in told if sees(record_type, one.key, by)]
    length = length_field(record_type, field, by)
    keys += [length.key] if length is not None else []
    return list(dict.fromkeys([record_type.title.key, *keys, "owner_id"]))


def told_length(record_type: RecordType, record: Record, by: Actor) -> str:
    """From when to when a record of a calendar is; without a length, when it begins.

    Its minutes alone for who does not see its date.
    """
    calendar, write = record_type.calendar, formats(by)
    length = record_type.by_key[calendar.length.key] if calendar.length is not None else None
    minutes: int | None = length.value(record) if length is not None else None
    date = record_type.by_key[calendar.dates[0].key]
    at = date.value(record) if sees(record_type, date.key, by) else None
    if not isinstance(at, datetime):
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) if minutes else ""
    if write.whole_day(at):
        return write.moment(at, by.today())
    start, end = stands(at, minutes, by.zone)
    began = write.moment(start, by.today())
    if not minutes:
        return began
    is_same_day = start.date() == end.date()
    return f"{began}–{write.time(end) if is_same_day else write.moment(end, by.today())}"


class EntryMaker:
    """Makes the entries of one page: what all of them need is looked up once."""

    def __init__(
        self,
        record_type: RecordType,
        field: Field,
        picklists: Mapping[str, tuple[Option, ...]],
        by: Actor,
        tones_of_owners: Mapping[UUID, str] = MappingProxyType({}),
    ) -> None:
        self._tones_of_owners = tones_of_owners
        seen = set(entry_keys(record_type, field, by))
        calendar = record_type.calendar
        self._type, self._field, self._by = record_type, field, by
        self._write = formats(by)
        subtitle = [one.key for one in record_type.subtitle if one.key in seen]
        self._second = RowWords(record_type, subtitle, picklists, by)
        self._done = calendar.done.key if calendar.done and calendar.done.key in seen else ""
        self._colour = calendar.colour.key if calendar.colour else ""
        if self._colour not in seen:
            self._colour = ""
        options = self._options(picklists)
        self._words = Words(options)
        self._tones: dict[Any, str] = {one.value: tone(one.colour) for one in options}
        length = length_field(record_type, field, by)
        self._length = length.key if length is not None else ""
        self._shows_owner = sees(record_type, "owner_id", by)
        self._may_move = may_move(record_type, field, by)

    def make(self, row: Any) -> Entry:
        """The entry of a row."""
        at = getattr(row, AT)
        is_moment = isinstance(at, datetime)
        minutes: int | None = getattr(row, self._length) if self._length else None
        start, end = stands(at, minutes, self._by.zone) if is_moment else (None, None)
        is_all_day = is_moment and whole_day(at, self._by.zone) is not None
        time = self._write.clock(start.timetz()) if start is not None and not is_all_day else ""
        is_done = bool(self._done) and getattr(row, self._done) is not None
        before = at < self._by.now if is_moment else at < self._by.today()
        value = getattr(row, self._colour) if self._colour else None
        owner = str(row.owner_id__title or "") if self._shows_owner and row.owner_id else ""
        return Entry(
            id=str(row.id),
            version=row.version,
            start=start,
            end=end,
            minutes=minutes,
            time=time,
            times=f"{time}–{self._write.time(end)}" if end and minutes and time else time,
            title=self._type.title_of(row) or gettext("Untitled"),
            second=self._second.listed(row),
            kind=self._words[value] if value else "",
            tone=self._tone(value, row),
            owner=initials(owner) if owner else "",
            owner_id=row.owner_id if self._shows_owner else None,
            who=owner if self._tones_of_owners else "",
            is_done=is_done,
            is_late=before and not is_done,
            may_move=self._may_move and reaches(self._type, row.owner_id, "update", self._by),
            is_all_day=is_all_day,
        )

    def _tone(self, value: Any, row: Any) -> str:
        if self._tones_of_owners:
            return self._tones_of_owners.get(row.owner_id, "")
        return self._tones.get(value, "")

    def _options(self, picklists: Mapping[str, tuple[Option, ...]]) -> tuple[Option, ...]:
        if not self._colour:
            return ()
        return picklists.get(self._colour) or self._type.by_key[self._colour].options
