"""What modules contribute to Home; the registry is filled once at start-up."""

from __future__ import annotations

from collections.abc import Iterable

from app.home.placed import Placed, shipped
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.registry import registry
from app.records.widgets import LIST, REPORT, First, Widget
from app.reports.ready import ready_report

_widgets: dict[str, Widget] = {}
_first: list[First] = []


def install(widgets: Iterable[Widget], first: Iterable[First]) -> None:
    """Know what all modules contribute; start-up calls it once per process."""
    _widgets.clear()
    for one in widgets:
        if one.key in _widgets:
            raise ValueError(f"The widget {one.key!r} is declared twice.")
        _widgets[one.key] = one
    _first[:] = first


def widgets_for(by: Actor) -> list[Widget]:
    """The widgets that `by` may have, of modules that are on."""
    return [one for one in _widgets.values() if _is_for(one, by)]


def widget(key: str, by: Actor) -> Widget:
    """The widget of this key; Missing for who may not have it, and where its module is off."""
    found = _widgets.get(key)
    if found is None or not _is_for(found, by):
        raise Missing(_("There is no such widget, or it is not for your role."))
    return found


def first_home(by: Actor) -> tuple[Placed, ...]:
    """What a Home begins with that nobody arranged: all that modules ship and `by` may have."""
    return tuple(shipped(one) for one in _first if _may_have(one, by))


def _is_for(one: Widget, by: Actor) -> bool:
    return by.tenant.allows(one.module) and one.is_for(by)


def _may_have(one: First, by: Actor) -> bool:
    try:
        if one.kind == REPORT:
            ready_report(one.of, by)
        elif one.kind == LIST:
            return by.tenant.allows(registry().type(one.of).module) and by.may(one.of, "read")
        else:
            widget(one.of, by)
    except Missing:
        return False
    return True
