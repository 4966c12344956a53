"""Reports that come with the product, for whoever may read their type; modules declare them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _
from app.records.registry import registry
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
        registry().type(one.definition.record_type)
        _ready[one.key] = one


def ready_reports(by: Actor) -> list[ReadyReport]:
    """Those whose record type is switched on and may be read."""
    return [one for one in _ready.values() if _may_read(one, by)]


def ready_report(key: str, by: Actor) -> ReadyReport:
    """The report of this key; Missing for whoever may not read its records."""
    found = _ready.get(key)
    if found is None or not _may_read(found, by):
        raise Missing(_("There is no such report."))
    return found


def _may_read(one: ReadyReport, by: Actor) -> bool:
    kind = one.definition.record_type
    return by.tenant.allows(registry().type(kind).module) and by.may(kind, "read")
