"""What a new paper takes over from the opportunity that it belongs to, and its form before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.records.access import permitted, sees
from app.records.references import existing
from app.records.tailored import tailored
from app.sales.lines.model import Paper
from app.sales.models import Opportunity
from app.sales.operations.amounts import filled_in

TAKEN = {"account_id": "account", "contact_id": "contact"}  # Where nothing was said; and of what.


def take_from_opportunities(papers: Sequence[Paper], by: Actor) -> None:
    """Fill for whom new papers are from their opportunities, as far as `by` may read it.

    Three statements however many there are; none for papers of which all is known.
    """
    asking = [one for one in papers if one.is_of_sale is None and _lacks(one)]
    for one in papers:
        one.is_of_sale = one.opportunity_id is not None
    if not asking:
        return
    with by.session.no_autoflush:
        ids = {one.opportunity_id for one in asking}
        rows = by.session.scalars(select(Opportunity).where(Opportunity.id.in_(ids)))
        sales = {one.id: one for one in rows}
        for key, to in TAKEN.items():
            named = {getattr(one, key) for one in sales.values()} - {None}
            there = existing(to, named, by) if named else set()
            for one in asking:
                its = getattr(sales.get(cast("UUID", one.opportunity_id)), key, None)
                if getattr(one, key) is None and its in there:
                    setattr(one, key, its)


def filled_of_sale(given: Mapping[str, str], by: Actor) -> dict[str, str]:
    """What the form of a new paper holds of the opportunity that is given: for whom, in what.

    Nothing of what `by` may not read, and nothing where no such opportunity may be read.
    """
    sale, kind = _sale(given, by), tailored("opportunity", by)
    if sale is None:
        return {}
    found = {
        key: str(getattr(sale, key))
        for key in ("name", "currency")
        if sees(kind, key, by) and getattr(sale, key)
    }
    for key, to in TAKEN.items():
        its = getattr(sale, key)
        if its is not None and sees(kind, key, by) and existing(to, [its], by):
            found[key] = str(its)
    return found


def filled_with_amount(given: Mapping[str, str], by: Actor) -> dict[str, str]:
    """The same with the amount of the opportunity, for what has no lines to reckon it by."""
    sale = _sale(given, by)
    found = filled_of_sale(given, by)
    if (
        sale is not None
        and sale.amount is not None
        and sees(tailored("opportunity", by), "amount", by)
    ):
        found["amount"] = filled_in(sale.amount, sale.currency)
    return found


def _sale(given: Mapping[str, str], by: Actor) -> Opportunity | None:
    record_id = parse_id(given.get("opportunity_id") or "")
    if record_id is None or not by.may("opportunity", "read"):
        return None
    kind = tailored("opportunity", by)
    its = select(Opportunity).where(Opportunity.id == record_id, permitted(kind, by))
    return by.session.scalars(its).one_or_none()


def _lacks(paper: Paper) -> bool:
    """True where the opportunity may know what was left out."""
    return paper.opportunity_id is not None and any(getattr(paper, key) is None for key in TAKEN)
