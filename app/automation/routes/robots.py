"""The settings of group robots: the list and the form; one robot's page is that of a webhook."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.automation.pages import robots as pages
from app.automation.pages.webhooks import no_longer_offered, webhook_lines
from app.automation.robots import operations
from app.automation.robots.kinds import KINDS
from app.automation.robots.operations import Wish
from app.automation.routes.blueprint import blueprint
from app.automation.webhooks.models import Webhook
from app.automation.webhooks.operations import get_webhook, webhooks_of
from app.automation.webhooks.stop import MANAGE, ROBOTS, place_of
from app.identity.models import User
from app.identity.routes.asking import show, submit, typed
from app.kernel.language import _
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

FORM = "automation/robot_form.html"
VIEW = "view."  # Before the key of a record type: the view whose records are told of.


@blueprint.get(ROBOTS)
@access(permission=MANAGE)
def show_robots() -> Response:
    """Every group robot and how it does."""
    by = current.actor()
    lines = webhook_lines(webhooks_of(by, robots=True), by)
    return page("automation/robots.html", url=ROBOTS, lines=lines, kinds=KINDS)


@blueprint.get(f"{ROBOTS}/new")
@access(permission=MANAGE)
def new_robot() -> Response:
    """The form of a new robot."""
    return show(FORM, _form(None), block="form")


@blueprint.post(f"{ROBOTS}/new")
@access(permission=MANAGE)
def create_robot() -> Response:
    """Make a robot."""

    def work() -> Response:
        robot = operations.create_robot(current.actor(), _wish(None))
        toast(_("Saved. Send a test to see whether the group hears it."))
        return see_other(place_of(robot))

    return submit(work, FORM, lambda: _form(None, is_typed=True))


@blueprint.get(f"{ROBOTS}/<uuid:webhook_id>/edit")
@access(permission=MANAGE)
def edit_robot(webhook_id: UUID) -> Response:
    """The form of a robot; its address and its secret are never shown again."""
    robot = get_webhook(current.actor(), webhook_id, robots=True)
    return show(FORM, _form(robot), block="form", typed={"name": robot.name})


@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/edit")
@access(permission=MANAGE)
def change_robot(webhook_id: UUID) -> Response:
    """Keep a robot."""
    by = current.actor()
    robot = get_webhook(by, webhook_id, robots=True)

    def work() -> Response:
        operations.change_robot(by, robot, _wish(robot), seen_version())
        toast(_("Saved."))
        return see_other(place_of(robot))

    def again() -> dict[str, object]:
        return _form(get_webhook(by, webhook_id, robots=True), is_typed=True)

    return submit(work, FORM, again)


def _wish(robot: Webhook | None) -> Wish:
    """What the form asks; an empty address or secret of a robot that has one leaves it as it is."""
    url, secret = typed("url"), typed("secret")
    if "no_secret" in request.form:
        secret = ""
    elif robot is not None and not secret:
        return _asked(url or None, None)
    return _asked(url if robot is None else url or None, secret)


def _asked(url: str | None, secret: str | None) -> Wish:
    return Wish(
        typed("name"),
        typed("kind"),
        url,
        secret,
        request.form.getlist("event"),
        _views(),
        "details" in request.form,
    )


def _views() -> dict[str, str]:
    """The views that were chosen, by record type."""
    return {
        name.removeprefix(VIEW): text
        for name, text in request.form.items()
        if name.startswith(VIEW) and text
    }


def _form(robot: Webhook | None, *, is_typed: bool = False) -> dict[str, object]:
    by = current.actor()
    events = request.form.getlist("event") if is_typed else list(robot.events if robot else ())
    views = _views() if is_typed else dict((robot.view_ids if robot else None) or {})
    details = "details" in request.form if is_typed else bool(robot and robot.tells_details)
    person = by.session.get(User, robot.user_id) if robot is not None else None
    kept = robot.kind if robot is not None else next(iter(KINDS))
    return {
        "url": f"{place_of(robot)}/edit" if robot is not None else f"{ROBOTS}/new",
        "back": place_of(robot) if robot is not None else ROBOTS,
        "robot": robot,
        "person_told": person.name if person is not None else by.name,
        "kinds": KINDS.values(),
        "kind": typed("kind") if is_typed else kept,
        "groups": pages.robot_choices(events, views, by),
        "others": no_longer_offered(events, by) if robot is not None else [],
        "tells_details": details,
    }
