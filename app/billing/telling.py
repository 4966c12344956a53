"""Telling those who look after plan and bill what became of a payment, by mail and bell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.billing.notices import PLAN, keepers
from app.billing.shown import plan_name
from app.identity import outside
from app.identity.actors import actor_for
from app.identity.operations.notices import tell
from app.kernel.actor import Actor, service_actor
from app.kernel.language import Text, _, gettext, ngettext, using
from app.web.formats import formats
from tenants.billing.apply import hold_books
from tenants.billing.doubles import CREDITED, REFUNDED
from tenants.billing.queue import (
    CHANGE_LAPSED,
    TAX_ISSUED,
    TAX_REFUSED,
    TRANSFER_BOOKED,
    TRANSFER_DROPPED,
    TRANSFER_LAPSED,
)
from tenants.database import control_session
from tenants.scope import tenant_scope

Told = Mapping[str, str]
DOUBLE = "double"


def tell_keepers(by: Actor, subject: Text, text_for: Callable[[Actor], str]) -> None:
    """Write one line to each of them, in their language and by their clock."""
    for user in keepers(by):
        language = user.language or by.tenant.language
        with using(language):
            reader = actor_for(by.session, by.tenant, user, by.now, "job", language)
            text, title = text_for(reader), str(subject)
            tell(by, user.id, text, url=PLAN, icon="credit-card")
        outside.mailer()(
            by,
            to=user.email,
            template="billing/told",
            values={
                "workspace": by.tenant.name,
                "name": user.name,
                "title": title,
                "text": text,
                "url": outside.workspace_url(by.tenant, PLAN),
            },
            language=language,
            stop_url=None,
        )


def tell_of(tenant_id: UUID, what: str, told: Told, now: datetime) -> None:
    """Tell a workspace of `what` became of its payment; nothing for one that is gone."""
    with control_session() as session:
        books = hold_books(session, tenant_id, now)
    if books is None:
        return
    subject, text = NEWS[what]
    with tenant_scope(books.facts) as inside:
        by = service_actor(inside, books.facts, now, via="job")
        tell_keepers(by, subject, lambda reader: text(reader, told))


def _booked(by: Actor, told: Told) -> str:
    write = formats(by)
    ends = datetime.fromisoformat(told["until"])
    return gettext(
        "Your bank transfer of %(amount)s has arrived. You have %(plan)s with %(seats)s until "
        "%(day)s.",
        amount=write.money(Decimal(told["amount"]), told["currency"]),
        plan=plan_name(told["plan"]),
        seats=ngettext("%(n)s seat", "%(n)s seats", int(told["seats"])),
        day=write.day(write.local(ends).date(), by.today()),
    )


def _dropped(_by: Actor, told: Told) -> str:
    if email := outside.settings().provider_email:
        return gettext(
            "Your bank transfer %(reference)s did not reach us and is waited for no longer. You "
            "can ask for it again under “Plan and bill”, or write to %(email)s. The reason: "
            "%(reason)s",
            reference=told["reference"],
            email=email,
            reason=told["reason"],
        )
    return gettext(
        "Your bank transfer %(reference)s did not reach us and is waited for no longer. You can "
        "ask for it again under “Plan and bill”. The reason: %(reason)s",
        reference=told["reference"],
        reason=told["reason"],
    )


def _lapsed(_by: Actor, told: Told) -> str:
    if email := outside.settings().provider_email:
        return gettext(
            "Your bank transfer %(reference)s did not reach us within 60 days and is waited for no "
            "longer. If you have paid, write to %(email)s; else you can ask for it again under "
            "“Plan and bill”.",
            reference=told["reference"],
            email=email,
        )
    return gettext(
        "Your bank transfer %(reference)s did not reach us within 60 days and is waited for no "
        "longer. If you have paid, write to us; else you can ask for it again under “Plan and "
        "bill”.",
        reference=told["reference"],
    )


def _change_lapsed(_by: Actor, _told: Told) -> str:
    return gettext(
        "The change of your plan was not paid in time and is withdrawn, with its bill. You keep "
        "what you have, and can choose anew under “Plan and bill”."
    )


def _issued(_by: Actor, told: Told) -> str:
    return gettext(
        "The tax invoice that you asked for is issued: %(number)s. It comes to the e-mail address "
        "that you gave.",
        number=told["number"],
    )


def _refused(_by: Actor, told: Told) -> str:
    return gettext(
        "The tax invoice that you asked for was not issued, and can be asked for again. The "
        "reason: %(reason)s",
        reason=told["reason"],
    )


def _double(by: Actor, told: Mapping[str, str]) -> str:
    amount = formats(by).money(Decimal(told["amount"]), told["currency"])
    if told["how"] == REFUNDED:
        return gettext(
            "Your subscription was paid twice. The second one was ended, and %(amount)s goes back "
            "to where it came from.",
            amount=amount,
        )
    if told["how"] == CREDITED:
        return gettext(
            "Your subscription was paid twice. The second one was ended, and %(amount)s is kept "
            "as credit for the next bills.",
            amount=amount,
        )
    return gettext(
        "Your subscription was paid twice. The second one was ended; we see to it that "
        "%(amount)s comes back to you.",
        amount=amount,
    )


# What each is called in the subject of the mail, and what is said of it.
NEWS: Mapping[str, tuple[Text, Callable[[Actor, Told], str]]] = {
    DOUBLE: (_("A payment that was made twice"), _double),
    TRANSFER_BOOKED: (_("Your bank transfer has arrived"), _booked),
    TRANSFER_DROPPED: (_("Your bank transfer did not arrive"), _dropped),
    TRANSFER_LAPSED: (_("Your bank transfer did not arrive"), _lapsed),
    CHANGE_LAPSED: (_("The change of your plan is withdrawn"), _change_lapsed),
    TAX_ISSUED: (_("Your tax invoice is issued"), _issued),
    TAX_REFUSED: (_("Your tax invoice was not issued"), _refused),
}
