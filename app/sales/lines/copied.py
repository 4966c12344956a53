"""A paper that is made of another one: for whom, on which terms, with the same lines."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.records.references import existing
from app.sales.lines.fill import products_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import as_sent, with_facts

KEPT = ("name", "currency", "payment_days")
REFERRED = {
    "account_id": "account",
    "contact_id": "contact",
    "opportunity_id": "opportunity",
    "price_book_id": "price_book",
}


def copied(paper: Paper, by: Actor) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What `create` takes for a paper like this one, and its lines, prices and taxes as they stand.

    What was deleted meanwhile is left out, and a line whose product was keeps its words.
    """
    given: dict[str, Any] = {key: getattr(paper, key) for key in KEPT}
    for key, to in REFERRED.items():
        its = getattr(paper, key)
        given[key] = str(its) if its is not None and existing(to, [its], by) else None
    given["deposit"] = str(paper.deposit) if paper.deposit is not None else None
    standing = standing_lines(paper, by)
    products = products_of(standing, by)
    lines = [
        as_sent(one if one.product_id in products else with_facts(one, product_id=None))
        for one in standing
    ]
    return given, lines
