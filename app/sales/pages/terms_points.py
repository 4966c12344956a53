"""In which points an offer goes beyond the terms, and by how much, for who decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.access import sees
from app.records.authority import Points
from app.records.registry import registry
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper
from app.sales.models import Contract
from app.sales.pages.lines import BEYOND, percent_text
from app.sales.terms.rules import HOLD, POINTS, ruled_of


def points_of_paper(paper: Paper) -> list[dict[str, Any]]:
    """The points of a quote or an order, as the terms were judged when it was to leave us."""
    found = ruled_of(paper.terms)
    if found is None:
        return []
    kind = kind_of(paper).key
    return [
        {
            "of": kind,
            "key": key,
            "value": str(getattr(paper, key) or 0),
            "limit": str(getattr(found.cell, key)),
        }
        if key in POINTS
        else {"of": kind, "key": key}
        for key in found.beyond
    ]


def points_of_contract(contract: Contract) -> list[dict[str, Any]]:
    """The one point of a contract: that each of this customer's is approved."""
    return [{"of": "contract", "key": HOLD}] if contract.exceptions else []


def told(point: Mapping[str, Any], by: Actor) -> str:
    """A point in words: Discount 12 % beyond 5 %. Nothing of a field that `by` may not see."""
    key = point["key"]
    if key not in POINTS:
        return str(BEYOND[key])
    if not sees(registry().type(point["of"]), key, by):
        return ""
    value, limit = Decimal(point["value"]), Decimal(point["limit"])
    if key == "payment_days":
        days = [ngettext("%(n)s day", "%(n)s days", int(one), n=int(one)) for one in (value, limit)]
        return gettext("Payment term %(value)s beyond %(limit)s", value=days[0], limit=days[1])
    shares = {"value": percent_text(value, by), "limit": percent_text(limit, by)}
    if key == "deposit":
        return gettext("Deposit %(value)s instead of %(limit)s", **shares)
    return gettext("Discount %(value)s beyond %(limit)s", **shares)


OF_PAPER, OF_CONTRACT = Points(points_of_paper, told), Points(points_of_contract, told)
