"""Approvals and their rules for programs: the same rights as the pages have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import exists, select

from app.automation.approvals import decide, find
from app.automation.approvals import rules as operations
from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.ask import waits_for
from app.automation.approvals.facts import Level, level_of
from app.automation.approvals.models import (
    ApprovalNote,
    ApprovalRequest,
    ApprovalRule,
    ApprovalStep,
    State,
)
from app.automation.approvals.wishes import Wish
from app.automation.authority.words import reason_told
from app.automation.pages.approval_refusals import refusals_of
from app.automation.routes import approvals_told as told
from app.automation.routes.blueprint import blueprint
from app.identity.models import User
from app.identity.operations.guard import fetch as fetch_row
from app.identity.routes.paging import asked_place, cut
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.filters import Node
from app.records.filters.written import read_tree
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED, parameter
from app.records.registry import registry
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.records.tailored import tailored
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/approvals"
ONE = f"{BASE}/<uuid:request_id>"
RULES = "/api/v1/approval-rules"
RULE = f"{RULES}/<uuid:rule_id>"
KNOWN = tuple(told.RULE)


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one of these calls; all refer to the same schemas."""
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described(
    "list_approvals",
    told.listed("Approval"),
    parameters=(parameter("state", told.STATE), parameter("cursor"), LIMITED),
)
@access(who=Who.TOKEN)
def list_approvals() -> Response:
    """One page of the requests that concern the caller, the newest first; all for who manages."""
    by = current.actor()
    limit = read_page(request.args, ("state", "cursor"))
    state = request.args.get("state", "")
    if state and state not in {one.value for one in State}:
        raise Refused(_("This is not one of the values to choose from."), field="state")
    before = asked_place(request.args)
    rows = select(ApprovalRequest)
    if not by.may(*MANAGE):
        asked = exists().where(
            ApprovalStep.request_id == ApprovalRequest.id,
            ApprovalStep.user_id.in_(find.deciders(by)),
        )
        rows = rows.where((ApprovalRequest.requester_id == by.user_id) | asked)
    if by.rights.scopes is not None:  # A token is told of no more than it may read.
        readable = [one.key for one in registry() if by.may(one.key, "read")]
        rows = rows.where(ApprovalRequest.record_type.in_(readable))
    if state:
        rows = rows.where(ApprovalRequest.state == state)
    if before is not None:
        at, last = before
        rows = rows.where(
            (ApprovalRequest.created_at < at)
            | ((ApprovalRequest.created_at == at) & (ApprovalRequest.id < last))
        )
    order = (ApprovalRequest.created_at.desc(), ApprovalRequest.id.desc())
    found = list(by.session.scalars(rows.order_by(*order).limit(limit + 1)))
    shown, following = cut(found, limit, lambda one: one.created_at)
    refusals = refusals_of(shown, by)
    data = [_shown(one, by, refusals) for one in shown]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.get(ONE)
@_described("get_approval", told.ONE)
@access(who=Who.TOKEN)
def show_approval(request_id: UUID) -> Response:
    """One request, with the version of the record as it stands now."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(Reply(200, dumps(_shown(find.find_request(request_id, by), by))))


@blueprint.post(f"{ONE}/approve")
@_described("approve", told.ONE, sends=told.SAID, is_repeatable=True)
@access(who=Who.TOKEN)
def approve_by_program(request_id: UUID) -> Response:
    """Say yes. Where the record was changed since, `version` says as which it was seen."""
    by = current.actor()

    def approve(body: Body) -> Reply:
        version = body.get("version")
        if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
            raise Refused(_("Enter a whole number."), field="version")
        found = decide.approve(request_id, by, version=version, text=_text(body))
        return Reply(200, dumps(_shown(found.request, by)))

    return once(approve, ("text", "version"))


@blueprint.post(f"{ONE}/reject")
@_described("reject", told.ONE, sends=told.REASON, is_repeatable=True)
@access(who=Who.TOKEN)
def reject_by_program(request_id: UUID) -> Response:
    """Say no, with the reason."""
    by = current.actor()
    return once(
        lambda body: Reply(200, dumps(_shown(decide.reject(request_id, by, text=_text(body)), by))),
        ("text",),
    )


@blueprint.post(f"{ONE}/recall")
@_described("recall", told.ONE, sends=told.SAID, is_repeatable=True)
@access(who=Who.TOKEN)
def recall_by_program(request_id: UUID) -> Response:
    """Take back what one asked for."""
    by = current.actor()
    return once(
        lambda body: Reply(200, dumps(_shown(decide.recall(request_id, by, text=_text(body)), by))),
        ("text",),
    )


@blueprint.post(f"{ONE}/comment")
@_described("comment", told.ONE, sends=told.REASON, is_repeatable=True)
@access(who=Who.TOKEN)
def comment_by_program(request_id: UUID) -> Response:
    """Say something about it."""
    by = current.actor()
    return once(
        lambda body: Reply(
            200, dumps(_shown(decide.comment(request_id, by, text=_text(body)), by))
        ),
        ("text",),
    )


@blueprint.post(f"{ONE}/hand-on")
@_described("hand_on_approval", told.ONE, sends=told.TO, is_repeatable=True)
@access(who=Who.TOKEN)
def hand_on_by_program(request_id: UUID) -> Response:
    """Let somebody else decide."""
    by = current.actor()

    def hand_on(body: Body) -> Reply:
        user_id = parse_id(str(body.get("user_id") or ""))
        if user_id is None:
            raise Refused(_("Choose a colleague."), field="user_id")
        user = fetch_row(by, User, user_id)
        found = decide.hand_on(request_id, user, by, text=_text(body))
        return Reply(200, dumps(_shown(found, by)))

    return once(hand_on, ("user_id", "text"))


@blueprint.get(RULES)
@_described("list_approval_rules", told.listed("ApprovalRule"), parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=MANAGE)
def list_approval_rules() -> Response:
    """Every rule of approval, by type and in its order."""
    read_page(request.args, ())
    data = [_rule(one) for one in operations.rules_of(None, current.actor())]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(RULES)
@_described("create_approval_rule", told.RULE_MADE, sends=told.RULE_NEW, is_repeatable=True)
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
@_described("get_approval_rule", told.RULE_SHOWN | NOT_MODIFIED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_approval_rule(rule_id: UUID) -> Response:
    """One rule."""
    refuse_arguments(list(request.args))
    rule = operations.get_rule(current.actor(), rule_id)
    response = send(marked(_rule(rule), rule.version))
    response.make_conditional(request)
    return response


@blueprint.patch(RULE)
@_described("update_approval_rule", told.RULE_SHOWN, sends=told.RULE_SENT, is_versioned=True)
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
@_described("delete_approval_rule", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_approval_rule_by_program(rule_id: UUID) -> Response:
    """Remove a rule; what waits goes on."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_rule(by, operations.get_rule(by, rule_id))
    return Response(status=204)


def _text(body: Mapping[str, Any]) -> str:
    return text_of(body, "text") if body.get("text") is not None else ""


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


def _shown(
    one: ApprovalRequest, by: Actor, refusals: Mapping[UUID, ApprovalNote] | None = None
) -> dict[str, Any]:
    """A request as programs see it; of its changes what the caller may read."""
    refusal = (refusals_of([one], by) if refusals is None else refusals).get(one.id)
    readable = readable_keys(tailored(one.record_type, by), by)
    return {
        "id": str(one.id),
        "record_type": one.record_type,
        "record_id": str(one.record_id) if one.record_id else None,
        "title": one.title,
        "verb": one.verb,
        "state": one.state,
        "changes": {key: pair for key, pair in one.changes.items() if key in readable},
        "reasons": [
            {key: told for key, told in {**why, **reason_told(why, by)}.items() if key != "class"}
            for why in one.reasons
            if "field" not in why or why["field"] in readable
        ],
        "requester_id": str(one.requester_id) if one.requester_id else None,
        "refusal": refusal.text or None if refusal is not None else None,
        "waits_for": [str(user_id) for user_id in waits_for(one, by)],
        "level": one.level + 1,
        "levels": [level_of(raw).stored() for raw in one.levels],
        "locks": one.locks,
        "version": find.version_now(one, by),
        "created_at": as_json(one.created_at),
        "due_at": as_json(one.due_at),
        "finished_at": as_json(one.finished_at),
    }
