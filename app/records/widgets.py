"""What a module shows on Home: its own widgets, and what a Home begins with while it is on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text

REPORT, VIEW, LIST, WIDGET = "report", "view", "list", "widget"
KINDS = (REPORT, VIEW, LIST, WIDGET)


@dataclass(frozen=True, slots=True)
class Widget:
    """Something that Home shows and that is neither a report nor a list.

    `key` names it for good. `template` draws what `make` answers with, its values by their names,
    in the rights of whoever reads it: `make` fetches through the access rule like any page.
    `is_for` says who may have it at all, `module` with which module it goes, and `url` the page
    that shows more.
    """

    key: str
    module: str
    label: Text
    text: Text
    icon: str
    template: str
    make: Callable[[Actor], Mapping[str, Any]]
    is_for: Callable[[Actor], bool]
    url: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """A widget of the Home that everybody has whose role has none: see `KINDS`.

    `of` is the key of a report that comes with a module, of a widget, or of the record type of a
    list, whose `query` is that of its address. Who may not have it has a Home without it.
    """

    kind: str
    of: str
    is_wide: bool = False
    query: str = ""
