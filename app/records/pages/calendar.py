"""A calendar: the days of a month, or the hours of a week or a day, with what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import sees, writable_keys
from app.records.fields import Field
from app.records.filters import Filter
from app.records.filters.periods import bounds
from app.records.lenses.choose import date_field, date_fields
from app.records.lenses.days import beside, days_shown, read_day
from app.records.lenses.length import length_field
from app.records.lenses.lens import AS_ROWS, CALENDAR, DATE, DAY, MONTH, SPANS, WEEK, Lens
from app.records.pages.card import may_move
from app.records.pages.choices import choices_of
from app.records.pages.colleagues import (
    Colleague,
    Colleagues,
    colleagues_of,
    owners_asked,
)
from app.records.pages.entry import Entry, EntryMaker, entry_keys
from app.records.pages.filter_words import WHO
from app.records.pages.heads import ListHead, list_head
from app.records.pages.hours import (
    Hours,
    began_before,
    first_hour,
    in_hours,
    place_at,
    takes_days,
    touches,
)
from app.records.pages.lenses import FieldLink, field_links
from app.records.pages.open_hours import opens_at, shut_on
from app.records.pages.planning import foremost_of, planning_url
from app.records.pages.state import ListState
from app.records.query import Query
from app.records.query.days import COUNTED, Lasting, entries
from app.records.worktime.kept import calendar_of
from app.web.formats import Formats, formats

LIMITS = {MONTH: 4, WEEK: 60, DAY: 100}  # Entries of a day that are shown at most.
LANES = {WEEK: 3, DAY: 6}  # Entries that stand beside each other at most.
OF_COLLEAGUES = 300  # Entries of a day that is shown by colleagues.
LANES_OF_COLLEAGUE = 2
MORNING = 8  # The hour at which a day is shown at first while a firm does not work for weeks.
WORDS: dict[str, Text] = {MONTH: _("Month"), WEEK: _("Week"), DAY: _("Day")}


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `more` says how many entries are not shown, and `day_url` opens all of it.

    Of a day that is shown by its hours `shut` are the places at which the firm does not work.
    """

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
    whole_url: str | None  # The same for all of the day, where its field can mean that.
    week_url: str  # The week in which it is the day that a phone shows.
    is_chosen: bool
    hours: Hours | None  # Of a day that is shown by its hours.
    shut: list[str]
    colleague: Colleague | None  # Whose entries alone stand here.


@dataclass(frozen=True, slots=True)
class Clock:
    """The hours beside a week or a day, the one to begin at, and the place and minute of now."""

    hours: tuple[str, ...]
    first: int
    now: str
    minute: int


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
    length: Field | None  # With the minutes that an entry takes, where its reader may change them.
    clock: Clock | None
    day_before_url: str  # A phone shows one day of a week; a swipe leads to the one beside it.
    day_after_url: str
    colleagues: Colleagues | None
    colleagues_url: str

    @property
    def is_empty(self) -> bool:
        """True when nothing stands on any of its days."""
        return not any(day.entries for day in self.days)


def calendar_page(state: ListState, by: Actor, reader: Actor | None = None) -> CalendarPage:
    """The calendar that `state` asks for; Refused where the address asks for no such.

    `reader` is who reads its entries, where that is not plainly `by`.
    """
    record_type, span = state.record_type, state.lens.span
    me, by = by, reader or by
    field = date_field(record_type, state.lens.by, by)
    on = read_day(state.on, by)
    days = days_shown(span, on, by)
    write = formats(by)

    def at(day: date, shown: str = span) -> str:
        return _at(state, day, shown)

    colleagues = colleagues_of(state, by) if has_hours(span, field) else None
    shown = _days(state, field, days, on, colleagues, by)
    length = length_field(record_type, field, by)
    may_lengthen = length is not None and may_move(record_type, length, by)
    return CalendarPage(
        head=list_head(state, me, None, by),
        field=field,
        span=span,
        on=on.isoformat(),
        title=_title(span, days, on, write, by),
        days=shown,
        weekdays=tuple(write.weekday_short(day) for day in days[:7]) if span == MONTH else (),
        fields=field_links(state, date_fields(record_type, by), field),
        spans=tuple(Choice(WORDS[one], at(on, one), one == span) for one in SPANS),
        who=_who(state, on, by),
        previous_url=at(beside(span, on, -1)),
        next_url=at(beside(span, on, 1)),
        today_url=at(by.today()),
        may_move=may_move(record_type, field, by),
        length=length if may_lengthen else None,
        clock=_clock(shown, days, by) if has_hours(span, field) else None,
        day_before_url=at(beside(DAY, on, -1)),
        day_after_url=at(beside(DAY, on, 1)),
        colleagues=colleagues,
        colleagues_url=_colleagues_url(state, on),
    )


def has_hours(span: str, field: Field) -> bool:
    """True for a week or a day of moments; dates stand in it one under another."""
    return span != MONTH and field.kind == "moment"


def _colleagues_url(state: ListState, on: date) -> str:
    """Where the colleagues of this calendar are chosen."""
    return f"{state.shown_at}/colleagues?{urlencode([*state.address(), (DATE, on.isoformat())])}"


def _days(
    state: ListState,
    field: Field,
    days: Sequence[date],
    on: date,
    colleagues: Colleagues | None,
    by: Actor,
) -> tuple[Day, ...]:
    """The days with what stands on them; one day that several share is a column for each."""
    record_type, span = state.record_type, state.lens.span
    spans = [bounds(field, (day, day + timedelta(days=1)), by) for day in days]
    keys = entry_keys(record_type, field, by)
    length = length_field(record_type, field, by)
    by_hours = has_hours(span, field)
    lasting = Lasting(length, by_hours) if length is not None else None
    columns = colleagues.shown if colleagues is not None and span == DAY else ()
    limit = OF_COLLEAGUES if columns else LIMITS[span]
    foremost = foremost_of(record_type, field, by) if span == MONTH else None
    found = entries(record_type, state.asked, by, keys, field, spans, limit, lasting, foremost)
    beside_each_other = colleagues.shown if colleagues is not None and span == WEEK else ()
    tones = {one.id: one.tone for one in beside_each_other}
    maker = EntryMaker(record_type, field, choices_of(record_type, by), by, tones)
    longer = [maker.make(row) for row in found.lasting]
    begun = [[maker.make(row) for row in held.rows] for held in found.days]
    shown = []
    for place, day in enumerate(days):
        before = [*longer, *(begun[place - 1] if by_hours and place else ())]
        rest = {one.id: one for one in before if began_before(one, day) and touches(one, day)}
        count = found.days[place].count
        before = [*rest.values()]
        if columns:
            shown += [
                _column(state, field, day, on, before, begun[place], one, by) for one in columns
            ]
        else:
            shown.append(_day(state, field, day, on, before, begun[place], count, by))
    return tuple(shown)


def _column(
    state: ListState,
    field: Field,
    day: date,
    on: date,
    rest: list[Entry],
    begun: list[Entry],
    colleague: Colleague,
    by: Actor,
) -> Day:
    """A day of one colleague; what is planned there is theirs, where its reader may say so."""
    rest, begun = ([one for one in some if one.owner_id == colleague.id] for some in (rest, begun))
    column = _day(state, field, day, on, rest, begun, len(begun), by)
    theirs = ""
    if "owner_id" in writable_keys(state.record_type, by):
        theirs = f"&{urlencode({'owner_id': str(colleague.id)})}"
    return replace(
        column,
        colleague=colleague,
        new_url=column.new_url and column.new_url + theirs,
        whole_url=column.whole_url and column.whole_url + theirs,
        hours=in_hours(column.entries, day, LANES_OF_COLLEAGUE),
    )


def _clock(shown: Sequence[Day], days: Sequence[date], by: Actor) -> Clock:
    """The hours of the reader's clock, as they write them, from where the firm's day begins."""
    write, now = formats(by), by.now.astimezone(by.zone)
    opens = opens_at(calendar_of(by), days, by.zone, MORNING)
    return Clock(
        hours=tuple(write.clock(time(hour)) for hour in range(24)),
        first=first_hour((day.hours for day in shown if day.hours is not None), opens),
        now=place_at(now),
        minute=now.hour * 60 + now.minute,
    )


def _at(state: ListState, day: date, span: str) -> str:
    """The address of the calendar at another day or of another span."""
    shown = replace(state, lens=Lens(CALENDAR, state.lens.by, span))
    return shown.url((DATE, day.isoformat()))


def _day(
    state: ListState,
    field: Field,
    day: date,
    on: date,
    rest: list[Entry],
    begun: list[Entry],
    count: int,
    by: Actor,
) -> Day:
    """A day on which `count` entries begin, the first of them `begun`; `rest` began before it."""
    record_type, span, write = state.record_type, state.lens.span, formats(by)
    count += len(rest)
    shown = [*rest, *begun]
    if span == MONTH:  # The last place tells of those that are not shown.
        shown.sort(key=lambda one: (one.is_done, not takes_days(one)))
        shown = shown[: LIMITS[MONTH] - (count > LIMITS[MONTH])]
    hidden = count - len(shown)
    creates = by.may(record_type.key, "create") and may_move(record_type, field, by)
    is_whole = creates and field.takes_days
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
        more=_more(count, hidden),
        day_url=rows.url() if span == DAY else _at(state, day, DAY),
        new_url=planning_url(state, field, day, on) if creates else None,
        whole_url=planning_url(state, field, day, on, is_whole=True) if is_whole else None,
        week_url=_at(state, day, WEEK),
        is_chosen=day == on,
        hours=in_hours(shown, day, LANES[span]) if has_hours(span, field) else None,
        shut=shut_on(calendar_of(by), day, by.zone) if has_hours(span, field) else [],
        colleague=None,
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
    rest = tuple(one for one in state.asked.filters if owners_asked(one, by) is None)
    owners = (one for one in state.asked.filters if owners_asked(one, by) is not None)
    owner = next(owners, None)
    now: str | None = ""
    if isinstance(owner, Filter):
        now = owner.text if owner.operator == "eq" else None
    found = []
    for key, label in {"": _("Everyone"), **WHO}.items():
        filters = (*rest, Filter("owner_id", "eq", key)) if key else rest
        shown = replace(state, asked=replace(state.asked, filters=filters))
        found.append(Choice(label, shown.url((DATE, on.isoformat())), key == now))
    return tuple(found)


def _title(span: str, days: Sequence[date], on: date, write: Formats, by: Actor) -> str:
    if span == MONTH:
        return write.month(on)
    if span == WEEK:
        first, last = (write.day(day, by.today()) for day in (days[0], days[-1]))
        return gettext("%(first)s – %(last)s", first=first, last=last)
    return write.weekday_and_day(on, by.today())
