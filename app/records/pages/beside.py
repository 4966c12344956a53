"""Panels that a module shows beside records of another one, such as sales beside a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.records.types import Panel, RecordType


@dataclass(frozen=True, slots=True)
class Beside:
    """A panel on the page of each record of the type called `record_type`."""

    record_type: str
    panel: Panel


_known: Mapping[str, tuple[tuple[str, Panel], ...]] = {}


def install(contributed: Iterable[tuple[str, Beside]]) -> None:
    """Fix what stands beside which type, each with the key of its module; start-up calls it."""
    global _known  # noqa: PLW0603  Fixed from here on, as the registry is.
    found: dict[str, tuple[tuple[str, Panel], ...]] = {}
    for module, one in contributed:
        found[one.record_type] = (*found.get(one.record_type, ()), (module, one.panel))
    _known = found


def panels_of(record_type: RecordType, by: Actor) -> tuple[Panel, ...]:
    """The panels of a type: its own, then those of the modules that are on."""
    others = _known.get(record_type.key, ())
    return (*record_type.panels, *(one for module, one in others if by.tenant.allows(module)))
