"""The rules for signing in, for programs of whoever may decide them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from app.identity.operations import sign_in_rules as operations
from app.identity.operations.sign_in_rules import MANAGE, PLAIN
from app.identity.sign_in_rules import Rules
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.inputs import ids_of, text_of, whole_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import sign_in_rules as told
from app.records.openapi.described import described
from app.records.routes.api import blueprint, send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

BASE = "/sign_in_rules"
ROLES = "two_factor_role_ids"
NUMBERS = ("password_length", "grace_days", "idle_hours", "longest_days")


@blueprint.get(BASE)
@described("get_sign_in_rules", told.TAG, told.ONE, schemas=told.NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_sign_in_rules() -> Response:
    """What holds, of how many people the second step is asked, and how many lack it."""
    refuse_arguments(list(request.args))
    return _answer(current.actor())


@blueprint.patch(BASE)
@described("update_sign_in_rules", told.TAG, told.ONE, schemas=told.NAMED, sends=told.SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def change_sign_in_rules() -> Response:
    """Change what is given, for everybody at once."""
    by = current.actor()
    body = body_of((*NUMBERS, "two_factor", ROLES))
    try:
        operations.change_rules(by, _wished(operations.rules(by), body))
    except Refused as refusal:
        raise _renamed(refusal) from refusal
    return _answer(by)


def _wished(before: Rules, body: Mapping[str, Any]) -> Rules:
    changes: dict[str, Any] = {}
    for key in NUMBERS:
        if key in body:
            number = whole_of(body, key)
            if number is None:
                raise Refused(_("Please fill in this field."), field=key)
            changes[key] = number
    if "two_factor" in body:
        changes["two_factor"] = text_of(body, "two_factor")
    if ROLES in body:
        changes["two_factor_roles"] = frozenset(ids_of(body, ROLES) or ())
    return replace(before, **changes)


def _renamed(refusal: Answer) -> Refused:
    """The same refusal under the name by which a program knows the roles."""
    errors = {
        (ROLES if key == "two_factor_roles" else key): text for key, text in refusal.errors.items()
    }
    return Refused(refusal.message, errors=errors)


def _answer(by: Actor) -> Response:
    rules, standing = operations.rules(by), operations.standing(by)
    shown: dict[str, Any] = {key: getattr(rules, key) for key in PLAIN}
    shown[ROLES] = [str(one) for one in sorted(rules.two_factor_roles)]
    shown |= {"asked": standing.asked, "missing": standing.missing}
    return send(Reply(200, dumps(shown)))
