"""Sales' background work."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import func, literal, select, tuple_, update

from app.crm.models import Account
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.records.door import perform
from app.sales.models import Invoice, Quote
from app.sales.models.invoice import ISSUED
from app.sales.operations.balance import firms_day
from app.sales.operations.contract_notices import follow_days, tell_overdue, tell_renewals
from app.sales.operations.payment_record import payment_records, proposed_payer
from app.sales.terms.kept import terms_of

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


@job("count_overdue", every=timedelta(hours=1))
def count_overdue(by: Actor, _payload: Payload) -> None:
    """Let invoices know since how many days they are overdue, by the firm's calendar."""
    if not by.tenant.allows("sales") or by.tenant.is_read_only:
        return
    days = func.greatest(literal(firms_day(by)) - Invoice.due_on, 0)
    by.session.execute(
        update(Invoice)
        .where(Invoice.open > 0, Invoice.status == ISSUED, Invoice.days_overdue != days)
        .values(days_overdue=days)
        .execution_options(synchronize_session=False)
    )


@job("judge_payers", every=timedelta(hours=24))
def judge_payers(by: Actor, _payload: Payload) -> None:
    """Keep on the accounts how they pay, where the workspace wants that kept each night."""
    if not by.tenant.allows("sales") or by.tenant.is_read_only:
        return
    thresholds = terms_of(by).thresholds
    if not thresholds.is_kept:
        return
    found = payment_records(by, firms_day(by))
    said = {key: proposed_payer(one, thresholds) for key, one in found.items() if one.is_rated}
    its = select(Account).where(Account.id.in_(said), Account.deleted_at.is_(None))
    for account in by.session.scalars(its.order_by(Account.id)).all():
        if account.payment_record != said[account.id]:
            # One that waits for approval, or that another rule holds back, stops no other.
            with suppress(Answer), by.session.begin_nested():
                perform("account", "update", account, by=by, payment_record=said[account.id])


JOBS = (expire_quotes, tend_contracts, count_overdue, judge_payers)
