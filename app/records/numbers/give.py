"""Giving numbers: from a row that is held until the transaction of the record commits.

Whoever rolls back gives the number back with everything else, so none is left out; whoever comes at
the same moment waits. A number that a record brought along is passed over. Where numbers may be
left out, an import takes them in blocks instead: it waits for nobody's commit, and nobody for its.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.jobs.apart import Waited, apart
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.records.custom.unique import against_unique
from app.records.model import Record
from app.records.numbers.facts import Numbered, OwnSeries, Resets, Series
from app.records.numbers.models import NumberCounter, NumberSequence
from app.records.numbers.pattern import Pattern, read_pattern
from app.records.types import RecordType
from app.records.worktime.kept import fiscal_year

STAMP = "numbers"
IMPORT = "import"  # How the actor of an import acts.
MOST_AT_ONCE = 1000  # Numbers that are looked up together where many are taken.
KEPT = 512  # Workspaces whose numbers a process remembers.


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the records of a type are numbered here."""

    pattern: str
    resets: Resets
    is_on: bool


@dataclass(frozen=True, slots=True)
class AllChosen:
    """What a workspace chose, by record type."""

    by_type: Mapping[str, Chosen] = field(default_factory=dict)


_remembered: Remembered[AllChosen] = Remembered(KEPT)
_NOTHING = AllChosen()


def chosen(series: Series, by: Actor) -> Chosen | None:
    """How a type is numbered here, remembered under a stamp; None where it never is."""
    declared = series.numbered
    if declared is None:
        return None
    mark = stamps.stamp(by.session, STAMP)
    kept = _NOTHING if mark is None else _remembered.get((by.tenant.id, mark), lambda: _load(by))
    return kept.by_type.get(series.key) or usual(declared)


def usual(declared: Numbered) -> Chosen:
    """As the type declares it."""
    return Chosen(declared.pattern, declared.resets, declared.is_on)


def give_numbers(record_type: RecordType, records: Sequence[Record], by: Actor) -> None:
    """Number new records that bring no number of their own, where the workspace wants that."""
    how = chosen(record_type, by)
    if how is None or not how.is_on or record_type.numbered is None:
        return
    key = record_type.numbered.field.key
    without = [one for one in records if getattr(one, key) in (None, "")]
    if not without:
        return
    brought = {str(getattr(one, key)) for one in records} - {"None", ""}
    in_blocks = by.via == IMPORT and not record_type.numbered.without_gaps
    take = take_block if in_blocks else take_numbers
    for record, number in zip(without, take(record_type, len(without), by, brought), strict=True):
        setattr(record, key, number)
        record_type.prepare(record, by)  # What is derived from the number follows it.


def give_back(record_type: RecordType, records: Sequence[Record], by: Actor) -> None:
    """Take the numbers from new records whose writing was taken back, to be numbered again."""
    how = chosen(record_type, by)
    if how is None or not how.is_on or record_type.numbered is None:
        return
    for record in records:
        setattr(record, record_type.numbered.field.key, None)


def take_numbers(
    series: Series, count: int, by: Actor, brought: set[str] | None = None
) -> list[str]:
    """The next numbers of a type, in order; the row that they come from is held until the end.

    `brought` are numbers of records that are written beside these.
    """
    sequence = _hold(series, by)
    resets = Resets(sequence.resets)
    pattern, year = read_pattern(sequence.pattern, resets), year_of(resets, by)
    counter = _counter(series, pattern, year, by)
    last = max(counter.last, sequence.last) if resets is Resets.NEVER else counter.last
    others = {one.casefold() for one in brought or ()}
    found: list[str] = []
    for number, text in _free(series, pattern, year, last, count, by):
        last = number
        if text.casefold() not in others:
            found.append(text)
        if len(found) == count:
            break
    counter.last = sequence.last = last
    by.session.flush()  # Who asks next goes on from here.
    return found


def take_block(series: Series, count: int, by: Actor, brought: set[str] | None = None) -> list[str]:
    """Numbers of a block that is ours from now on, whatever becomes of the transaction under way.

    The sequence is held for a moment only. Those of the block that a record has, or brings along,
    are passed over, and others taken for them.
    """
    others = {one.casefold() for one in brought or ()}
    found: list[str] = []
    wanted = count
    while len(found) < count:
        try:
            written = apart(by.tenant, partial(_reserve, series, wanted, by))
        except Waited:  # Whoever asks holds it, having taken or changed numbers just now.
            left = count - len(found)
            return [*found, *take_numbers(series, left, by, {*others, *found})]
        held = _held(series, written, by) | others
        free = [one for one in written if one.casefold() not in held]
        found += free
        # Where all of them are taken, so are many of the next.
        wanted = count - len(found) if free else min(4 * wanted, MOST_AT_ONCE)
    return found[:count]


def _reserve(series: Series, count: int, by: Actor, session: Session) -> list[str]:
    """The next numbers as they are written, taken in a transaction of their own."""
    own = replace(by, session=session)
    sequence = _hold(series, own)
    resets = Resets(sequence.resets)
    pattern, year = read_pattern(sequence.pattern, resets), year_of(resets, own)
    counter = _counter(series, pattern, year, own)
    last = max(counter.last, sequence.last) if resets is Resets.NEVER else counter.last
    counter.last = sequence.last = last + count
    return [pattern.write(number, year) for number in range(last + 1, last + 1 + count)]


def next_number(series: Series, how: Chosen, by: Actor) -> str:
    """The number that the next record would get, without taking it."""
    pattern, year = read_pattern(how.pattern, how.resets), year_of(how.resets, by)
    before, behind = pattern.around(year)
    key = (series.key, before, behind)
    counter = by.session.get(NumberCounter, key, populate_existing=True)
    last = counter.last if counter is not None else 0
    if how.resets is Resets.NEVER:
        sequence = by.session.get(NumberSequence, series.key, populate_existing=True)
        last = max(last, sequence.last if sequence is not None else 0)
    _number, text = next(_free(series, pattern, year, last, 1, by))
    return text


def _free(
    series: Series, pattern: Pattern, year: int, last: int, count: int, by: Actor
) -> Iterator[tuple[int, str]]:
    """The numbers behind `last` that no record has, as they are written; `count` are wanted.

    Where all that were looked up are taken, four times as many are looked up next.
    """
    width = count
    while True:
        some = range(last + 1, last + 1 + width)
        written = [pattern.write(number, year) for number in some]
        held = _held(series, written, by)
        is_empty = True
        for number, text in zip(some, written, strict=True):
            if text.casefold() not in held:
                is_empty = False
                yield number, text
        last = some[-1]
        if is_empty:
            width = max(width, min(width * 4, MOST_AT_ONCE))


def year_of(resets: Resets, by: Actor) -> int:
    """The year in which a number is given now, on the firm's clock."""
    today = by.now.astimezone(ZoneInfo(by.tenant.zone)).date()
    return fiscal_year(by).year_of(today) if resets is Resets.FISCAL else today.year


def _hold(series: Series, by: Actor) -> NumberSequence:
    """The sequence of a type, held until the transaction ends; made where there is none yet."""
    declared = series.numbered
    if declared is None:
        raise ValueError(f"The records of {series.key!r} have no numbers.")
    held = select(NumberSequence).where(NumberSequence.record_type == series.key)
    held = held.with_for_update()
    row = by.session.scalar(held, execution_options={"populate_existing": True})
    if row is not None:
        return row
    how = usual(declared)
    by.session.execute(
        insert(NumberSequence)
        .values(
            record_type=series.key,
            pattern=how.pattern,
            resets=how.resets.value,
            is_on=how.is_on,
            last=0,
            updated_at=by.now,
        )
        .on_conflict_do_nothing()
    )
    return by.session.scalars(held, execution_options={"populate_existing": True}).one()


def _counter(series: Series, pattern: Pattern, year: int, by: Actor) -> NumberCounter:
    """How far the numbers between these two texts have come; read under the held sequence."""
    before, behind = pattern.around(year)
    key = (series.key, before, behind)
    row = by.session.get(NumberCounter, key, populate_existing=True)
    if row is None:
        row = NumberCounter(record_type=key[0], before=before, behind=behind, last=0)
        by.session.add(row)
    return row


def _held(series: Series, numbers: Sequence[str], by: Actor) -> set[str]:
    """Which of these numbers a record has already, living or in the recycle bin, folded.

    Those that somebody else is writing at this moment are waited for.
    """
    if isinstance(series, OwnSeries):
        return series.taken(numbers, by)
    declared = series.numbered
    if declared is None or not isinstance(series, RecordType):
        return set()
    record_type, key = series, declared.field.key
    taken = against_unique(record_type, [(None, {key: one}) for one in numbers], by)
    found = {one.casefold() for one, errors in zip(numbers, taken, strict=True) if key in errors}
    folded = func.lower(declared.field)
    deleted = select(folded).where(
        record_type.model.deleted_at.is_not(None), folded.in_([one.lower() for one in numbers])
    )
    with by.session.no_autoflush:
        rows: Sequence[Any] = by.session.scalars(deleted).all()
    return found | {str(one).casefold() for one in rows}


def _load(by: Actor) -> AllChosen:
    rows = by.session.execute(
        select(
            NumberSequence.record_type,
            NumberSequence.pattern,
            NumberSequence.resets,
            NumberSequence.is_on,
        )
    )
    return AllChosen(
        {row.record_type: Chosen(row.pattern, Resets(row.resets), row.is_on) for row in rows}
    )
