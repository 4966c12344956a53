"""What the address of a list says: search, filters, order, place; and the addresses beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from app.kernel.whole import whole
from app.records.filters import Node, read_filters, write_filters
from app.records.lenses.lens import ARGUMENTS as LENS_ARGUMENTS
from app.records.lenses.lens import AS_ROWS, DATE, Lens, read_lens
from app.records.query import Query
from app.records.types import RecordType
from app.records.views.look import ARGUMENTS, Look, read_look

PAGE_SIZE = 50
MINE = (("owner_id", "me"),)  # The arguments of the tab of what the reader owns.
PLACE = ("cursor", "from", "open", DATE)  # The arguments that say which page of the list.
RESERVED = ("q", "sort", *PLACE, "in", "next", "total", "view", *ARGUMENTS, *LENS_ARGUMENTS)
NONE_OPEN = "-"  # What an address says where no group is open; no value of a choice is spelt so.
LONGEST_ORIGIN = 1000  # Characters of a list's query that a record's address carries.


@dataclass(frozen=True, slots=True)
class Opened:
    """The saved view that a list set out from; `query` is what it saves."""

    id: UUID
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class ListState:
    """One state of one list; `first` is the number of the page's first row, where it is known.

    `opened` is the saved view that it shows, or differs from. Where its reader has a default view
    (`has_default`), the plain address shows that one, so all records have an address of their own.
    `usual` is the order where none is asked for, for a reader who may not see that of the type.
    """

    record_type: RecordType
    asked: Query
    first: int = 1
    look: Look = field(default_factory=Look)
    opened: Opened | None = None
    has_default: bool = False
    lens: Lens = AS_ROWS
    group: str | None = (
        None  # The groups that are open, as the address says it; see `opened_groups`.
    )
    on: str = ""  # The day that a calendar shows, as its address says it.
    usual: str = ""

    @property
    def path(self) -> str:
        """The address of the list without its query."""
        return f"/{self.record_type.collection}"

    @property
    def shown_at(self) -> str:
        """The address of what is shown, the list, its board or its calendar, without its query."""
        return f"{self.path}/{self.lens.name}" if self.lens.name else self.path

    @property
    def sort(self) -> str:
        """The order in use."""
        return self.asked.sort or self.usual or self.record_type.default_sort

    @property
    def is_narrowed(self) -> bool:
        """True when search or filters leave rows out."""
        return bool(self.asked.q.strip() or self.asked.filters)

    @property
    def is_changed(self) -> bool:
        """True when it differs from the saved view that it set out from."""
        return self.opened is not None and self.query() != self.opened.query

    def view_pairs(self) -> list[tuple[str, str]]:
        """What an address with arguments says of saved views."""
        if self.opened is not None:
            return [("view", str(self.opened.id))]
        return [("view", "all")] if self.has_default else []

    def address(self) -> list[tuple[str, str]]:
        """The arguments of its address, without the place; a view as it was saved needs no more."""
        if self.opened is None:
            return [*self.lens.named(), *(self._details() or self.view_pairs())]
        if not self.is_changed:
            return self.view_pairs()
        return self.explicit()

    def explicit(self) -> list[tuple[str, str]]:
        """The arguments of an address that says all by itself, whatever its view has saved."""
        pairs = self._details()
        if self.opened is not None:
            pairs = [*self.view_pairs(), *(pairs or [("sort", self.sort)])]
        return [*self.lens.named(), *pairs]

    def _details(self) -> list[tuple[str, str]]:
        """All that its query says but the lens, which stands in the path of what is shown."""
        return [*self.rows_asked(), *self.look.pairs(), *self.lens.details()]

    def explicit_query(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.explicit())

    def address_query(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.address())

    def query(self) -> str:
        """Search, filters, order, look and lens as the query of an address, without the place."""
        return urlencode([*self.lens.named(), *self._details()])

    def rows_asked(self) -> list[tuple[str, str]]:
        """Search, filters and order: which rows, and not how they look."""
        asked = self.asked
        pairs = write_filters(asked.filters)
        if asked.q.strip():
            pairs.append(("q", asked.q))
        if asked.sort and asked.sort != self.record_type.default_sort:
            pairs.append(("sort", asked.sort))
        return pairs

    def hidden(self) -> list[tuple[str, str]]:
        """What a new search keeps: the filters, as the fields of its form."""
        return write_filters(self.asked.filters)

    def url(self, *place: tuple[str, str]) -> str:
        """The address of the first page of this state, or of a place in it."""
        pairs = [*self.address(), *place]
        if self.lens.name:  # Which the path says.
            pairs = [pair for pair in pairs if pair[0] != "lens"]
        query = urlencode(pairs)
        return f"{self.shown_at}?{query}" if query else self.shown_at

    def below(self, path: str, *more: tuple[str, str]) -> str:
        """An address below that of the list, for a part of what is shown."""
        return f"{self.path}/{path}?{urlencode([*self.address(), *more])}"

    def through(self, lens: Lens) -> str:
        """The address of the same rows through another lens."""
        return replace(self, lens=lens).url()

    def count_url(self, *, exact: bool = False) -> str:
        """Where the number of its rows is counted, up to the cap or beyond."""
        query = urlencode([*self.rows_asked(), *([("total", "exact")] if exact else [])])
        return f"{self.path}/count?{query}" if query else f"{self.path}/count"

    def columns_url(self) -> str:
        """Where the columns of this list are chosen."""
        query = self.address_query()
        return f"{self.path}/columns?{query}" if query else f"{self.path}/columns"

    def export_url(self) -> str:
        """Where what is listed is taken away as a file."""
        query = self.address_query()
        return f"{self.path}/export?{query}" if query else f"{self.path}/export"

    def link_url(self) -> str:
        """Where the address of what is listed is given, to be passed on."""
        query = self.address_query()
        return f"{self.path}/link?{query}" if query else f"{self.path}/link"

    def home_url(self) -> str:
        """Where what is listed is put on the reader's Home."""
        return f"/home/add/{self.record_type.collection}?{self.address_query()}"

    def group_url(self) -> str:
        """Where what the rows are grouped by is chosen."""
        query = self.address_query()
        return f"{self.path}/group?{query}" if query else f"{self.path}/group"

    def at(self, cursor: str, first: int) -> str:
        """The address of another page of this state."""
        return self.url(*self._open_group(), ("cursor", cursor), ("from", str(first)))

    def _open_group(self) -> list[tuple[str, str]]:
        """The groups that are open, as an argument."""
        return [] if self.group is None else [("open", self.group)]

    @property
    def opened_groups(self) -> tuple[str, ...] | None:
        """The groups that its address opens, "" that of empty ones; None where it says nothing."""
        if self.group is None:
            return None
        return () if self.group == NONE_OPEN else tuple(self.group.split(","))

    def opening(self, groups: Iterable[str]) -> str:
        """The address of this list with these groups open, and no others."""
        found = list(groups)
        return replace(self, group=",".join(found) if found else NONE_OPEN).first_page()

    def first_page(self) -> str:
        """The address of the first page of what is open."""
        return self.url(*self._open_group())

    def grouped_by(self, group: str) -> str:
        """The address of this list grouped by a field, or by none."""
        return replace(self, look=replace(self.look, group=group)).url()

    def sorted_by(self, sort: str) -> str:
        """The address of this list in another order."""
        return replace(self, asked=replace(self.asked, sort=sort)).first_page()

    def without(self, dropped: Node) -> str:
        """The address of this list without one of its filters."""
        kept = tuple(one for one in self.asked.filters if one != dropped)
        return replace(self, asked=replace(self.asked, filters=kept)).url()

    def filter_url(self, at: int | None = None) -> str:
        """Where its filters are chosen; `at` is the number of the one to change."""
        place = "" if at is None else f"at={at}"
        query = "&".join(part for part in (self.address_query(), place) if part)
        return f"{self.path}/filter?{query}" if query else f"{self.path}/filter"

    def unfiltered(self) -> str:
        """The address of this list without its filters."""
        return replace(self, asked=replace(self.asked, filters=())).url()

    def origin(self) -> str:
        """The query that leads from a record back to its neighbours in this list.

        Where it grows too long, the list's look is left out before the way back is.
        """
        whole = self.address_query() or f"sort={self.sort}"
        for query in (whole, urlencode(self.rows_asked())):
            if query and len(query) <= LONGEST_ORIGIN:
                return urlencode({"in": query})
        return ""


def read_query(query: str) -> dict[str, str]:
    """The arguments of a list's query; one that is empty asks for what holds nothing."""
    return dict(parse_qsl(query, keep_blank_values=True))


def read_state(record_type: RecordType, arguments: Mapping[str, str]) -> ListState:
    """The state that the arguments of a list's address ask for."""
    first = arguments.get("from", "")
    asked = Query(
        q=arguments.get("q", ""),
        filters=read_filters(dict(arguments), RESERVED),
        sort=arguments.get("sort", ""),
        cursor=arguments.get("cursor", ""),
        limit=PAGE_SIZE,
    )
    number = max(whole(first) or 1, 1)
    return ListState(
        record_type,
        asked,
        number,
        read_look(arguments),
        lens=read_lens(arguments),
        group=arguments.get("open"),
        on=arguments.get(DATE, ""),
    )


def is_same(state: ListState, arguments: Iterable[tuple[str, str]]) -> bool:
    """True when a list is filtered by exactly these arguments."""
    mine = set(write_filters(state.asked.filters))
    return mine == {pair for pair in arguments if pair[0] not in RESERVED}
