"""Arranging a Home: its widgets in their order, and what else could stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from app.home import contributed
from app.home.operations.homes import OWN, SHIPPED, Arrangement, as_role
from app.home.operations.wishes import is_for_role
from app.home.pages.tiles import Tile, list_title, tiles, usual_query
from app.home.placed import MOST, ROWS
from app.identity.models import Role
from app.identity.routes.asking import label_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.pages.state import MINE
from app.records.registry import registry
from app.records.tailored import switched_on
from app.records.views.models import EVERYONE
from app.records.views.shelf import shelf
from app.records.widgets import LIST, REPORT, VIEW, WIDGET
from app.reports.operations.keep import reports_of
from app.reports.ready import ready_reports

OFFERED = 12  # Of each kind; words find the others.


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be put on a Home; `of` is what the form sends."""

    of: str
    name: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Offers of one kind; `more` are not shown, as there are too many."""

    label: Text
    offers: tuple[Offer, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Arranging:
    """All that `home/_arrange.html` shows; `place` is the address to which it is sent."""

    place: str
    role: str
    tiles: tuple[Tile, ...]
    origin: str
    shelves: tuple[Shelf, ...]
    q: str
    is_full: bool
    version: int
    rows: tuple[int, ...] = ROWS

    @property
    def is_own(self) -> bool:
        """True where it is an arrangement that can be given up."""
        return self.origin == OWN if not self.role else self.origin != SHIPPED

    @property
    def reset_url(self) -> str:
        """Where it is given up."""
        return f"{self.place}/reset" if self.role else "/home/reset"

    @property
    def reset_text(self) -> Text:
        """What becomes of it then."""
        if self.role:
            return _("Its people begin with what is shipped. Their own Homes stay.")
        return _("Your Home is then that of your role. This can’t be undone.")


def arranging(
    arrangement: Arrangement, place: str, q: str, by: Actor, role: Role | None = None
) -> Arranging:
    """The editor of one's Home, or of that of a role; `q` are words that offers must hold."""
    return Arranging(
        place,
        label_of(role) if role is not None else "",
        tiles(arrangement.widgets, by),
        arrangement.origin,
        tuple(_shelves(arrangement, q, by, role)),
        q,
        len(arrangement.widgets) >= MOST,
        arrangement.version,
    )


def _shelves(arrangement: Arrangement, q: str, by: Actor, role: Role | None) -> Iterator[Shelf]:
    standing = {one.what for one in arrangement.widgets}
    sought = q.casefold().split()
    for label, kind, offers in (
        (_("Widgets"), WIDGET, _widgets(by if role is None else as_role(by, role))),
        (_("Reports"), REPORT, _reports(by, role)),
        (_("Saved views"), VIEW, _views(by, role)),
        (_("Lists"), LIST, _lists(by if role is None else as_role(by, role))),
    ):
        found = [
            one
            for one in offers
            if _what(kind, one) not in standing
            and all(word in f"{one.name} {one.text}".casefold() for word in sought)
        ]
        if found:
            yield Shelf(label, tuple(found[:OFFERED]), max(len(found) - OFFERED, 0))


def _what(kind: str, one: Offer) -> tuple[str, str, str]:
    of, _mark, query = one.of.partition(":")[2].partition("?")
    return (kind, of, query)


def _widgets(by: Actor) -> Iterator[Offer]:
    for one in contributed.widgets_for(by):
        yield Offer(f"{WIDGET}:{one.key}", str(one.label), str(one.text), one.icon)


def _reports(by: Actor, role: Role | None) -> Iterator[Offer]:
    for row in reports_of(by):
        if role is None or is_for_role(row, role.id):
            counted = registry().counted(row.record_type) or registry().type(row.record_type)
            many = str(counted.words.many)
            yield Offer(f"{REPORT}:{row.id}", row.name, many, "chart-bar")
    for one in ready_reports(by):
        yield Offer(f"{REPORT}:{one.key}", str(one.label), str(one.text), "chart-bar")


def _views(by: Actor, role: Role | None) -> Iterator[Offer]:
    types = {one.key: one for one in switched_on(by) if by.may(one.key, "read")}
    for view in shelf(by).views:
        record_type = types.get(view.record_type)
        if record_type is not None and (role is None or view.audience == EVERYONE):
            yield Offer(
                f"{VIEW}:{view.id}", view.name, str(record_type.words.many), record_type.icon
            )


def _lists(by: Actor) -> Iterator[Offer]:
    """Every list, that of one's own records, and the tabs that come with it."""
    for one in switched_on(by):
        if not by.may(one.key, "read"):
            continue
        queries = ["", *(view.query for view in one.views if by.may(one.key, view.needs))]
        if one.tells_mine:
            queries.insert(1, urlencode(MINE))
        for query in dict.fromkeys(usual_query(one, each) for each in queries):
            of = f"{LIST}:{one.key}?{query}" if query else f"{LIST}:{one.key}"
            yield Offer(of, list_title(one, query), "", one.icon)
