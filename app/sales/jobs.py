"""Sales' background work."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.records.door import perform
from app.sales.models import Quote

MOST = 500  # Quotes of one run; the next run takes the others.


@job("expire_quotes", every=timedelta(hours=6))
def expire_quotes(by: Actor, _payload: Payload) -> None:
    """Mark quotes that nobody answered until their last day, by the firm's calendar."""
    if not by.tenant.allows("sales") or by.tenant.is_read_only:
        return
    over = select(Quote).where(
        Quote.status == "sent", Quote.valid_until < by.today(), Quote.deleted_at.is_(None)
    )
    for quote in by.session.scalars(over.order_by(Quote.id).limit(MOST)).all():
        perform("quote", "expire", quote, by=by)


JOBS = (expire_quotes,)
