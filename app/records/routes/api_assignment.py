"""Rules of assignment over the API, with the right that their settings page asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.assignment import KEYS, NAMES, rule_wish, shown_rule
from app.records.api.inputs import flag_of, whole_of
from app.records.api.pool import type_in
from app.records.api.shape import Reply, dumps
from app.records.assignment import rules
from app.records.assignment.models import AssignmentRule
from app.records.assignment.rules import MANAGE
from app.records.openapi import assignment as told
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, parameter
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.tailored import switched_on
from app.web import current
from app.web.access import Who, access

RULES = "/assignment-rules"


@blueprint.get(RULES)
@described(
    "list_assignment_rules",
    told.RULES,
    parameters=(parameter("record_type"), LIMITED),
    **house.listed("AssignmentRule"),
)
@access(who=Who.TOKEN, permission=MANAGE)
def list_assignment_rules() -> Response:
    """Every rule, or those of one record type, in the order in which they are tried."""
    by = current.actor()
    read_page(request.args, ("record_type",))
    if "record_type" in request.args:
        types = [type_in(request.args, by)]
    else:
        types = [one for one in switched_on(by) if one.pool is not None]
    found = [shown_rule(one) for kind in types for one in rules.rules_of(kind, by)]
    return send(Reply(200, dumps({"data": found, "next": None})))


@blueprint.post(RULES)
@described(
    "create_assignment_rule",
    told.RULES,
    sends=told.MADE,
    is_repeatable=True,
    **house.made("AssignmentRule"),
)
@access(who=Who.TOKEN, permission=MANAGE)
def create_assignment_rule_by_program() -> Response:
    """Make a rule; it is the last one and works unless the body says otherwise."""
    by = current.actor()
    body = body_of(("record_type", *KEYS))

    def create() -> Reply:
        with _named():
            rule = rules.create_rule(by, type_in(body, by).key, rule_wish(body))
        _place(by, rule, body)
        return Reply(201, dumps(shown_rule(rule)), {"Location": f"/api/v1{RULES}/{rule.id}"})

    return repeatable(by, body, create)


@blueprint.get(f"{RULES}/<uuid:rule_id>")
@described("get_assignment_rule", told.RULES, **house.shown("AssignmentRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def show_assignment_rule_to_program(rule_id: UUID) -> Response:
    """One rule."""
    refuse_arguments(list(request.args))
    return _one(shown_rule(rules.get_rule(current.actor(), rule_id)))


@blueprint.patch(f"{RULES}/<uuid:rule_id>")
@described("update_assignment_rule", told.RULES, sends=told.CHANGE, **house.shown("AssignmentRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def change_assignment_rule_by_program(rule_id: UUID) -> Response:
    """Change a rule, switch it or put it elsewhere; what is left out stays as it was."""
    by = current.actor()
    body = body_of(KEYS)
    rule = rules.get_rule(by, rule_id, is_held=True)
    with _named():
        rules.change_rule(by, rule, rule_wish(body, rule))
    _place(by, rule, body)
    return _one(shown_rule(rule))


@blueprint.delete(f"{RULES}/<uuid:rule_id>")
@described("delete_assignment_rule", told.RULES, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_assignment_rule_by_program(rule_id: UUID) -> Response:
    """Remove a rule; who got something by it keeps it."""
    refuse_arguments(list(request.args))
    by = current.actor()
    rules.delete_rule(by, rules.get_rule(by, rule_id))
    return Response(status=204)


def _place(by: Actor, rule: AssignmentRule, body: Mapping[str, Any]) -> None:
    """Switch a rule and put it in its place, as far as the body says so."""
    is_on, position = flag_of(body, "is_on"), whole_of(body, "position")
    if is_on is not None:
        rules.switch_rule(by, rule, is_on=is_on)
    if position is not None:
        rules.place_rule(by, rule, position)


@contextmanager
def _named() -> Iterator[None]:
    """Call what is wrong by the names that a body has for it."""
    try:
        yield
    except Refused as refused:
        errors: dict[str, Text | str] = {
            NAMES.get(key, key): message for key, message in refused.errors.items()
        }
        raise Refused(refused.message, errors=errors) from None


def _one(shown: Mapping[str, Any]) -> Response:
    return send(Reply(200, dumps(dict(shown))))
