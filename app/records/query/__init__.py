"""Lists: access, filters, search, order and page in one statement, by key and not by offset.

`asked` is what is asked of a list, `narrowing` which rows it has, with `search` for the words;
`order` and `cursor` say where a page begins and `columns` what it fetches; `paging` puts that
together, with `walk` where the order is of what rows only point at and `few` where so few rows are
left that they are sorted instead, and `totals` counts. `among` fetches records whose ids are known
already, `first_rows` those of several lists at once, `hits` those that a search finds of every
type, and `grouping` counts and adds up by the
values of a field.
"""

from app.records.query.among import rows_among
from app.records.query.asked import Query
from app.records.query.cursor import write_cursor
from app.records.query.few import met
from app.records.query.first_rows import first_rows
from app.records.query.grouping import (
    Group,
    Grouping,
    Groups,
    condition_of,
    groupable,
    groups,
    read_grouping,
)
from app.records.query.hits import Hits, first_hits
from app.records.query.narrowing import conditions, search_conditions
from app.records.query.order import default_sort, may_sort_by, sort_key, walk_of
from app.records.query.paging import NO_ROWS, Page, page
from app.records.query.totals import COUNT_CAP, count
from app.records.query.walk import Walk, walk

__all__ = [
    "COUNT_CAP",
    "NO_ROWS",
    "Group",
    "Grouping",
    "Groups",
    "Hits",
    "Page",
    "Query",
    "Walk",
    "condition_of",
    "conditions",
    "count",
    "default_sort",
    "first_hits",
    "first_rows",
    "groupable",
    "groups",
    "may_sort_by",
    "met",
    "page",
    "read_grouping",
    "rows_among",
    "search_conditions",
    "sort_key",
    "walk",
    "walk_of",
    "write_cursor",
]
