"""Reports that come with the product, for whoever may read their type; modules declare them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _
from app.records.filters.conditions import meant
from app.records.registry import registry
from app.reports.engine.counted import may_count, readable_type
from app.reports.engine.definition import Definition


@dataclass(frozen=True, slots=True)
class ReadyReport:
    """One report that comes with a module; `key` is its address, `text` says what it answers."""

    key: str
    label: Text
    text: Text
    definition: Definition


_ready: dict[str, ReadyReport] = {}


def install(reports: Iterable[ReadyReport]) -> None:
    """Know the reports of all modules; start-up calls it once per process."""
    _ready.clear()
    for one in reports:
        if one.key in _ready:
            raise ValueError(f"The report {one.key!r} is declared twice.")
        if registry().counted(one.definition.record_type) is None:
            raise ValueError(f"The report {one.key!r} is of no record type.")
        _ready[one.key] = one


def ready_reports(by: Actor) -> list[ReadyReport]:
    """Those that `by` may see anything of; see `_is_for`."""
    return [one for one in _ready.values() if _is_for(one, by)]


def ready_report(key: str, by: Actor) -> ReadyReport:
    """The report of this key; Missing for whoever may not read its records."""
    found = _ready.get(key)
    if found is None or not may_count(found.definition.record_type, by):
        raise Missing(_("There is no such report."))
    return found


def _is_for(one: ReadyReport, by: Actor) -> bool:
    """True where the type may be read, and one of the numbers and all that narrows it be seen."""
    asked = one.definition
    if not may_count(asked.record_type, by):
        return False
    kind = readable_type(asked.record_type, by)
    keys = [condition.key for condition in asked.conditions()]
    keys += [asked.period.key] if asked.period is not None else []
    if any(meant(kind, key, by) is None for key in keys):
        return False
    return any(not each.key or meant(kind, each.key, by) is not None for each in asked.measures)
