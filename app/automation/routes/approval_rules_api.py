"""Rules of approval for programs: the same rights as the pages have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.automation.approvals import rules as operations
from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.facts import Level, level_of
from app.automation.approvals.models import ApprovalRule
from app.automation.approvals.wishes import Wish
from app.automation.routes import approvals_told as told
from app.automation.routes.blueprint import blueprint
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.filters import Node
from app.records.filters.written import read_tree
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

RULES = "/api/v1/approval-rules"
RULE = f"{RULES}/<uuid:rule_id>"
KNOWN = tuple(told.RULE)


@blueprint.get(RULES)
@told.described_here("list_approval_rules", told.listed("ApprovalRule"), parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_approval_rules() -> Response:
    """Every rule of approval, by type and in its order."""
    read_page(request.args, ())
    data = [_rule(one) for one in operations.rules_of(None, current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(RULES)
@told.described_here(
    "create_approval_rule", told.RULE_MADE, sends=told.RULE_NEW, is_repeatable=True
)
@access(who=Who.TOKEN, permission=MANAGE)
def create_approval_rule_by_program() -> Response:
    """Make a rule, which works at once unless `is_on` says no."""
    by = current.actor()

    def create(body: Body) -> Reply:
        rule = operations.create_rule(by, text_of(body, "record_type"), _wish(body, None))
        if flag_of(body, "is_on") is False:
            operations.switch_rule(by, rule, is_on=False)
        made = marked(_rule(rule), rule.version, 201)
        made.headers["Location"] = f"{RULES}/{rule.id}"
        return made

    return once(create, KNOWN, may_be_empty=False)


@blueprint.get(RULE)
@told.described_here("get_approval_rule", told.RULE_SHOWN | NOT_MODIFIED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_approval_rule(rule_id: UUID) -> Response:
    """One rule."""
    refuse_arguments(list(request.args))
    rule = operations.get_rule(current.actor(), rule_id)
    response = send(marked(_rule(rule), rule.version))
    response.make_conditional(request)
    return response


@blueprint.patch(RULE)
@told.described_here(
    "update_approval_rule", told.RULE_SHOWN, sends=told.RULE_SENT, is_versioned=True
)
@access(who=Who.TOKEN, permission=MANAGE)
def change_approval_rule_by_program(rule_id: UUID) -> Response:
    """Change what is given; `is_on` switches it on or off."""
    by = current.actor()
    rule = operations.get_rule(by, rule_id)
    body = body_of(KNOWN)
    if "record_type" in body and body["record_type"] != rule.record_type:
        raise Refused(_("The kind of record of a rule stays."), field="record_type")
    version = seen_version(request.if_match, rule)
    operations.change_rule(by, rule, _wish(body, rule), version)
    is_on = flag_of(body, "is_on")
    if is_on is not None:
        operations.switch_rule(by, rule, is_on=is_on)
    return send(marked(_rule(rule), rule.version))


@blueprint.delete(RULE)
@told.described_here("delete_approval_rule", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_approval_rule_by_program(rule_id: UUID) -> Response:
    """Remove a rule; what waits goes on."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_rule(by, operations.get_rule(by, rule_id))
    return Response(status=204)


def _wish(body: Mapping[str, Any], rule: ApprovalRule | None) -> Wish:
    """The rule that a body asks for; what it leaves out stays as it is."""
    stands = _rule(rule) if rule is not None else {"name": "", "verbs": [], "levels": []}
    raw = {**stands, **{key: value for key, value in body.items() if value is not None}}
    for key in ("name", "reason", "locks"):
        if not isinstance(raw.get(key, ""), str):
            raise Refused(_("Give a text."), field=key)
    return Wish(
        raw["name"],
        _texts(raw, "verbs"),
        _levels(raw["levels"]),
        _texts(raw, "fields"),
        _filters(body) if "filter" in body else None,
        raw.get("reason", ""),
        raw.get("locks", "nothing"),
        raw.get("four_eyes", False) is True,
    )


def _texts(raw: Mapping[str, Any], key: str) -> list[str]:
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Refused(_("Give a list of texts."), field=key)
    return found


def _levels(raw: Any) -> list[Level]:
    known = {"who", "role_id", "user_ids", "all", "hours", "business", "late"}
    if not isinstance(raw, list):
        raise Refused(_("Give a list of levels."), field="levels")
    for number, one in enumerate(raw):
        is_level = isinstance(one, dict) and isinstance(one.get("who"), str)
        if not is_level or set(one) - known or not isinstance(one.get("user_ids") or [], list):
            raise Refused(_("Give a list of levels."), field=f"levels.{number}")
        hours = one.get("hours")
        if hours is not None and (not isinstance(hours, int) or isinstance(hours, bool)):
            raise Refused(_("Enter a whole number."), field=f"levels.{number}")
        if not isinstance(one.get("late") or "", str):
            raise Refused(_("Give a list of levels."), field=f"levels.{number}")
    return [level_of(one) for one in raw]


def _filters(body: Mapping[str, Any]) -> tuple[Node, ...]:
    tree = body["filter"]
    if tree is not None and not isinstance(tree, dict):
        raise Refused(_("Give a filter as an object."), field="filter")
    return read_tree(json.dumps(tree)) if tree else ()


def _rule(rule: ApprovalRule) -> dict[str, Any]:
    return {
        "id": str(rule.id),
        "record_type": rule.record_type,
        "name": rule.name,
        "reason": rule.reason,
        "verbs": list(rule.verbs),
        "fields": list(rule.fields),
        "filter": rule.filter,
        "levels": [level_of(one).stored() for one in rule.levels],
        "locks": rule.locks,
        "four_eyes": rule.four_eyes,
        "is_on": rule.is_on,
        "created_at": as_json(rule.created_at),
        "updated_at": as_json(rule.updated_at),
    }
