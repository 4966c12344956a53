"""The language of filters: conditions by field, joined by and, or, not; each one bound condition.

`node` says what a filter is, `written` how it stands in an address, `periods` what dates may be
called, `compare` what each operator means; `conditions`, which knows who may read what and is
imported by itself, makes SQL of all that.
"""

from app.records.filters.compare import OPERATORS, operators_of
from app.records.filters.node import DEEPEST, MOST, Filter, Group, Node, leaves, name_of
from app.records.filters.written import (
    ARGUMENT,
    Unread,
    once_each,
    read_filters,
    read_list,
    write_filters,
    write_list,
)

__all__ = [
    "ARGUMENT",
    "DEEPEST",
    "MOST",
    "OPERATORS",
    "Filter",
    "Group",
    "Node",
    "Unread",
    "leaves",
    "name_of",
    "once_each",
    "operators_of",
    "read_filters",
    "read_list",
    "write_filters",
    "write_list",
]
