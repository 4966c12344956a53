"""A report that is one number: counted by the days, weeks or months of its time, for its trend."""

from __future__ import annotations

from dataclasses import replace

from app.kernel.actor import Actor
from app.records.filters.conditions import meant
from app.records.types import RecordType
from app.reports.engine.clock import read_days
from app.reports.engine.definition import NUMBER, Definition, Grouped
from app.reports.engine.kinds import DATES

# The longest time, in days, that is shown by each unit.
LONGEST = {"day": 31, "week": 183, "month": 4 * 366}


def as_number(definition: Definition, record_type: RecordType, by: Actor) -> Definition:
    """The definition with its first number alone, by the one date that its trend goes along.

    That is the first group by a date, else the date of its period. Other definitions stay.
    """
    if definition.shape != NUMBER:
        return definition
    dated = (one for one in definition.groups if _is_date(record_type, one.key, by))
    along = next(dated, None) or _of_period(definition, by)
    groups = (replace(along, sort="", most=0),) if along is not None else ()
    return replace(definition, groups=groups, measures=definition.measures[:1], drawn=0)


def _is_date(record_type: RecordType, key: str, by: Actor) -> bool:
    found = meant(record_type, key, by)
    return found is not None and found.field.kind in DATES


def _of_period(definition: Definition, by: Actor) -> Grouped | None:
    period = definition.period
    if period is None:
        return None
    first, beyond = read_days(period.text, by)
    length = (beyond - first).days
    unit = next((unit for unit, most in LONGEST.items() if length <= most), "year")
    return Grouped(period.key, unit)
