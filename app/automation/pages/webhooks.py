"""Webhooks and their deliveries in words."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from app.automation.webhooks.models import State, Stopped, Webhook, WebhookDelivery
from app.automation.webhooks.offered import TEST, every_name, offered, others
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import Text, _, labelled, listed
from app.records.happenings import Happenings
from app.records.types import RecordType
from app.web.formats import formats

PAGE = 50
STATES: dict[str, tuple[Text, str]] = {
    State.WAITING: (_("Waiting"), ""),
    State.SENDING: (_("On its way"), "info"),
    State.DELIVERED: (_("Arrived"), "good"),
    State.FAILED: (_("Failed"), "bad"),
    State.WITHHELD: (_("Not sent"), "warn"),
}
STOPPED: dict[str, Text] = {
    Stopped.BY_HAND: _("Switched off"),
    Stopped.FAILING: _("Switched off after failing for three days"),
    Stopped.GONE: _("Switched off, as its address is gone"),
    Stopped.PERSON: _("Switched off, as its person can't sign in"),
}
REASONS: dict[str, Text] = {
    "address": _("This address can't be called: it is unknown, or not a public one."),
    "connection": _("No connection, or it was cut off."),
    "certificate": _("The certificate of the address is not valid."),
    "time": _("No answer within ten seconds."),
    "answer": _("The answer was no HTTP."),
    "refused": _("The chat refused it: its answer says why."),
}
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook in the list."""

    webhook: Webhook
    person: str
    state: Text
    tone: str
    events: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery in the log; `took` is empty where nothing was asked yet."""

    delivery: WebhookDelivery
    event: str
    when: str
    state: Text
    tone: str
    outcome: str
    took: str
    next_try: str

    @property
    def headers(self) -> str:
        """The headers that were sent, one on a line."""
        return "\n".join(f"{key}: {value}" for key, value in (self.delivery.headers or {}).items())

    @property
    def told_with(self) -> str:
        """The id of the message that told it along with others, where it was not sent alone."""
        return str((self.delivery.headers or {}).get("told-with", ""))

    @property
    def body(self) -> str:
        """The body that was sent, spread out to be read."""
        return _spread(self.delivery.body) if self.delivery.body else ""


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event to choose."""

    name: str
    label: Text
    is_chosen: bool


def webhook_lines(webhooks: Sequence[Webhook], by: Actor) -> list[WebhookLine]:
    """Webhooks in words."""
    ids = {one.user_id for one in webhooks}
    found = by.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    people = {user_id: name for user_id, name in found}  # noqa: C416  Typed rows.
    return [
        WebhookLine(one, people.get(one.user_id, ""), *standing(one), _named(one.events, by))
        for one in webhooks
    ]


def standing(webhook: Webhook) -> tuple[Text, str]:
    """How a webhook does, and the tone of its pill."""
    if webhook.stopped is not None:
        by_hand = webhook.stopped == Stopped.BY_HAND
        return STOPPED[webhook.stopped], "" if by_hand else "bad"
    if webhook.failures:
        return _("Failing"), "warn"
    return (_("Works"), "good") if webhook.reached_at else (_("Not used yet"), "info")


def choices(chosen: Collection[str], by: Actor) -> list[tuple[RecordType, list[EventChoice]]]:
    """Every event to choose, by record type; what was chosen and is no longer offered stays."""
    return [
        (one, [EventChoice(offer.name, offer.label, offer.name in chosen) for offer in offers])
        for one, offers in offered(by)
    ]


def other_choices(chosen: Collection[str], by: Actor) -> list[tuple[Happenings, list[EventChoice]]]:
    """Every event to choose of what is no record, by its kind."""
    return [
        (one, [EventChoice(offer.name, offer.label, offer.name in chosen) for offer in offers])
        for one, offers in others(by)
    ]


def no_longer_offered(chosen: Sequence[str], by: Actor) -> list[str]:
    """Chosen events that this person can't choose: of types that they may not read."""
    known = set(every_name(by))
    return [one for one in chosen if one not in known]


def deliveries_of(
    webhook: Webhook,
    by: Actor,
    *,
    state: str = "",
    before: Place | None = None,
    limit: int = PAGE,
) -> list[WebhookDelivery]:
    """A page of deliveries, the newest first, and one more when there is one."""
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if state:
        statement = statement.where(WebhookDelivery.state == state)
    if before is not None:
        at = tuple_(WebhookDelivery.created_at, WebhookDelivery.id)
        statement = statement.where(at < before)
    order = (WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    return list(by.session.scalars(statement.order_by(*order).limit(limit + 1)))


def number_failed(webhook: Webhook, by: Actor) -> int:
    """How many deliveries failed, to be sent again."""
    failed = (
        WebhookDelivery.webhook_id == webhook.id,
        WebhookDelivery.state == State.FAILED.value,
    )
    return by.session.scalar(select(func.count()).select_from(WebhookDelivery).where(*failed)) or 0


def delivery_line(delivery: WebhookDelivery, by: Actor) -> DeliveryLine:
    """A delivery in words."""
    words = formats(by)
    state, tone = STATES[delivery.state]
    outcome = str(delivery.status or "")
    if delivery.error:
        outcome = str(REASONS.get(delivery.error, delivery.error))
    elif delivery.state == State.WITHHELD:
        outcome = str(_("Its person may not read this record."))
    is_again = delivery.state == State.WAITING and delivery.attempts
    return DeliveryLine(
        delivery=delivery,
        event=_named([delivery.type], by),
        when=words.exact(delivery.created_at),
        state=state,
        tone=tone,
        outcome=outcome,
        took=_took(delivery.seconds, by),
        next_try=words.moment(delivery.next_at, by.today()) if is_again else "",
    )


def _took(seconds: float | None, by: Actor) -> str:
    if seconds is None:
        return ""
    return str(_("%(n)s ms", n=formats(by).number(round(seconds * 1000))))


def _named(events: Sequence[str], by: Actor) -> str:
    """Events in words: Contact: Added."""
    called = [(one.words.one, offers) for one, offers in offered(by)]
    called += [(one.words.one, offers) for one, offers in others(by)]
    words = {offer.name: labelled(one, offer.label) for one, offers in called for offer in offers}
    words[TEST] = str(_("Test"))
    return listed(words.get(one, one) for one in events)


def _spread(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
