"""What a person or a program asks of a list."""

from __future__ import annotations

from dataclasses import dataclass

from app.records.filters import Node


@dataclass(frozen=True, slots=True)
class Query:
    """What a person or a program asked of a list."""

    q: str = ""
    filters: tuple[Node, ...] = ()
    sort: str = ""
    cursor: str = ""
    limit: int = 50
