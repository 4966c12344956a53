"""Numbers of papers: given when a paper leaves us, from the series of its layout."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

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


def free_number(layout: str, model: Any, by: Actor) -> str | None:
    """The next number that no record of `model` has; one that was brought along is passed over."""
    while (number := paper_number(layout, by)) is not None:
        taken = select(model.id).where(
            func.lower(model.number) == number.lower(), model.deleted_at.is_(None)
        )
        if by.session.scalars(taken.limit(1)).first() is None:
            return number
    return None
