"""Numbers of papers: given when a paper leaves us, from the series of its layout."""

from __future__ import annotations

from app.documents.papers.layouts import layout_called
from app.kernel.actor import Actor
from app.records.numbers.give import chosen, take_numbers


def paper_number(layout: str, by: Actor) -> str | None:
    """The next number of a layout's papers; None where the workspace numbers none."""
    series = layout_called(layout).series
    how = chosen(series, by) if series is not None else None
    if series is None or how is None or not how.is_on:
        return None
    return take_numbers(series, 1, by)[0]
