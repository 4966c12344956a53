"""Approvals for programs: the same rights as the pages have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import exists, select

from app.automation.approvals import decide, find
from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.ask import waits_for
from app.automation.approvals.facts import level_of
from app.automation.approvals.models import (
    ApprovalNote,
    ApprovalRequest,
    ApprovalStep,
    State,
)
from app.automation.approvals.versions import version_now
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
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi.parts import PAGED, parameter
from app.records.registry import registry
from app.records.routes.api import send
from app.records.routes.sent import Body, once
from app.records.tailored import tailored
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/approvals"
ONE = f"{BASE}/<uuid:request_id>"


@blueprint.get(BASE)
@told.described_here(
    "list_approvals",
    told.listed("Approval"),
    parameters=(parameter("state", told.STATE), *PAGED),
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
@told.described_here("get_approval", told.ONE)
@access(who=Who.TOKEN)
def show_approval(request_id: UUID) -> Response:
    """One request, with the version of the record as it stands now."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(Reply(200, dumps(_shown(find.find_request(request_id, by), by))))


@blueprint.post(f"{ONE}/approve")
@told.described_here("approve", told.ONE, sends=told.SAID, is_repeatable=True)
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
@told.described_here("reject", told.ONE, sends=told.REASON, is_repeatable=True)
@access(who=Who.TOKEN)
def reject_by_program(request_id: UUID) -> Response:
    """Say no, with the reason."""
    by = current.actor()
    return once(
        lambda body: Reply(200, dumps(_shown(decide.reject(request_id, by, text=_text(body)), by))),
        ("text",),
    )


@blueprint.post(f"{ONE}/recall")
@told.described_here("recall", told.ONE, sends=told.SAID, is_repeatable=True)
@access(who=Who.TOKEN)
def recall_by_program(request_id: UUID) -> Response:
    """Take back what one asked for."""
    by = current.actor()
    return once(
        lambda body: Reply(200, dumps(_shown(decide.recall(request_id, by, text=_text(body)), by))),
        ("text",),
    )


@blueprint.post(f"{ONE}/comment")
@told.described_here("comment", told.ONE, sends=told.REASON, is_repeatable=True)
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
@told.described_here("hand_on_approval", told.ONE, sends=told.TO, is_repeatable=True)
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


def _text(body: Mapping[str, Any]) -> str:
    return text_of(body, "text") if body.get("text") is not None else ""


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
            {
                key: told
                for key, told in {**why, **reason_told(why, by)}.items()
                if key not in ("class", "points")  # The text tells what the reader may see of them.
            }
            for why in one.reasons
            if "field" not in why or why["field"] in readable
        ],
        "requester_id": str(one.requester_id) if one.requester_id else None,
        "refusal": refusal.text or None if refusal is not None else None,
        "waits_for": [str(user_id) for user_id in waits_for(one, by)],
        "level": one.level + 1,
        "levels": [level_of(raw).stored() for raw in one.levels],
        "locks": one.locks,
        "version": version_now(one, by),
        "created_at": as_json(one.created_at),
        "due_at": as_json(one.due_at),
        "finished_at": as_json(one.finished_at),
    }
