"""When nothing is said of customers, as there is too little to tell from."""

from __future__ import annotations

from app.insight.models import InsightRun
from app.kernel.actor import Actor
from app.records.datasets import dataset

ENOUGH = 30  # Customers, below which nothing is said of their values.


def silence_of(run: InsightRun | None, by: Actor) -> str:
    """Why nothing is said of values: no_sales, never, empty or few; "" where something is."""
    if dataset("purchases", by) is None:
        return "no_sales"
    if run is None:
        return "never"
    if not run.customers:
        return "empty"
    return "few" if run.customers < ENOUGH else ""
