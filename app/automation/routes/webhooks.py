"""The settings of webhooks: the list, the form, one webhook with what was sent by it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.automation.pages import robots
from app.automation.pages import webhooks as pages
from app.automation.routes.blueprint import blueprint
from app.automation.webhooks import operations
from app.automation.webhooks.models import Webhook, WebhookDelivery
from app.automation.webhooks.operations import Fresh, Wish
from app.automation.webhooks.stop import MANAGE, PLACE, ROBOTS, place_of
from app.identity.models import User
from app.identity.routes.asking import show, submit, typed
from app.identity.routes.paging import cursor_of, read_moment_cursor
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import Text, _, ngettext
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.render import page, see_other, target_block
from app.web.toasts import toast

FORM = "automation/webhook_form.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_webhooks() -> Response:
    """Every webhook and how it does."""
    by = current.actor()
    lines = pages.webhook_lines(operations.webhooks_of(by), by)
    return page("automation/webhooks.html", url=PLACE, lines=lines)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_webhook() -> Response:
    """The form of a new webhook."""
    return show(FORM, _form(None, ()), block="form")


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_webhook() -> Response:
    """Make a webhook and show its secret this once."""

    def work() -> Response:
        return _shown_once(operations.create_webhook(current.actor(), _wish()))

    return submit(work, FORM, lambda: _form(None, request.form.getlist("event")))


@blueprint.get(f"{PLACE}/<uuid:webhook_id>")
@blueprint.get(f"{ROBOTS}/<uuid:webhook_id>")
@access(permission=MANAGE)
def show_webhook(webhook_id: UUID) -> Response:
    """One webhook: how it does, and the log of its deliveries."""
    by = current.actor()
    webhook = _found(webhook_id)
    state = request.args.get("state", "")
    state = state if state in pages.STATES else ""
    before = read_moment_cursor(request.args.get("before"))
    rows = pages.deliveries_of(webhook, by, state=state, before=before)
    more, rows = len(rows) > pages.PAGE, rows[: pages.PAGE]
    (line,) = pages.webhook_lines([webhook], by)
    return page(
        "automation/webhook.html",
        is_part=target_block() == "deliveries",  # With the log goes how the webhook does.
        url=place_of(webhook),
        home=_home(webhook),
        line=line,
        webhook=webhook,
        may_look=operations.may_look_inside(by, webhook),
        lost_views=robots.lost_views(webhook, by),
        deliveries=[pages.delivery_line(one, by) for one in rows],
        is_under_way=any(one.is_open and not one.attempts for one in rows) and not before,
        state=state,
        states=pages.STATES,
        failed=pages.number_failed(webhook, by),
        following=cursor_of(rows[-1].created_at.isoformat(), rows[-1].id) if more else None,
    )


@blueprint.get(f"{PLACE}/<uuid:webhook_id>/edit")
@access(permission=MANAGE)
def edit_webhook(webhook_id: UUID) -> Response:
    """The form of a webhook."""
    webhook = operations.get_webhook(current.actor(), webhook_id)
    typed_now = {"name": webhook.name, "url": webhook.url}
    return show(FORM, _form(webhook, webhook.events), block="form", typed=typed_now)


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/edit")
@access(permission=MANAGE)
def change_webhook(webhook_id: UUID) -> Response:
    """Keep a webhook; where somebody was faster, what was typed stays to be looked at."""
    by = current.actor()
    webhook = operations.get_webhook(by, webhook_id)

    def work() -> Response:
        operations.change_webhook(by, webhook, _wish(), seen_version())
        toast(_("Saved."))
        return see_other(f"{PLACE}/{webhook_id}")

    def again() -> dict[str, object]:
        now = operations.get_webhook(by, webhook_id)
        return _form(now, request.form.getlist("event"))

    return submit(work, FORM, again)


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/on")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/on")
@access(permission=MANAGE)
def switch_on(webhook_id: UUID) -> Response:
    """Switch a webhook on."""
    return _switch(webhook_id, on=True)


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/off")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/off")
@access(permission=MANAGE)
def switch_off(webhook_id: UUID) -> Response:
    """Switch a webhook off."""
    return _switch(webhook_id, on=False)


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/secret")
@access(permission=MANAGE)
def rotate_secret(webhook_id: UUID) -> Response:
    """Give a webhook a new secret and show it this once."""
    by = current.actor()
    return _shown_once(operations.rotate_secret(by, operations.get_webhook(by, webhook_id)))


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/test")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/test")
@access(permission=MANAGE)
def test_webhook(webhook_id: UUID) -> Response:
    """Send a test."""
    by = current.actor()
    webhook = _found(webhook_id)
    operations.send_test(by, webhook)
    toast(_("A test is on its way."))
    return see_other(place_of(webhook))


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/replay")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/replay")
@access(permission=MANAGE)
def replay_failed(webhook_id: UUID) -> Response:
    """Send all again that failed."""
    by = current.actor()
    webhook = _found(webhook_id)
    number = operations.replay_failed(by, webhook)
    toast(ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", number))
    return see_other(place_of(webhook))


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/delete")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/delete")
@access(permission=MANAGE)
def delete_webhook(webhook_id: UUID) -> Response:
    """Remove a webhook."""
    by = current.actor()
    webhook = _found(webhook_id)
    is_robot = webhook.is_robot
    operations.delete_webhook(by, webhook)
    toast(_("The group robot was removed.") if is_robot else _("The webhook was removed."))
    return see_other(ROBOTS if is_robot else PLACE)


@blueprint.get(f"{PLACE}/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
@blueprint.get(f"{ROBOTS}/<uuid:webhook_id>/deliveries/<uuid:delivery_id>")
@access(permission=MANAGE)
def show_delivery(webhook_id: UUID, delivery_id: UUID) -> Response:
    """One delivery: what was sent and what was answered."""
    by = current.actor()
    webhook, delivery = _delivery(webhook_id, delivery_id)
    if not operations.may_look_inside(by, webhook):
        raise NotPermitted(_("This webhook acts for somebody who may do more than you."))
    return page(
        "automation/delivery.html",
        url=place_of(webhook),
        home=_home(webhook),
        webhook=webhook,
        line=pages.delivery_line(delivery, by),
    )


@blueprint.post(f"{PLACE}/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay")
@blueprint.post(f"{ROBOTS}/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay")
@access(permission=MANAGE)
def replay_delivery(webhook_id: UUID, delivery_id: UUID) -> Response:
    """Send one delivery again."""
    webhook, delivery = _delivery(webhook_id, delivery_id)
    operations.replay(current.actor(), webhook, delivery)
    toast(_("It is sent again."))
    return see_other(place_of(webhook))


def _found(webhook_id: UUID) -> Webhook:
    """The webhook, or the group robot, at this address."""
    robots = request.path.startswith(f"{ROBOTS}/")
    return operations.get_webhook(current.actor(), webhook_id, robots=robots)


def _home(webhook: Webhook) -> tuple[str, Text]:
    """The list that it stands in."""
    return (ROBOTS, _("Group robots")) if webhook.is_robot else (PLACE, _("Webhooks"))


def _delivery(webhook_id: UUID, delivery_id: UUID) -> tuple[Webhook, WebhookDelivery]:
    by = current.actor()
    webhook = _found(webhook_id)
    found = by.session.get(WebhookDelivery, delivery_id)
    if found is None or found.webhook_id != webhook.id:
        raise Missing(_("There is no such message."))
    return webhook, found


def _switch(webhook_id: UUID, *, on: bool) -> Response:
    by = current.actor()
    webhook = _found(webhook_id)
    operations.switch(by, webhook, on=on)
    toast(_("Switched on.") if on else _("Switched off."))
    return see_other(place_of(webhook))


def _shown_once(fresh: Fresh) -> Response:
    url = f"{PLACE}/{fresh.webhook.id}"
    return page(
        "automation/webhook_secret.html", url=url, name=fresh.webhook.name, secret=fresh.secret
    )


def _wish() -> Wish:
    return Wish(typed("name"), typed("url"), request.form.getlist("event"))


def _form(webhook: Webhook | None, chosen: list[str] | tuple[str, ...]) -> dict[str, object]:
    by = current.actor()
    person = by.session.get(User, webhook.user_id) if webhook is not None else None
    return {
        "url": f"{PLACE}/{webhook.id}/edit" if webhook is not None else f"{PLACE}/new",
        "back": f"{PLACE}/{webhook.id}" if webhook is not None else PLACE,
        "webhook": webhook,
        "person_told": person.name if person is not None else by.name,
        "groups": [*pages.choices(chosen, by), *pages.other_choices(chosen, by)],
        "others": pages.no_longer_offered(chosen, by) if webhook is not None else [],
    }
