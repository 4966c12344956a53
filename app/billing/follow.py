"""What follows in the workspace from what became of its bill: seats, and who is told.

Our books say in the transaction that changes them that this is to be done (`FOLLOW`), and the
worker tries until it is; whoever shows what came of it does it at once, which harms nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.billing import ahead
from app.billing.modules import MODULES_BACK, modules_back
from app.billing.telling import tell_keepers
from app.identity.usage import seats
from app.kernel.actor import Actor, service_actor
from app.kernel.language import _, gettext
from app.web.formats import formats
from tenants.billing.apply import Books, hold_books
from tenants.billing.standing import GRACE, SUSPENDED_AFTER
from tenants.database import control_session
from tenants.facts import State
from tenants.resolve import forget
from tenants.scope import keep, tenant_scope

# Reminders of an unpaid bill, before and after the workspace turns read-only.
STEPS = (
    -GRACE,
    -GRACE + timedelta(days=5),
    timedelta(days=-5),
    timedelta(days=-1),
    timedelta(),
    SUSPENDED_AFTER,
)


def follow(tenant_id: UUID, now: datetime) -> None:
    """Bring the workspace to its books as they stand now; the caller has no scope open."""
    forget()
    with control_session() as session:
        books = hold_books(session, tenant_id, now)
        if books is None:
            return
        with tenant_scope(books.facts) as inside:
            _bring(service_actor(inside, books.facts, now, via="job"), books)


def follow_here(by: Actor) -> None:
    """As `follow`, within the scope that is open: what was done in it by now is kept."""
    keep(by.session)
    with control_session() as session:
        books = hold_books(session, by.tenant.id, by.now)
        if books is not None:
            _bring(service_actor(by.session, books.facts, by.now, via="job"), books)
            keep(by.session)
    forget()


def _bring(by: Actor, books: Books) -> None:
    seats.follow(by, books.seats, books.held)
    if books.back is not None:
        at, modules = books.back
        if ahead.take_step(by, at, 1):
            tell_keepers(by, MODULES_BACK, lambda _reader: modules_back(modules))
    if books.ends is not None:
        end, ends_at = books.ends
        ahead.remind(by, ends_at, end)
    pay_by = books.standing.pay_by
    if pay_by is None:
        return
    # What Stripe says is owed is told of at once, though its clock may be ahead of ours.
    step = max(1, sum(by.now >= pay_by + offset for offset in STEPS))
    if ahead.take_step(by, pay_by, step):
        _remind(by, books)


def _remind(by: Actor, books: Books) -> None:
    """Tell those who look after the bill what happens next, by mail and in their bell."""
    subject = _("The bill of %(workspace)s", workspace=by.tenant.name)
    tell_keepers(by, subject, lambda reader: _text(reader, books))


def _text(by: Actor, books: Books) -> str:
    """What is to be said of where the workspace stands."""
    write, stands = formats(by), books.standing
    if stands.state is State.SUSPENDED:
        return gettext(
            "Your workspace is suspended. Paying and taking all data along stay open to you; "
            "nothing is erased without a further notice."
        )
    if stands.state is State.PAST_DUE and stands.suspended_at is not None:
        return gettext(
            "Your workspace can only be read until it is paid. On %(day)s it is suspended.",
            day=write.day(write.local(stands.suspended_at).date(), by.today()),
        )
    if books.way == "transfer":
        return gettext(
            "What was paid by bank transfer is over. Renew by %(day)s: from then on your workspace "
            "can only be read.",
            day=write.day(write.local(stands.pay_by or by.now).date(), by.today()),
        )
    return gettext(
        "The last bill could not be collected. Pay it by %(day)s: from then on your workspace can "
        "only be read.",
        day=write.day(write.local(stands.pay_by or by.now).date(), by.today()),
    )
