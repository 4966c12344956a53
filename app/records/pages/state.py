"""What the address of a list says: search, filters, order, place; and the addresses beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from app.kernel.errors import Refused
from app.records.filters import Node, read_filters, write_filters
from app.records.query import Query
from app.records.types import RecordType
from app.records.views.look import ARGUMENTS, Look, read_look

PAGE_SIZE = 50
MINE = (("owner_id", "me"),)  # The arguments of the tab of what the reader owns.
RESERVED = ("q", "sort", "cursor", "from", "in", "next", "total", *ARGUMENTS)
LONGEST_ORIGIN = 1000  # Characters of a list's query that a record's address carries.


@dataclass(frozen=True, slots=True)
class ListState:
    """One state of one list; `first` is the number of the page's first row, where it is known."""

    record_type: RecordType
    asked: Query
    first: int = 1
    look: Look = field(default_factory=Look)

    @property
    def path(self) -> str:
        """The address of the list without its query."""
        return f"/{self.record_type.collection}"

    @property
    def sort(self) -> str:
        """The order in use."""
        return self.asked.sort or self.record_type.default_sort

    @property
    def is_narrowed(self) -> bool:
        """True when search or filters leave rows out."""
        return bool(self.asked.q.strip() or self.asked.filters)

    def query(self) -> str:
        """Search, filters, order and look as the query of an address, without the place."""
        return urlencode([*self.rows_asked(), *self.look.pairs()])

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

    def url(self) -> str:
        """The address of the first page of this state."""
        query = self.query()
        return f"{self.path}?{query}" if query else self.path

    def count_url(self, *, exact: bool = False) -> str:
        """Where the number of its rows is counted, up to the cap or beyond."""
        query = urlencode([*self.rows_asked(), *([("total", "exact")] if exact else [])])
        return f"{self.path}/count?{query}" if query else f"{self.path}/count"

    def columns_url(self) -> str:
        """Where the columns of this list are chosen."""
        query = self.query()
        return f"{self.path}/columns?{query}" if query else f"{self.path}/columns"

    def at(self, cursor: str, first: int) -> str:
        """The address of another page of this state."""
        place = urlencode({"cursor": cursor, "from": first})
        query = self.query()
        return f"{self.path}?{query}&{place}" if query else f"{self.path}?{place}"

    def sorted_by(self, sort: str) -> str:
        """The address of this list in another order."""
        return replace(self, asked=replace(self.asked, sort=sort)).url()

    def without(self, dropped: Node) -> str:
        """The address of this list without one of its filters."""
        kept = tuple(one for one in self.asked.filters if one != dropped)
        return replace(self, asked=replace(self.asked, filters=kept)).url()

    def filter_url(self, at: int | None = None) -> str:
        """Where its filters are chosen; `at` is the number of the one to change."""
        place = "" if at is None else f"at={at}"
        query = "&".join(part for part in (self.query(), place) if part)
        return f"{self.path}/filter?{query}" if query else f"{self.path}/filter"

    def unfiltered(self) -> str:
        """The address of this list without its filters."""
        return replace(self, asked=replace(self.asked, filters=())).url()

    def origin(self) -> str:
        """The query that leads from a record back to its neighbours in this list.

        Where it grows too long, the list's look is left out before the way back is.
        """
        for query in (self.query() or f"sort={self.sort}", urlencode(self.rows_asked())):
            if query and len(query) <= LONGEST_ORIGIN:
                return urlencode({"in": query})
        return ""


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
    is_number = first.isdecimal() and len(first) < 9
    number = max(int(first), 1) if is_number else 1
    return ListState(record_type, asked, number, read_look(arguments))


def read_origin(record_type: RecordType, query: str | None) -> ListState | None:
    """The list that a reader came from, as its query in the record's address says."""
    if not query or len(query) > LONGEST_ORIGIN:
        return None
    try:
        return read_state(record_type, dict(parse_qsl(query)))
    except Refused:
        return None  # Somebody made it up; the record's page stands without it.


def is_same(state: ListState, arguments: Iterable[tuple[str, str]]) -> bool:
    """True when a list is filtered by exactly these arguments."""
    mine = set(write_filters(state.asked.filters))
    return mine == {pair for pair in arguments if pair[0] not in RESERVED}
