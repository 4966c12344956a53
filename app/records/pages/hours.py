"""The hours of a day in a calendar: entries as high as they last, and beside what overlaps them.

A place is told in words for the style sheet, as a page has no styles of its own: `h-9 m-6` is half
past nine, `high-1 and-3` an hour and a quarter, `lane-1 of-3` the second lane of three.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.records.lenses.lanes import Crowd, Placed, Stretch, side_by_side
from app.records.lenses.length import DAY_LONG, is_midnight
from app.records.pages.entry import Entry

SLOT = 5  # Minutes: where an entry begins and ends is shown as exactly as this.
IN_HOUR = 60 // SLOT
IN_DAY = 24 * IN_HOUR
LEAST = 6  # Slots: what is shorter is shown as high as this, so that it can be read and met.


@dataclass(frozen=True, slots=True)
class Block:
    """An entry among the hours of one day; `is_rest` where it began on the day before."""

    entry: Entry
    place: str
    is_rest: bool


@dataclass(frozen=True, slots=True)
class More:
    """How many entries have no room beside the others, and where that is."""

    count: int
    place: str


@dataclass(frozen=True, slots=True)
class Hours:
    """What stands over the hours of one day, as it lasts a day or more, and what among them."""

    whole: list[Entry]
    blocks: list[Block]
    more: list[More]


def takes_days(entry: Entry) -> bool:
    """True for what lasts 24 hours or more, or from midnight to midnight."""
    start, end = entry.start, entry.end
    if start is None or end is None:
        return True
    if entry.is_whole_days:
        return True
    # As moments: of two times on one clock Python takes the difference of what it shows.
    return end.timestamp() - start.timestamp() >= DAY_LONG * 60


def touches(entry: Entry, day: date) -> bool:
    """True where something of the entry is on this day; what ends at midnight is not."""
    start, end = entry.start, entry.end
    if start is None or end is None or not start.date() <= day <= end.date():
        return False
    return day == start.date() or day < end.date() or not is_midnight(end)


def began_before(entry: Entry, day: date) -> bool:
    """True for what was there already when this day began."""
    return entry.start is not None and entry.start.date() < day


def in_hours(entries: Iterable[Entry], day: date, most: int) -> Hours:
    """The entries that touch `day`, where they stand on it; at most so many beside each other."""
    whole: list[Entry] = []
    stretches: list[Stretch[Entry]] = []
    for one in entries:
        if not touches(one, day):
            continue
        if takes_days(one):
            whole.append(one)
        elif one.start is not None and one.end is not None:
            stretches.append(Stretch(*_slots(one.start, one.end, day), one))
    placed, crowds = side_by_side(stretches, most)
    blocks = [_block(one, day) for one in placed]
    return Hours(whole, blocks, [_more(one) for one in crowds])


def place_at(moment: datetime) -> str:
    """Where a moment of the reader's clock stands among the hours."""
    return _from(_slot(moment))


def first_hour(hours: Iterable[Hours], usual: int) -> int:
    """From which hour on a day is shown at first: the usual one, or that of the first entry."""
    starts = [
        one.entry.start.hour for day in hours for one in day.blocks if one.entry.start is not None
    ]
    return min([usual, *starts])


def _slots(start: datetime, end: datetime, day: date) -> tuple[int, int]:
    """The slots of this day that something takes from `start` to `end`, by what the clock shows."""
    first = _slot(start) if start.date() == day else 0
    beyond = -(-(end.hour * 60 + end.minute) // SLOT) if end.date() == day else IN_DAY
    first = min(first, IN_DAY - LEAST)
    return first, min(max(beyond, first + LEAST), IN_DAY)


def _block(placed: Placed[Entry], day: date) -> Block:
    stretch, entry = placed.stretch, placed.stretch.what
    is_rest = entry.start is not None and entry.start.date() < day
    place = f"{spread(stretch.start, stretch.end)} lane-{placed.lane} of-{placed.lanes}"
    return Block(entry, place, is_rest)


def _more(crowd: Crowd) -> More:
    return More(crowd.count, f"{_from(crowd.start)} lane-{crowd.lane} of-{crowd.lanes}")


def spread(start: int, end: int) -> str:
    """Where what takes these slots stands, and how high it is."""
    high = end - start
    return f"{_from(start)} high-{high // IN_HOUR} and-{high % IN_HOUR}"


def _from(slot: int) -> str:
    return f"h-{slot // IN_HOUR} m-{slot % IN_HOUR}"


def _slot(moment: datetime) -> int:
    return moment.hour * IN_HOUR + moment.minute // SLOT
