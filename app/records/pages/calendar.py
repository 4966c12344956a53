"""A calendar: the days of a month or a week, or one day, with what stands on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import sees
from app.records.fields import Field
from app.records.filters import Filter, Node
from app.records.filters.periods import bounds
from app.records.lenses.choose import date_field, date_fields
from app.records.lenses.days import beside, days_shown, read_day
from app.records.lenses.lens import AS_ROWS, CALENDAR, DATE, DAY, MONTH, SPANS, WEEK, Lens
from app.records.pages.card import may_move
from app.records.pages.choices import choices_of
from app.records.pages.entry import Entry, EntryMaker, entry_keys
from app.records.pages.filter_words import WHO
from app.records.pages.heads import ListHead, list_head
from app.records.pages.lenses import FieldLink, field_links
from app.records.pages.state import ListState
from app.records.query import Query
from app.records.query.days import COUNTED, Entries, entries
from app.web.formats import Formats, formats

LIMITS = {MONTH: 4, WEEK: 30, DAY: 100}  # Entries of a day that are shown at most.
WORDS: dict[str, Text] = {MONTH: _("Month"), WEEK: _("Week"), DAY: _("Day")}
EARLY = "T09:00"  # When something planned by a press on a day begins, unless it is typed.


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `more` says how many entries are not shown, and `day_url` opens all of it."""

    iso: str
    number: str
    weekday: str
    label: str
    is_today: bool
    is_outside: bool  # Of another month than the one shown.
    entries: list[Entry]
    more: str
    day_url: str
    new_url: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few ways to look at it, as a link."""

    label: Text | str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """All that `records/calendar.html` shows."""

    head: ListHead
    field: Field
    span: str
    on: str
    title: str
    days: tuple[Day, ...]
    weekdays: tuple[str, ...]
    fields: tuple[FieldLink, ...]
    spans: tuple[Choice, ...]
    who: tuple[Choice, ...]
    previous_url: str
    next_url: str
    today_url: str
    may_move: bool

    @property
    def is_empty(self) -> bool:
        """True when nothing stands on any of its days."""
        return not any(day.entries for day in self.days)


def calendar_page(state: ListState, by: Actor) -> CalendarPage:
    """The calendar that `state` asks for; Refused where the address asks for no such."""
    record_type, span = state.record_type, state.lens.span
    field = date_field(record_type, state.lens.by, by)
    on = read_day(state.on, by)
    days = days_shown(span, on, by)
    spans = [bounds(field, (day, day + timedelta(days=1)), by) for day in days]
    keys, limit = entry_keys(record_type, by), LIMITS[span]
    found = entries(record_type, state.asked, by, keys, field, spans, limit)
    maker = EntryMaker(record_type, field, choices_of(record_type, by), by)
    write = formats(by)

    def at(day: date, shown: str = span) -> str:
        return _at(state, day, shown)

    return CalendarPage(
        head=list_head(state, by, None),
        field=field,
        span=span,
        on=on.isoformat(),
        title=_title(span, days, on, write, by),
        days=tuple(
            _day(state, field, day, held, on, maker, by)
            for day, held in zip(days, found, strict=True)
        ),
        weekdays=tuple(write.weekday_short(day) for day in days[:7]) if span == MONTH else (),
        fields=field_links(state, date_fields(record_type, by), field),
        spans=tuple(Choice(WORDS[one], at(on, one), one == span) for one in SPANS),
        who=_who(state, on, by),
        previous_url=at(beside(span, on, -1)),
        next_url=at(beside(span, on, 1)),
        today_url=at(by.today()),
        may_move=may_move(record_type, field, by),
    )


def _at(state: ListState, day: date, span: str) -> str:
    """The address of the calendar at another day or of another span."""
    shown = replace(state, lens=Lens(CALENDAR, state.lens.by, span))
    return shown.url((DATE, day.isoformat()))


def _day(
    state: ListState,
    field: Field,
    day: date,
    held: Entries,
    on: date,
    maker: EntryMaker,
    by: Actor,
) -> Day:
    record_type, span, write = state.record_type, state.lens.span, formats(by)
    shown = [maker.make(row) for row in held.rows]
    if span == MONTH and held.count > LIMITS[MONTH]:
        shown = shown[:-1]  # The last place tells of those that are not shown.
    hidden = held.count - len(shown)
    creates = by.may(record_type.key, "create") and may_move(record_type, field, by)
    made = dict(record_type.calendar.given) | {
        field.key: day.isoformat() + (EARLY if field.kind == "moment" else ""),
        "next": state.url((DATE, on.isoformat())),
    }
    own = Filter(field.key, "eq", day.isoformat())
    rows = replace(state, lens=AS_ROWS, asked=_with(state, own))
    return Day(
        iso=day.isoformat(),
        number=str(day.day),
        weekday=write.weekday_short(day),
        label=write.weekday_and_day(day, by.today()),
        is_today=day == by.today(),
        is_outside=span == MONTH and day.month != on.month,
        entries=shown,
        more=_more(held.count, hidden),
        day_url=rows.url() if span == DAY else _at(state, day, DAY),
        new_url=f"{state.path}/new?{urlencode(made)}" if creates else None,
    )


def _with(state: ListState, own: Filter) -> Query:
    return replace(state.asked, filters=(*state.asked.filters, own), cursor="")


def _more(count: int, hidden: int) -> str:
    if hidden <= 0:
        return ""
    return gettext("+%(n)s more", n=f"{hidden}+" if count > COUNTED else hidden)


def _who(state: ListState, on: date, by: Actor) -> tuple[Choice, ...]:
    """Everybody's, one's own and one's team's: a press away, as other filters stay."""
    if not sees(state.record_type, "owner_id", by):
        return ()
    rest = tuple(one for one in state.asked.filters if _owner_of(one) is None)
    now = next((text for one in state.asked.filters if (text := _owner_of(one))), "")
    found = []
    for key, label in {"": _("Everyone"), **WHO}.items():
        filters = (*rest, Filter("owner_id", "eq", key)) if key else rest
        shown = replace(state, asked=replace(state.asked, filters=filters))
        found.append(Choice(label, shown.url((DATE, on.isoformat())), key == now))
    return tuple(found)


def _owner_of(one: Node) -> str | None:
    """Whose records a condition asks for; None where it asks for something else."""
    if isinstance(one, Filter) and (one.key, one.operator) == ("owner_id", "eq"):
        return one.text
    return None


def _title(span: str, days: Sequence[date], on: date, write: Formats, by: Actor) -> str:
    if span == MONTH:
        return write.month(on)
    if span == WEEK:
        first, last = (write.day(day, by.today()) for day in (days[0], days[-1]))
        return gettext("%(first)s – %(last)s", first=first, last=last)
    return write.weekday_and_day(on, by.today())
