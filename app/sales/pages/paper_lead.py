"""What leads the line of a paper beside a customer or another record: its number."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.tailored import tailored
from app.sales.models import Contract, Invoice, Order, Quote

Paper = Quote | Order | Invoice | Contract


def paper_lead(paper: Paper, kind: str, beside: str, by: Actor) -> tuple[str, list[str]]:
    """The number of a paper and, for its note, its name; the name alone where no number is told.

    The name is left out where it is that of the record `beside` which the line stands.
    """
    number = paper.number if sees(tailored(kind, by), "number", by) else None
    if not number:
        return paper.name, []
    return number, [paper.name] if paper.name not in ("", beside) else []
