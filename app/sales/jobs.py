"""Sales' background work."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import literal, select, tuple_

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.records.door import perform
from app.sales.models import Quote
from app.sales.operations.contract_notices import follow_days, tell_overdue, tell_renewals

MOST = 500  # Quotes that are fetched at once.


@job("expire_quotes", every=timedelta(hours=6))
def expire_quotes(by: Actor, _payload: Payload) -> None:
    """Mark quotes that nobody answered until their last day, by the firm's calendar."""
    if not by.tenant.allows("sales") or by.tenant.is_read_only:
        return
    over = (
        select(Quote)
        .where(Quote.status == "sent", Quote.valid_until < by.today(), Quote.deleted_at.is_(None))
        .order_by(Quote.valid_until, Quote.id)
        .limit(MOST)
    )
    found = by.session.scalars(over).all()
    while found:
        last = (found[-1].valid_until, found[-1].id)
        for quote in found:
            # One that waits for approval, or that another rule holds back, stops no other.
            with suppress(Answer), by.session.begin_nested():
                perform("quote", "expire", quote, by=by)
        after = over.where(tuple_(Quote.valid_until, Quote.id) > tuple_(*map(literal, last)))
        found = by.session.scalars(after).all()


@job("tend_contracts", every=timedelta(hours=6))
def tend_contracts(by: Actor, _payload: Payload) -> None:
    """Let contracts begin and end on their days, and tell their owners what comes up."""
    if not by.tenant.allows("sales") or by.tenant.is_read_only:
        return
    follow_days(by)
    tell_renewals(by)
    tell_overdue(by)


JOBS = (expire_quotes, tend_contracts)
