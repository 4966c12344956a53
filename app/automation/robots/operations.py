"""What admins do with group robots: make and change them; all else is as with webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.automation.robots.access import Access, close, open_access
from app.automation.robots.kinds import KINDS, RobotKind, fits
from app.automation.webhooks.models import Webhook
from app.automation.webhooks.offered import names
from app.automation.webhooks.operations import (
    TOLD,
    begin_anew,
    empty_webhook,
    keep_changed,
    keep_new,
    require_over_webhook,
)
from app.automation.webhooks.stop import MANAGE
from app.events import write_event
from app.identity import outside
from app.identity.operations.guard import require_change
from app.identity.texts import clean_name
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.views.shelf import shelf

LONGEST_SECRET = 200  # Characters.
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form or a program asks of a robot.

    `url` and `secret` are None where they stay as they are, and `secret` is "" where none is
    checked. `view_ids` name for a record type the view whose records are told of.
    """

    name: str
    kind: str
    url: str | None
    secret: str | None
    events: Sequence[str]
    view_ids: Mapping[str, str]
    tells_details: bool


def create_robot(by: Actor, wish: Wish) -> Webhook:
    """Make a robot that tells what `by` may read; Refused with a message per field."""
    require_change(by, *MANAGE)
    if by.user_id is None:
        raise NotPermitted(_("A webhook acts for a person."))
    access = _checked(by, wish, None, Access(""))
    robot = empty_webhook(by, wish.kind)
    close(access, robot, by.tenant, outside.settings().keys)
    _fill(robot, wish)
    keep_new(by, robot)
    return robot


def change_robot(by: Actor, robot: Webhook, wish: Wish, version: int | None = None) -> None:
    """Make a robot what is asked; another address begins anew, as with webhooks."""
    require_over_webhook(by, robot)
    if version is not None and version != robot.version:
        raise Conflict(_("Somebody else changed this group robot meanwhile."))
    keys = outside.settings().keys
    kept = open_access(robot, by.tenant, keys) or Access("")
    access = _checked(by, wish, robot, kept)
    before = {key: getattr(robot, key) for key in TOLD}
    if access.url != kept.url or wish.kind != robot.kind:
        begin_anew(robot)
        robot.reached_at = None
    robot.kind = wish.kind
    close(access, robot, by.tenant, keys)
    _fill(robot, wish)
    keep_changed(by, robot)
    after = {key: getattr(robot, key) for key in TOLD}
    changes = {key: [before[key], after[key]] for key in TOLD if before[key] != after[key]}
    write_event(by, "webhook", robot.id, "updated", changes=changes)


def _fill(robot: Webhook, wish: Wish) -> None:
    robot.name = clean_name(wish.name)
    robot.events = list(dict.fromkeys(wish.events))
    robot.view_ids = dict(wish.view_ids) or None
    robot.tells_details = wish.tells_details


def _checked(by: Actor, wish: Wish, robot: Webhook | None, kept: Access) -> Access:
    """The access that is asked for, once all of the wish is in order."""
    errors: Errors = {}
    try:
        clean_name(wish.name)
    except Answer as answer:
        errors |= answer.errors
    kind = KINDS.get(wish.kind)
    if kind is None:
        errors["kind"] = _("This is not one of the values to choose from.")
    url = kept.url if wish.url is None else wish.url.strip()
    secret = kept.secret if wish.secret is None else wish.secret.strip()
    if kind is not None:
        errors |= _odd_access(kind, url, secret)
    secret = secret if kind is not None and kind.may_sign else ""
    known = {*names(by), *(robot.events if robot is not None else ())}
    if not wish.events:
        errors["events"] = _("Choose at least one event.")
    elif unknown := [one for one in wish.events if one not in known]:
        errors["events"] = _("There is no event “%(name)s”.", name=unknown[0][:130])
    errors |= _odd_views(by, wish.view_ids, robot)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Access(url, secret)


def _odd_access(kind: RobotKind, url: str, secret: str) -> Errors:
    """What is wrong with an address and a secret as they are written."""
    errors: Errors = {}
    if not url:
        errors["url"] = _("Enter an address.")
    elif not fits(kind, url, allow_loopback=outside.settings().outgoing_loopback):
        errors["url"] = _(
            "Enter the robot's address as the chat shows it, such as %(example)s",
            example=kind.example,
        )
    if len(secret) > LONGEST_SECRET:
        errors["secret"] = _("This is longer than %(limit)s characters.", limit=LONGEST_SECRET)
    elif any(not one.isprintable() or one.isspace() for one in secret):
        errors["secret"] = _("A secret has no spaces.")
    return errors


def _odd_views(by: Actor, view_ids: Mapping[str, str], robot: Webhook | None) -> Errors:
    """A view that `by` has not can't be told of; one that was chosen before stays."""
    before = (robot.view_ids or {}) if robot is not None else {}
    mine = shelf(by)
    for key, text in view_ids.items():
        if before.get(key) != text and mine.find(key, parse_id(text)) is None:
            return {"view_ids": _("This view was deleted, or is not shared with you.")}
    return {}
