"""Group robots for programs: the same rights and rules as the settings have.

Their addresses and secrets open a group's chat to whoever has them, so neither is ever told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.automation.pages import webhooks as pages
from app.automation.robots import operations
from app.automation.robots.access import open_access
from app.automation.robots.operations import Wish
from app.automation.routes import robots_told as told
from app.automation.routes.blueprint import blueprint
from app.automation.routes.sent import events_of
from app.automation.routes.webhooks_api import delivery_shown, webhook_shown
from app.automation.routes.webhooks_told import DELIVERED, listed
from app.automation.webhooks.models import Webhook
from app.automation.webhooks.operations import (
    delete_webhook,
    get_webhook,
    may_look_inside,
    send_test,
    switch,
    webhooks_of,
)
from app.automation.webhooks.stop import MANAGE
from app.identity import outside
from app.identity.routes.paging import asked_place, cut
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED, PAGED
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/robots"
ONE = f"{BASE}/<uuid:robot_id>"
WISHED = ("name", "kind", "url", "secret", "events", "view_ids", "tells_details")
KNOWN = (*WISHED, "is_active")


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return described(operation, told.TAG, answers, schemas=told.SCHEMAS, **more)


@blueprint.get(BASE)
@_described("list_robots", listed("Robot"), parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_robots() -> Response:
    """Every group robot of the workspace, by name."""
    read_page(request.args, ())
    data = [_shown(one) for one in webhooks_of(current.actor(), robots=True)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_robot", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_robot_by_program() -> Response:
    """Make a robot; its address is kept sealed and not told again."""
    by = current.actor()

    def create(body: Body) -> Reply:
        robot = operations.create_robot(by, _wish(body, None))
        if flag_of(body, "is_active") is False:
            switch(by, robot, on=False)
        made = marked(_shown(robot), robot.version, 201)
        made.headers["Location"] = f"{BASE}/{robot.id}"
        return made

    return once(create, KNOWN, may_be_empty=False)


@blueprint.get(ONE)
@_described("get_robot", told.ONE | NOT_MODIFIED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_one_robot(robot_id: UUID) -> Response:
    """One robot."""
    refuse_arguments(list(request.args))
    response = send(_reply(get_webhook(current.actor(), robot_id, robots=True)))
    response.make_conditional(request)
    return response


@blueprint.patch(ONE)
@_described("update_robot", told.ONE, sends=told.SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_robot_by_program(robot_id: UUID) -> Response:
    """Change what is given; a `secret` of null is checked no more, `is_active` switches it."""
    by = current.actor()
    robot = get_webhook(by, robot_id, robots=True)
    body = body_of(KNOWN)
    version = seen_version(request.if_match, robot)
    if set(WISHED) & set(body) or version not in (None, robot.version):
        operations.change_robot(by, robot, _wish(body, robot), version)
    is_active = flag_of(body, "is_active")
    if is_active is not None:
        switch(by, robot, on=is_active)
    return send(_reply(robot))


@blueprint.delete(ONE)
@_described("delete_robot", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_robot_by_program(robot_id: UUID) -> Response:
    """Remove a robot with the log of what it told."""
    refuse_arguments(list(request.args))
    by = current.actor()
    delete_webhook(by, get_webhook(by, robot_id, robots=True))
    return Response(status=204)


@blueprint.post(f"{ONE}/test")
@_described("test_robot", DELIVERED, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def test_robot_by_program(robot_id: UUID) -> Response:
    """Let it say something in its group; the answer is the delivery, which waits."""
    by = current.actor()

    def test(_sent: Body) -> Reply:
        delivery = send_test(by, get_webhook(by, robot_id, robots=True))
        return Reply(202, dumps(delivery_shown(delivery, may_look=True)))

    return once(test)


@blueprint.get(f"{ONE}/deliveries")
@_described("list_robot_deliveries", listed("WebhookDelivery"), parameters=PAGED)
@access(who=Who.TOKEN, permission=MANAGE)
def list_robot_deliveries(robot_id: UUID) -> Response:
    """One page of what it told in the last thirty days, the newest first."""
    by = current.actor()
    limit = read_page(request.args, ("cursor",))
    before = asked_place(request.args)
    robot = get_webhook(by, robot_id, robots=True)
    rows = pages.deliveries_of(robot, by, state="", before=before, limit=limit)
    shown, following = cut(rows, limit, lambda one: one.created_at)
    may_look = may_look_inside(by, robot)
    data = [delivery_shown(one, may_look=may_look) for one in shown]
    return send(Reply(200, dumps({"data": data, "next": following})))


def _wish(body: Body, robot: Webhook | None) -> Wish:
    """What is asked; of a robot that stands, what is not given stays as it is."""
    events = events_of(body)
    if events is None:
        events = list(robot.events) if robot is not None else []
    details = flag_of(body, "tells_details")
    if details is None:
        details = bool(robot is not None and robot.tells_details)
    return Wish(
        text_of(body, "name", robot.name if robot is not None else ""),
        text_of(body, "kind", robot.kind if robot is not None else ""),
        text_of(body, "url") if "url" in body or robot is None else None,
        _secret(body, robot),
        events,
        _views(body, robot),
        details,
    )


def _secret(body: Body, robot: Webhook | None) -> str | None:
    if "secret" not in body:
        return None if robot is not None else ""
    return "" if body["secret"] is None else text_of(body, "secret")


def _views(body: Body, robot: Webhook | None) -> dict[str, str]:
    """For a record type the id of the view whose records are told of."""
    if "view_ids" not in body:
        return dict((robot.view_ids if robot is not None else None) or {})
    views = body["view_ids"]
    if not isinstance(views, dict) or not all(isinstance(one, str) for one in views.values()):
        raise Refused(_("Give the ids of views by record type."), field="view_ids")
    return views


def _reply(robot: Webhook) -> Reply:
    return marked(_shown(robot), robot.version)


def _shown(robot: Webhook) -> dict[str, Any]:
    """A robot as programs see it; of its address the end alone."""
    by = current.actor()
    access = open_access(robot, by.tenant, outside.settings().keys)
    return {
        **webhook_shown(robot),
        "kind": robot.kind,
        "checks_secret": bool(access is not None and access.secret),
        "view_ids": dict(robot.view_ids or {}),
        "tells_details": robot.tells_details,
    }
