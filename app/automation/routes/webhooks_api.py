"""Webhooks for programs: the same rights and rules as the settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request

from app.automation.pages import webhooks as pages
from app.automation.routes import webhooks_told as told
from app.automation.routes.blueprint import blueprint
from app.automation.routes.sent import events_of
from app.automation.webhooks import operations
from app.automation.webhooks.models import State, Webhook, WebhookDelivery
from app.automation.webhooks.operations import Wish
from app.automation.webhooks.stop import MANAGE
from app.identity.routes.paging import asked_place, cursor_of
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED, PAGED, parameter
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access
from app.web.formats import parse_moment

BASE = "/api/v1/webhooks"
ONE = f"{BASE}/<uuid:webhook_id>"
DELIVERIES = f"{ONE}/deliveries"
KNOWN = ("name", "url", "events", "is_active")


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one of these calls; all refer to the same schemas."""
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described("list_webhooks", told.listed("Webhook"), parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_webhooks() -> Response:
    """Every webhook of the workspace, by name."""
    read_page(request.args, ())
    data = [webhook_shown(one) for one in operations.webhooks_of(current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_webhook", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_webhook_by_program() -> Response:
    """Make a webhook; the answer holds its secret, which is told this once."""
    by = current.actor()

    def create(body: Body) -> Reply:
        fresh = operations.create_webhook(by, _wish(body))
        if flag_of(body, "is_active") is False:
            operations.switch(by, fresh.webhook, on=False)
        shown = {**webhook_shown(fresh.webhook), "secret": fresh.secret}
        made = marked(shown, fresh.webhook.version, 201)
        made.headers["Location"] = f"{BASE}/{fresh.webhook.id}"
        return made

    return once(create, KNOWN, may_be_empty=False)


@blueprint.get(ONE)
@_described("get_webhook", told.ONE | NOT_MODIFIED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_one_webhook(webhook_id: UUID) -> Response:
    """One webhook."""
    refuse_arguments(list(request.args))
    response = send(_reply(operations.get_webhook(current.actor(), webhook_id)))
    response.make_conditional(request)
    return response


@blueprint.patch(ONE)
@_described("update_webhook", told.ONE, sends=told.SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_webhook_by_program(webhook_id: UUID) -> Response:
    """Change what is given; `is_active` switches it on or off."""
    by = current.actor()
    webhook = operations.get_webhook(by, webhook_id)
    body = body_of(KNOWN)
    version = seen_version(request.if_match, webhook)
    if {"name", "url", "events"} & set(body) or version not in (None, webhook.version):
        operations.change_webhook(by, webhook, _wish(body), version)
    is_active = flag_of(body, "is_active")
    if is_active is not None:
        operations.switch(by, webhook, on=is_active)
    return send(_reply(webhook))


@blueprint.delete(ONE)
@_described("delete_webhook", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_webhook_by_program(webhook_id: UUID) -> Response:
    """Remove a webhook with the log of its deliveries."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_webhook(by, operations.get_webhook(by, webhook_id))
    return Response(status=204)


@blueprint.post(f"{ONE}/secret")
@_described("rotate_webhook_secret", told.SECRET, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def rotate_secret_by_program(webhook_id: UUID) -> Response:
    """Give it a new secret; the earlier one signs as well for a day."""
    by = current.actor()

    def rotate(_sent: Body) -> Reply:
        fresh = operations.rotate_secret(by, operations.get_webhook(by, webhook_id))
        return Reply(200, dumps({"secret": fresh.secret}))

    return once(rotate)


@blueprint.post(f"{ONE}/test")
@_described("test_webhook", told.DELIVERED, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def test_webhook_by_program(webhook_id: UUID) -> Response:
    """Send a message of the type `webhook.test`; the answer is its delivery, which waits."""
    by = current.actor()

    def test(_sent: Body) -> Reply:
        delivery = operations.send_test(by, operations.get_webhook(by, webhook_id))
        return Reply(202, dumps(delivery_shown(delivery, may_look=True)))

    return once(test)


@blueprint.get(DELIVERIES)
@_described(
    "list_webhook_deliveries",
    told.listed("WebhookDelivery"),
    parameters=(parameter("state", told.STATE), *PAGED),
)
@access(who=Who.TOKEN, permission=MANAGE)
def list_deliveries(webhook_id: UUID) -> Response:
    """One page of what was sent in the last thirty days, the newest first."""
    by = current.actor()
    webhook = operations.get_webhook(by, webhook_id)
    limit = read_page(request.args, ("state", "cursor"))
    state = request.args.get("state", "")
    if state and state not in {one.value for one in State}:
        raise Refused(_("This is not one of the values to choose from."), field="state")
    before = asked_place(request.args)
    rows = pages.deliveries_of(webhook, by, state=state, before=before, limit=limit)
    more, rows = len(rows) > limit, rows[:limit]
    may_look = operations.may_look_inside(by, webhook)
    following = cursor_of(rows[-1].created_at.isoformat(), rows[-1].id) if more else None
    data = [delivery_shown(one, may_look=may_look) for one in rows]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.get(f"{DELIVERIES}/<uuid:delivery_id>")
@_described("get_webhook_delivery", told.DELIVERY)
@access(who=Who.TOKEN, permission=MANAGE)
def show_one_delivery(webhook_id: UUID, delivery_id: UUID) -> Response:
    """One delivery, with what was sent and the beginning of the answer."""
    refuse_arguments(list(request.args))
    by = current.actor()
    webhook, delivery = _find(webhook_id, delivery_id)
    may_look = operations.may_look_inside(by, webhook)
    return send(Reply(200, dumps(delivery_shown(delivery, may_look=may_look))))


@blueprint.post(f"{DELIVERIES}/<uuid:delivery_id>/replay")
@_described("replay_webhook_delivery", told.DELIVERED, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def replay_one_delivery(webhook_id: UUID, delivery_id: UUID) -> Response:
    """Send a delivery again, under the same id."""
    by = current.actor()

    def again(_sent: Body) -> Reply:
        webhook, delivery = _find(webhook_id, delivery_id)
        operations.replay(by, webhook, delivery)
        by.session.refresh(delivery)
        return Reply(202, dumps(delivery_shown(delivery, may_look=True)))

    return once(again)


@blueprint.post(f"{ONE}/replay")
@_described("replay_failed_deliveries", told.REPLAYED, sends=told.SINCE, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def replay_failed_by_program(webhook_id: UUID) -> Response:
    """Send all again that failed, `since` a moment where it is given."""
    by = current.actor()

    def again(body: Body) -> Reply:
        webhook = operations.get_webhook(by, webhook_id)
        number = operations.replay_failed(by, webhook, _since(body))
        return Reply(202, dumps({"replayed": number}))

    return once(again, ("since",))


def _wish(body: Mapping[str, Any]) -> Wish:
    return Wish(
        text_of(body, "name") if "name" in body else None,
        text_of(body, "url") if "url" in body else None,
        events_of(body),
    )


def _since(body: Mapping[str, Any]) -> datetime | None:
    if body.get("since") is None:
        return None
    found = parse_moment(text_of(body, "since"))
    if found is None:
        raise Refused(_("Give a moment such as 2026-11-22T09:30:00Z."), field="since")
    return found


def _find(webhook_id: UUID, delivery_id: UUID) -> tuple[Webhook, WebhookDelivery]:
    by = current.actor()
    webhook = operations.get_webhook(by, webhook_id)
    found = by.session.get(WebhookDelivery, delivery_id)
    if found is None or found.webhook_id != webhook.id:
        raise Missing(_("There is no such message."))
    return webhook, found


def _reply(webhook: Webhook) -> Reply:
    return marked(webhook_shown(webhook), webhook.version)


def webhook_shown(webhook: Webhook) -> dict[str, Any]:
    """A webhook as programs see it; never its secret."""
    return {
        "id": str(webhook.id),
        "name": webhook.name,
        "url": webhook.url,
        "events": list(webhook.events),
        "is_active": webhook.is_active,
        "stopped": webhook.stopped,
        "failures": webhook.failures,
        "failing_since": as_json(webhook.failing_since),
        "user_id": str(webhook.user_id),
        "created_at": as_json(webhook.created_at),
        "updated_at": as_json(webhook.updated_at),
    }


def delivery_shown(delivery: WebhookDelivery, *, may_look: bool) -> dict[str, Any]:
    """A delivery as programs see it; its contents only to who may do as much as its person."""
    return {
        "id": str(delivery.id),
        "message_id": delivery.message_id,
        "type": delivery.type,
        "event_id": str(delivery.event_id) if delivery.event_id else None,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": as_json(delivery.created_at),
        "next_at": as_json(delivery.next_at) if delivery.is_open else None,
        "finished_at": as_json(delivery.finished_at),
        "status": delivery.status,
        "error": delivery.error,
        "seconds": delivery.seconds,
        "headers": delivery.headers if may_look else None,
        "body": delivery.body if may_look else None,
        "answer": delivery.answer if may_look else None,
    }
