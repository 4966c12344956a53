"""What admins do with webhooks: make, change, switch, give a new secret, test, send again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.automation.webhooks import outbox
from app.automation.webhooks.models import (
    BOTH_SIGN,
    KEPT,
    WEBHOOK,
    State,
    Stopped,
    Webhook,
    WebhookDelivery,
)
from app.automation.webhooks.offered import TEST, every_name
from app.automation.webhooks.sender import send_now
from app.automation.webhooks.signing import new_secret, sealed
from app.automation.webhooks.stop import MANAGE, stop
from app.events import write_event
from app.identity import outside
from app.identity.models import User
from app.identity.operations.guard import require_change, require_over
from app.identity.texts import clean_name
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.kernel.outgoing import Unfit, read_target
from app.kernel.rows import rows_written

MOST_WEBHOOKS = 250  # Of a workspace.
TOLD = ("name", "url", "events")  # What the audit tells a change of.


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form or a program asks of a webhook; None leaves it as it is."""

    name: str | None = None
    url: str | None = None
    events: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """A webhook with a secret just made, which is shown this once."""

    webhook: Webhook
    secret: str


def webhooks_of(by: Actor, *, robots: bool = False) -> list[Webhook]:
    """Every webhook of the workspace, or every group robot, by name."""
    _require(by)
    meant = Webhook.kind != WEBHOOK if robots else Webhook.kind == WEBHOOK
    order = (func.lower(Webhook.name), Webhook.id)
    return list(by.session.scalars(select(Webhook).where(meant).order_by(*order)))


def get_webhook(by: Actor, webhook_id: UUID | None, *, robots: bool = False) -> Webhook:
    """One webhook, or one group robot, or Missing."""
    _require(by)
    found = by.session.get(Webhook, webhook_id) if webhook_id is not None else None
    if found is not None and found.is_robot is not robots:
        found = None
    if found is None and robots:
        raise Missing(_("There is no such group robot."))
    if found is None:
        raise Missing(_("There is no such webhook."))
    return found


def create_webhook(by: Actor, wish: Wish) -> Fresh:
    """Make a webhook that tells what `by` may read; Refused with a message per field."""
    require_change(by, *MANAGE)
    if by.user_id is None:
        raise NotPermitted(_("A webhook acts for a person."))
    checked = _checked(by, wish, None)
    webhook = empty_webhook(by, WEBHOOK)
    webhook.name, webhook.url = checked.name or "", checked.url or ""
    webhook.events = list(checked.events or ())
    secret = new_secret()
    webhook.secret = sealed(secret, webhook, by.tenant, outside.settings().keys)
    keep_new(by, webhook)
    return Fresh(webhook, secret)


def empty_webhook(by: Actor, kind: str) -> Webhook:
    """A webhook that acts for `by`, to be filled in; Refused where there are too many."""
    number = by.session.scalar(select(func.count()).select_from(Webhook)) or 0
    if number >= MOST_WEBHOOKS:
        raise Refused(_("A workspace has at most %(n)s webhooks.", n=MOST_WEBHOOKS))
    scopes = by.rights.scopes
    return Webhook(
        id=new_id(),
        version=1,
        kind=kind,
        view_ids=None,
        tells_details=False,
        user_id=by.user_id,
        scopes=sorted(scopes) if scopes is not None else None,
        secret="",
        earlier_secret=None,
        earlier_until=None,
        stopped=None,
        stopped_at=None,
        failures=0,
        failing_since=None,
        rests_until=None,
        reached_at=None,
        created_at=by.now,
        updated_at=by.now,
    )


def keep_new(by: Actor, webhook: Webhook) -> None:
    """Keep a webhook just filled in, and tell the audit."""
    by.session.add(webhook)
    by.session.flush()  # The event names the row.
    outbox.changed(by.session)
    changes = {key: [None, getattr(webhook, key)] for key in TOLD}
    write_event(by, "webhook", webhook.id, "created", changes=changes)


def change_webhook(by: Actor, webhook: Webhook, wish: Wish, version: int | None = None) -> None:
    """Change what a webhook is called, where it leads or what it tells.

    Another address begins anew: what is known of the old one says nothing about it.
    """
    require_over_webhook(by, webhook)
    if version is not None and version != webhook.version:
        raise Conflict(_("Somebody else changed this webhook meanwhile."))
    checked = _checked(by, wish, webhook)
    before = {key: getattr(webhook, key) for key in TOLD}
    after = {"name": checked.name, "url": checked.url, "events": list(checked.events or ())}
    changes = {key: [before[key], after[key]] for key in TOLD if before[key] != after[key]}
    if not changes:
        return
    for key in changes:
        setattr(webhook, key, after[key])
    if "url" in changes:
        begin_anew(webhook)
        webhook.reached_at = None
    keep_changed(by, webhook)
    write_event(by, "webhook", webhook.id, "updated", changes=changes)


def switch(by: Actor, webhook: Webhook, *, on: bool) -> None:
    """Switch a webhook on or off; what waits for one that is switched off counts as failed.

    Anybody who manages webhooks may switch one off; on, who may do as much as it may tell.
    """
    require_change(by, *MANAGE)
    if on is webhook.is_active:
        return
    if not on:
        stop(by, webhook, Stopped.BY_HAND)
        webhook.version += 1
        return
    require_over_webhook(by, webhook)
    if not by.session.get_one(User, webhook.user_id).is_active:
        raise Refused(_("Whoever this webhook acts for can't sign in any more. Make a new one."))
    webhook.stopped = webhook.stopped_at = None
    begin_anew(webhook)
    keep_changed(by, webhook)
    changes = {"name": [webhook.name, webhook.name]}
    write_event(by, "webhook", webhook.id, "switched_on", changes=changes)


def rotate_secret(by: Actor, webhook: Webhook) -> Fresh:
    """Give a webhook a new secret; for a day the earlier one signs as well."""
    require_over_webhook(by, webhook)
    secret = new_secret()
    webhook.earlier_secret, webhook.earlier_until = webhook.secret, by.now + BOTH_SIGN
    webhook.secret = sealed(secret, webhook, by.tenant, outside.settings().keys)
    keep_changed(by, webhook)
    changes = {"name": [webhook.name, webhook.name]}
    write_event(by, "webhook", webhook.id, "secret_changed", changes=changes)
    return Fresh(webhook, secret)


def delete_webhook(by: Actor, webhook: Webhook) -> None:
    """Remove a webhook with all that was told of its deliveries."""
    require_change(by, *MANAGE)
    changes = {key: [getattr(webhook, key), None] for key in TOLD}
    by.session.delete(webhook)
    by.session.flush()  # Whoever reads what is wanted next must not meet it.
    outbox.changed(by.session)
    write_event(by, "webhook", webhook.id, "deleted", changes=changes)


def send_test(by: Actor, webhook: Webhook) -> WebhookDelivery:
    """Send a message that tells of nothing, to try the address and the signature."""
    require_over_webhook(by, webhook)
    if not webhook.is_active:
        raise Refused(_("Switch the webhook on first."))
    delivery = WebhookDelivery(
        id=new_id(),
        webhook_id=webhook.id,
        event_id=None,
        type=TEST,
        record_type=None,
        record_id=None,
        state=State.WAITING.value,
        attempts=0,
        next_at=by.now,
        created_at=by.now,
        finished_at=None,
        status=None,
        error=None,
        seconds=None,
        headers=None,
        body=None,
        answer=None,
    )
    by.session.add(delivery)
    _wake(webhook)  # Whoever tests wants to know now.
    by.session.flush()  # The job must find it.
    send_now(by)
    return delivery


def replay(by: Actor, webhook: Webhook, delivery: WebhookDelivery) -> None:
    """Send a delivery again that came to an end, with the same id and the same body."""
    require_over_webhook(by, webhook)
    _require_active(webhook)
    if delivery.is_open:
        raise Refused(_("This is on its way already."))
    _again(by, webhook, [delivery.id])


def replay_failed(by: Actor, webhook: Webhook, since: datetime | None = None) -> int:
    """Send all again that failed, since a moment where one is given; answers with how many."""
    require_over_webhook(by, webhook)
    _require_active(webhook)
    meant = [
        WebhookDelivery.webhook_id == webhook.id,
        WebhookDelivery.state == State.FAILED.value,
    ]
    if since is not None:
        meant.append(WebhookDelivery.created_at >= since)
    return _again(by, webhook, by.session.scalars(select(WebhookDelivery.id).where(*meant)).all())


def forget_deliveries(session: Session, now: datetime) -> int:
    """Drop what was delivered, or not, so long ago that nobody looks for it."""
    old = WebhookDelivery.created_at < now - KEPT
    return rows_written(session.execute(delete(WebhookDelivery).where(old)))


def may_look_inside(by: Actor, webhook: Webhook) -> bool:
    """True where `by` may see what a webhook tells: who may do no less than its person."""
    try:
        require_over(by, by.session.get_one(User, webhook.user_id))
    except NotPermitted:
        return False
    narrowed = by.rights.scopes
    return narrowed is None or "*" in narrowed or set(webhook.scopes or "*") <= narrowed


def _again(by: Actor, webhook: Webhook, ids: Collection[UUID]) -> int:
    if ids:
        by.session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id.in_(ids))
            .values(
                state=State.WAITING.value, attempts=0, next_at=by.now, finished_at=None, error=None
            )
        )
        _wake(webhook)
        send_now(by)
    return len(ids)


def _checked(by: Actor, wish: Wish, webhook: Webhook | None) -> Wish:
    """What is asked, all of it in order, with what stands where nothing is."""
    errors: dict[str, Text | str] = {}
    name = webhook.name if webhook is not None and wish.name is None else ""
    if not name:
        try:
            name = clean_name(wish.name or "")
        except Answer as answer:
            errors |= answer.errors
    url = webhook.url if webhook is not None and wish.url is None else (wish.url or "").strip()
    kept = list(webhook.events) if webhook is not None else []
    events = kept if webhook is not None and wish.events is None else list(wish.events or ())
    if webhook is None or url != webhook.url:
        errors |= _odd_address(url)
    known = {*every_name(by), *kept}
    events = list(dict.fromkeys(events))
    if not events:
        errors["events"] = _("Choose at least one event.")
    elif unknown := [one for one in events if one not in known]:
        errors["events"] = _("There is no event “%(name)s”.", name=unknown[0][:130])
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Wish(name, url, events)


def _odd_address(url: str) -> dict[str, Text | str]:
    """What is wrong with an address as it is written; where it leads is seen at each call."""
    if not url:
        return {"url": _("Enter an address.")}
    try:
        read_target(url, allow_loopback=outside.settings().outgoing_loopback)
    except Unfit:
        return {
            "url": _(
                "Enter a public address such as https://example.com/hook, with port 80, 443 or "
                "one above 1024 that is usual for the web."
            )
        }
    return {}


def _wake(webhook: Webhook) -> None:
    """Let an address that failed be called at once; a robot keeps its pace."""
    if not webhook.is_robot or webhook.failures:
        webhook.rests_until = None


def begin_anew(webhook: Webhook) -> None:
    """Forget how often the address failed."""
    webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None


def keep_changed(by: Actor, webhook: Webhook) -> None:
    """Keep a change of a webhook under its next version."""
    webhook.version += 1
    webhook.updated_at = by.now
    by.session.flush()  # Whoever reads what is wanted next must meet it.
    outbox.changed(by.session)


def _require(by: Actor) -> None:
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))


def require_over_webhook(by: Actor, webhook: Webhook) -> None:
    """NotPermitted for who may do less than the person whom the webhook acts for.

    By its address and its events they would learn what they may not read themselves.
    """
    require_change(by, *MANAGE)
    if not may_look_inside(by, webhook):
        raise NotPermitted(
            _("This webhook acts for somebody who may do more than you, so you can't change it.")
        )


def _require_active(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise Refused(_("Switch the webhook on first."))
