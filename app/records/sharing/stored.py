"""The filters of a sharing rule as its row keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.records.filters import Filter, Node, write_list
from app.records.filters.written import as_tree, read_tree

TREE = "filter"


def of_choices(conditions: Mapping[str, Sequence[str]]) -> tuple[Node, ...]:
    """The filters for fields that must each hold one of some values; none where none is given."""
    return tuple(
        Filter(key, "in", write_list(values)) for key, values in conditions.items() if values
    )


def to_stored(filters: Sequence[Node]) -> dict[str, Any]:
    """Filters as a row keeps them."""
    return {TREE: as_tree(filters)}


def read_stored(document: Mapping[str, Any]) -> tuple[Node, ...]:
    """The filters that a row keeps; Refused where they can't be read.

    Rows from before rules had filters map each field to the values of which it must hold one.
    """
    tree = document.get(TREE)
    if isinstance(tree, dict):
        return read_tree(json.dumps(tree))
    return of_choices(document)
