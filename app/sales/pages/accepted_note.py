"""What stands over an opportunity whose quote was accepted while it is still open."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import may_do, permitted, sees
from app.records.model import Record
from app.records.pages.notes import Note
from app.records.tailored import tailored
from app.records.types import RecordType
from app.sales.models import Opportunity, Quote
from app.sales.models.opportunity import OPEN

OF_QUOTE = ("opportunity_id", "status")


def accepted_notes(record_type: RecordType, record: Record, by: Actor) -> Iterable[Note]:
    """Say that the customer said yes, with the press that wins the sale for whoever may."""
    if not isinstance(record, Opportunity) or record.outcome != OPEN:
        return
    kind = tailored("quote", by)
    if not (by.may("quote", "read") and all(sees(kind, key, by) for key in OF_QUOTE)):
        return
    newest = (
        select(Quote)
        .where(
            Quote.opportunity_id == record.id,
            Quote.status == "accepted",
            permitted(kind, by),
        )
        .order_by(Quote.decided_at.desc(), Quote.id.desc())
        .limit(1)
    )
    quote = by.session.scalars(newest).one_or_none()
    if quote is None:
        return
    number = quote.number if sees(kind, "number", by) else None
    text: Text = _(
        "The customer accepted the quote %(name)s, and this is still open.",
        name=number or quote.name,
    )
    may_win = may_do(record_type, record, "win", by) and not by.tenant.is_read_only
    url = f"/opportunities/{record.id}/win"
    yield Note(text, _("Mark as won"), url) if may_win else Note(text)
