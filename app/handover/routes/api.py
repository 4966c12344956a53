"""Handovers for programs: the same plan, numbers and checks as the page has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.crm.models import Activity
from app.handover.models import ALONG, LATER, REST, Handover, HandoverRow
from app.handover.operations.begin import (
    Confirmed,
    begin_handover,
    check_plan,
    enqueue_piece,
    promises_in,
)
from app.handover.operations.run import count_outcomes
from app.handover.operations.share import count_held
from app.handover.operations.trial import tried
from app.handover.operations.undo import begin_undo
from app.handover.pages.plan import is_open, numbers_of
from app.handover.pages.told import find_handover
from app.handover.routes import api_told as told
from app.handover.routes.blueprint import MANAGE, blueprint, managed
from app.handover.rules import MOST_RULES, Plan, read_rule
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.body import demand_known
from app.records.api.inputs import demand_scope, flag_of, id_of
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.routes.api import repeatable, send
from app.records.routes.sent import Body, body_of, once
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

WHY = {ALONG: "customer", REST: "rest", LATER: "later"}
KNOWN = ("leaves", "rest_to_id", "rules", "promises", "dry_run")


@blueprint.post("/api/v1/users/<uuid:user_id>/handover")
@described(
    "hand_over", told.USERS, told.MADE, sends=told.SENT, schemas=told.NAMED, is_repeatable=True
)
@access(who=Who.TOKEN, permission=MANAGE)
def hand_over_by_program(user_id: UUID) -> Response:
    """Hand over what somebody holds; with `dry_run`, tell what would go to whom and do nothing."""
    user, by = managed(user_id)
    body = body_of(KNOWN)
    for key in count_held(user.id, by):
        demand_scope(by, key, "update")

    def work() -> Reply:
        plan = _plan(body, by)
        if flag_of(body, "dry_run"):
            check_plan(by, user, plan)
            return Reply(200, dumps(_tried(user, plan, by)))
        made = begin_handover(by, user, plan, _confirmed(body))
        location = {"Location": f"/api/v1/handovers/{made.id}"}
        return Reply(201, dumps(_shown(made, by)), location)

    return repeatable(by, body, work)


@blueprint.get("/api/v1/handovers/<uuid:handover_id>")
@described("get_handover", told.TAG, told.ONE, schemas=told.NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def show_handover_to_program(handover_id: UUID) -> Response:
    """One handover, and how far it is."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(Reply(200, dumps(_shown(find_handover(handover_id, by), by))))


@blueprint.post("/api/v1/handovers/<uuid:handover_id>/undo")
@described("undo_handover", told.TAG, told.ONE, schemas=told.NAMED, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def undo_handover_by_program(handover_id: UUID) -> Response:
    """Take a handover back, but for what somebody gave to another since."""

    def work(_body: Body) -> Reply:
        handover, by = _begun(handover_id)
        begin_undo(handover, by)
        return Reply(200, dumps(_shown(handover, by)))

    return once(work)


@blueprint.post("/api/v1/handovers/<uuid:handover_id>/resume")
@described("resume_handover", told.TAG, told.ONE, schemas=told.NAMED, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def resume_handover_by_program(handover_id: UUID) -> Response:
    """Go on with a handover, or with taking it back, that failed again and again."""

    def work(_body: Body) -> Reply:
        handover, by = _begun(handover_id)
        if not is_open(handover):
            raise Refused(_("It has come to its end already."))
        enqueue_piece(by, handover)
        return Reply(200, dumps(_shown(handover, by)))

    return once(work)


def _begun(handover_id: UUID) -> tuple[Handover, Actor]:
    """A handover, for a token whose scopes hold all that it moves."""
    by = current.actor()
    handover = find_handover(handover_id, by)
    kinds = select(HandoverRow.record_type).where(HandoverRow.handover_id == handover.id)
    for key in by.session.scalars(kinds.distinct()).all():
        demand_scope(by, key, "update")
    return handover, by


def _plan(body: dict[str, Any], by: Actor) -> Plan:
    raw = body.get("rules", [])
    if not isinstance(raw, list) or any(not isinstance(one, dict) for one in raw):
        raise Refused(_("Give a list of objects."), field="rules")
    if len(raw) > MOST_RULES:
        raise Refused(_("A handover has at most %(most)s rules.", most=MOST_RULES), field="rules")
    rules = []
    for at, one in enumerate(raw):
        try:
            demand_known(one, ("record_type", "filter", "to"))
            rules.append(read_rule(one, by))
        except Refused as refused:
            named = {f"rules[{at}].{key}": text for key, text in refused.errors.items()}
            errors = named or {f"rules[{at}]": refused.message}
            raise Refused(refused.message, errors=errors) from None
    rest_to_id = id_of(body, "rest_to_id") if body.get("rest_to_id") is not None else None
    return Plan(flag_of(body, "leaves") is not False, rest_to_id, tuple(rules))


def _confirmed(body: dict[str, Any]) -> set[Confirmed]:
    """The promises that the caller looked at, each with its new owner."""
    raw = body.get("promises", [])
    pairs = [_pair(one) for one in raw] if isinstance(raw, list) else [None]
    if None in pairs:
        text = _("Give each promise with its id and that of its new owner.")
        raise Refused(text, field="promises")
    return {one for one in pairs if one is not None}


def _pair(raw: Any) -> Confirmed | None:
    given = [raw.get(key) for key in ("id", "to_id")] if isinstance(raw, dict) else []
    ids = [parse_id(one) for one in given if isinstance(one, str)]
    promise_id, to_id = ids if len(ids) == 2 else (None, None)
    return (promise_id, to_id) if promise_id and to_id else None


def _tried(user: User, plan: Plan, by: Actor) -> dict[str, Any]:
    """What a plan would do; nothing of it is kept."""
    user_id = str(user.id)
    with tried(by, user, plan) as trial:
        shares, promises = _shares(trial, by), _promises(trial, by)
    return {
        "id": None,
        "user_id": user_id,
        "leaves": plan.leaves,
        "rest_to_id": as_json(plan.rest_to_id),
        "state": told.TRIAL,
        "total": sum(one["number"] for one in shares),
        "done": 0,
        "left_out": 0,
        "shares": shares,
        "promises": promises,
        "started_at": None,
    }


def _shown(handover: Handover, by: Actor) -> dict[str, Any]:
    counted = count_outcomes(handover, by)
    return {
        "id": str(handover.id),
        "user_id": str(handover.user_id),
        "leaves": handover.leaves,
        "rest_to_id": as_json(handover.rest_to_id),
        "state": _state(handover),
        "total": handover.total,
        "done": sum(number for outcome, number in counted.items() if outcome.is_done),
        "left_out": sum(number for outcome, number in counted.items() if outcome.stays),
        "shares": _shares(handover.id, by),
        "promises": _promises(handover.id, by),
        "started_at": as_json(handover.started_at),
    }


def _state(handover: Handover) -> str:
    if handover.undone_at is not None:
        return told.TAKING_BACK if is_open(handover) else told.TAKEN_BACK
    return told.UNDER_WAY if is_open(handover) else told.DONE


def _shares(handover_id: UUID, by: Actor) -> list[dict[str, Any]]:
    """How many records each rule moves; `why` says it of those that have none."""
    return [
        {
            "record_type": kind,
            "rule": rule if rule >= 0 else None,
            "why": WHY.get(rule, "rule"),
            "number": number,
        }
        for (kind, rule), number in sorted(numbers_of(handover_id, by).items())
    ]


def _promises(handover_id: UUID, by: Actor) -> list[dict[str, Any]]:
    rows = by.session.execute(promises_in(handover_id).order_by(Activity.due_at, Activity.id))
    return [{"id": str(row.id), "to_id": as_json(row.to_id)} for row in rows]
