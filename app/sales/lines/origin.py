"""What a new paper takes over from the opportunity that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.records.references import existing
from app.sales.lines.model import Paper
from app.sales.models import Opportunity

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


def _lacks(paper: Paper) -> bool:
    """True where the opportunity may know what was left out."""
    return paper.opportunity_id is not None and any(getattr(paper, key) is None for key in TAKEN)
