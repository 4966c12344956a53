"""A list page: its rows, numbers, tabs, chips, orders and neighbouring pages, for the template."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records import query
from app.records.access import readable_keys
from app.records.bulk.verbs import offered
from app.records.filters import Filter
from app.records.pages.chips import Chip, chips
from app.records.pages.choices import choices_of
from app.records.pages.columns import layout
from app.records.pages.counts import ATTENTION_CAP, count_lists
from app.records.pages.favourites import may_star
from app.records.pages.groups import GroupTable, group_table
from app.records.pages.imports.offered import imports
from app.records.pages.lenses import LensLink, lens_links
from app.records.pages.pool import is_whole_pool
from app.records.pages.rows import render_rows
from app.records.pages.state import ListState
from app.records.pages.table_head import TableHead, table_head
from app.records.pages.tail import list_tail
from app.records.query import COUNT_CAP, Query
from app.records.types import EXPORT, RecordType
from app.records.views.tabs import Views, views_over
from app.web.formats import Formats, formats
from tenants.starters.samples import load_samples


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has. `told` says it below the list's title.

    `url` counts it when it `is_waiting`, and else, where there is one, beyond the cap.
    """

    text: str
    told: str
    url: str = ""
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """All that `records/list.html` shows."""

    record_type: RecordType
    state: ListState
    rows: Markup
    is_empty: bool
    first: str
    last: str
    shown_total: Total
    total: str
    attention: int
    attention_text: str
    attention_url: str
    views: Views
    chips: tuple[Chip, ...]
    head: TableHead
    is_sized: bool
    columns_url: str
    next_url: str | None
    previous_url: str | None
    tail: Markup
    may_create: bool
    lenses: tuple[LensLink, ...]
    groups: GroupTable | None  # Where rows are grouped; the rows are then those of the open group.
    group_url: str
    ticks: bool = False
    is_pool: bool = False  # All that waits in the pool is shown, and nothing else.
    export_url: str = ""  # Where the list is exported; "" where the role does not allow it.
    import_url: str = ""  # Where files of such records are given; "" likewise.
    sample_url: str = ""  # Where sample records are loaded, for who may and has not done it yet.

    @property
    def inside(self) -> ListState:
        """The list of what the rows are: of the open group, or of all that is shown."""
        return (self.groups.inside if self.groups else None) or self.state


def list_page(state: ListState, by: Actor, reader: Actor | None = None) -> ListPage:
    """The page of a list that `state` asks for; Refused where the address asks for no such.

    `reader` is who reads its rows, where that is not plainly `by`.
    """
    record_type = state.record_type
    me, by = by, reader or by
    shape = layout(record_type, by, state.look)
    is_worded = any(one.look in ("choice", "tags") for one in shape.columns)
    has_picklists = state.asked.filters or is_worded or state.look.group
    picklists = choices_of(record_type, by) if has_picklists else {}
    table = group_table(state, shape, picklists, by) if state.look.group else None
    rows_of = state if table is None else table.inside
    found = query.page(record_type, rows_of.asked, by, shape.keys) if rows_of else query.NO_ROWS
    origin = (rows_of or state).origin()
    write = formats(by)
    last = state.first + len(found.rows) - 1
    reached = None if found.next else max(last, 0)
    counts = counts_over(state, me, reached if table is None else table.count)
    attention = counts.get("attention", 0)
    verbs = tuple(offered(record_type, by)) if shape.ticks else ()
    may_export = by.may(record_type.key, EXPORT)
    return ListPage(
        record_type=record_type,
        state=state,
        rows=render_rows(record_type, shape, found.rows, picklists, origin, by),
        is_empty=not found.rows if table is None else not table.count,
        first=write.number(state.first),
        last=write.number(last),
        shown_total=total_of(state, counts.get("shown"), counts["all"], write),
        total=all_of(record_type, counts["all"], write),
        attention=attention,
        attention_text=attention_words(attention),
        attention_url=attention_url(record_type),
        views=views_with(state, counts, write, me),
        chips=chips(state, by),
        head=table_head(state, shape, by),
        is_sized=shape.title_width > 0,
        columns_url=state.columns_url(),
        next_url=state.at(found.next, last + 1) if found.next else None,
        previous_url=_previous(state, found.previous),
        tail=list_tail(
            state,
            shape,
            verbs,
            may_export=may_export,
            may_star=may_star(me) and not shape.is_pool,
        ),
        may_create=me.may(record_type.key, "create") and not me.tenant.is_read_only,
        ticks=shape.ticks,
        is_pool=is_whole_pool(state),
        export_url=state.export_url() if may_export else "",
        import_url=f"{state.path}/import" if imports(record_type, me) else "",
        sample_url=_sample_url(record_type, me),
        lenses=lens_links(state, by),
        groups=table,
        group_url=state.group_url(),
    )


def _sample_url(record_type: RecordType, by: Actor) -> str:
    if not by.may("firm", "manage") or by.tenant.is_read_only:
        return ""
    is_new = stamps.stamp(by.session, "samples") is None
    has_some = any(one.record_type == record_type.key for one in load_samples(by.tenant.starter))
    return "/settings/samples" if is_new and has_some else ""


def count_state(state: ListState, by: Actor, reader: Actor, *, is_exact: bool) -> Total:
    """The number of what `state` shows: up to the cap, or exact where that was asked for."""
    everything = count_lists(state.record_type, {"all": Query()}, by)["all"]
    cap = None if is_exact else COUNT_CAP
    found = query.count(state.record_type, state.asked, reader, cap=cap)
    return total_of(state, found, everything, formats(by), is_exact=is_exact)


def counts_over(state: ListState, by: Actor, reached: int | None) -> dict[str, int]:
    """The numbers of the tabs, and of what is shown where it is known without counting.

    `reached` is the number of the last row, when this page holds it. What search and filters leave
    is counted after the page has been shown, as the number can take longer than the rows.
    """
    record_type = state.record_type
    mine = Query(filters=(Filter("owner_id", "eq", "me"),))
    shown = Query(q=state.asked.q, filters=state.asked.filters)
    lists = {"all": Query(), "mine": mine}
    if not record_type.tells_mine or "owner_id" not in readable_keys(record_type, by):
        del lists["mine"]
    counts = count_lists(record_type, lists, by, attention=True)
    for name, one in lists.items():
        if one == shown:
            counts["shown"] = counts[name]
    if "shown" not in counts and reached is not None:
        counts["shown"] = reached
    return counts


def blocked_views(state: ListState, by: Actor) -> Views:
    """The views over a list that can't be shown to its reader."""
    asked = replace(state, asked=Query())
    return views_with(asked, counts_over(asked, by, None), formats(by), by)


def views_with(state: ListState, counts: dict[str, int], write: Formats, by: Actor) -> Views:
    """The views over a list, with these numbers."""
    mine = capped(counts["mine"], write) if "mine" in counts else None
    return views_over(state, capped(counts["all"], write), mine, by)


def _previous(state: ListState, cursor: str | None) -> str | None:
    """The address of the page before; the first one has the list's plain address."""
    if cursor is None:
        return None
    first = state.first - state.asked.limit
    return state.first_page() if first <= 1 else state.at(cursor, first)


def attention_url(record_type: RecordType) -> str:
    """The list of what needs attention."""
    if record_type.attention is None:
        return ""
    key = record_type.attention.key
    return f"/{record_type.collection}?{key}__lt=now&sort={key}"


def capped(count: int, write: Formats) -> str:
    """A number up to the cap, and 10,000+ beyond it."""
    return f"{write.number(COUNT_CAP)}+" if count > COUNT_CAP else write.number(count)


def attention_words(count: int) -> str:
    """7 need attention, and 999+ beyond."""
    shown = f"{ATTENTION_CAP}+" if count > ATTENTION_CAP else str(count)
    return ngettext("%(n)s needs attention", "%(n)s need attention", count, n=shown)


def all_of(record_type: RecordType, count: int, write: Formats) -> str:
    """12,846 contacts."""
    one, many = record_type.words.count
    return ngettext(one, many, count, n=capped(count, write))


def total_of(
    state: ListState,
    count: int | None,
    everything: int,
    write: Formats,
    *,
    is_exact: bool = False,
) -> Total:
    """The number of what is shown, or where it is to be counted; see Total."""
    if count is None:
        told = all_of(state.record_type, everything, write)
        return Total("…", told, state.count_url(), is_waiting=True)
    text = write.number(count) if is_exact else capped(count, write)
    if state.is_narrowed and not is_whole_pool(state):
        told = all_of(state.record_type, everything, write)
        told = gettext("%(some)s of %(all)s", some=text, all=told)
    else:
        one, many = state.record_type.words.count
        told = ngettext(one, many, count, n=text)
    is_beyond = count > COUNT_CAP and not is_exact
    return Total(text, told, state.count_url(exact=True) if is_beyond else "")
