"""Insight for programs: the runs, what was found of each customer, and the follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import ColumnElement, select

from app.crm.models import Account
from app.insight.models import InsightRescue, InsightRun, InsightSnapshot
from app.insight.operations.rescues import begin_rescue
from app.insight.operations.runs import begin_run, current_run, find_run
from app.insight.operations.settings import COMPUTE, READ
from app.insight.operations.silence import ENOUGH, silence_of
from app.insight.pages.seen import demand_purchases, sees_values, within_reach
from app.insight.routes import told
from app.insight.routes.blueprint import blueprint, is_on
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import permitted
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.shape import Reply, dumps, money
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED
from app.records.routes.api import send
from app.records.routes.sent import Body, once
from app.records.tailored import tailored
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/insight"
row = InsightSnapshot
OWN_VALUES = ("historic", "current", "potential")


@blueprint.get(f"{BASE}/run")
@described("get_insight_run", told.TAG, told.ONE_RUN, schemas=told.SCHEMAS, is_offered=is_on)
@access(who=Who.TOKEN, permission=READ)
def get_current_run() -> Response:
    """The reckoning that pages show; 404 before the first one."""
    refuse_arguments(list(request.args))
    by = current.actor()
    run = current_run(by)
    if run is None:
        raise Missing(_("There is no such reckoning."))
    return send(Reply(200, dumps(_run(run))))


@blueprint.get(f"{BASE}/runs/<uuid:run_id>")
@described("get_insight_run_by_id", told.TAG, told.ONE_RUN, schemas=told.SCHEMAS, is_offered=is_on)
@access(who=Who.TOKEN, permission=READ)
def get_run(run_id: UUID) -> Response:
    """One reckoning, also while it is being made."""
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_run(find_run(current.actor(), run_id)))))


@blueprint.post(f"{BASE}/runs")
@described(
    "begin_insight_run",
    told.TAG,
    told.BEGUN,
    sends=told.SENT_RUN,
    schemas=told.SCHEMAS,
    is_repeatable=True,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=COMPUTE)
def make_run() -> Response:
    """Reckon all customers as of a day, today where none is named; 409 while that is being done."""

    def work(body: Body) -> Reply:
        run = begin_run(current.actor(), _day(body.get("as_of")))
        return Reply(202, dumps(_run(run)), {"Location": f"{BASE}/runs/{run.id}"})

    return once(work, ("as_of",))


@blueprint.get(f"{BASE}/customers")
@described(
    "list_insight_customers",
    told.TAG,
    told.CUSTOMERS,
    schemas=told.SCHEMAS,
    parameters=(*told.ASKED, LIMITED),
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=READ)
def list_customers() -> Response:
    """What was found of the customers that one may read; none while there are too few."""
    by, arguments = current.actor(), request.args
    limit = read_page(arguments, ("standing", "segment", "quadrant", "cursor"))
    demand_purchases(by)
    run = current_run(by)
    asked: list[ColumnElement[bool]] = []
    for key, known in (
        ("standing", told.STANDINGS),
        ("segment", told.SEGMENT_KEYS),
        ("quadrant", told.QUADRANT_KEYS),
    ):
        if key in arguments:
            if arguments[key] not in known or (key == "quadrant" and not sees_values(run, by)):
                raise Refused(_("This is not one of the values to choose from."), field=key)
            asked.append(getattr(row, key) == arguments[key])
    if run is None or silence_of(run, by):
        _cursor(arguments)
        return send(Reply(200, dumps({"data": [], "next": None})))
    after = _cursor(arguments)
    if after is not None:
        asked.append(row.account_id > after)
    rows = by.session.scalars(
        select(row)
        .join(Account, Account.id == row.account_id)
        .where(within_reach(run.id, by), *asked)
        .order_by(row.account_id)
        .limit(limit + 1)
    ).all()
    further = str(rows[limit - 1].account_id) if len(rows) > limit else None
    data = [_customer(one, run, by) for one in rows[:limit]]
    return send(Reply(200, dumps({"data": data, "next": further})))


@blueprint.get(f"{BASE}/customers/<uuid:account_id>")
@described(
    "get_insight_customer", told.TAG, told.ONE_CUSTOMER, schemas=told.SCHEMAS, is_offered=is_on
)
@access(who=Who.TOKEN, permission=READ)
def get_customer(account_id: UUID) -> Response:
    """What was found of one customer; 404 where nothing was, and while there are too few."""
    refuse_arguments(list(request.args))
    by = current.actor()
    demand_purchases(by)
    run = current_run(by)
    if run is not None and not silence_of(run, by):
        found = by.session.scalars(
            select(row)
            .join(Account, Account.id == row.account_id)
            .where(within_reach(run.id, by), row.account_id == account_id)
        ).one_or_none()
        if found is not None:
            return send(Reply(200, dumps(_customer(found, run, by))))
    raise Missing(_("There is no such record."))


@blueprint.get(f"{BASE}/rescues")
@described(
    "list_insight_rescues",
    told.TAG,
    told.RESCUES,
    schemas=told.SCHEMAS,
    parameters=(*told.ASKED_RESCUES, LIMITED),
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=READ)
def list_rescues() -> Response:
    """The follow-ups with customers who were leaving, and what became of them.

    None while there are too few customers to tell from, and while Sales is switched off.
    """
    by, arguments = current.actor(), request.args
    limit = read_page(arguments, ("outcome", "cursor"))
    demand_purchases(by)
    asked: list[ColumnElement[bool]] = []
    if "outcome" in arguments:
        if arguments["outcome"] not in told.OUTCOMES:
            raise Refused(_("This is not one of the values to choose from."), field="outcome")
        asked.append(InsightRescue.outcome == arguments["outcome"])
    after = _cursor(arguments)
    if silence_of(current_run(by), by):
        return send(Reply(200, dumps({"data": [], "next": None})))
    if after is not None:
        asked.append(InsightRescue.id > after)
    rows = by.session.scalars(
        select(InsightRescue)
        .join(Account, Account.id == InsightRescue.account_id)
        .where(permitted(tailored("account", by), by), *asked)
        .order_by(InsightRescue.id)
        .limit(limit + 1)
    ).all()
    further = str(rows[limit - 1].id) if len(rows) > limit else None
    data = [_rescue(one, by) for one in rows[:limit]]
    return send(Reply(200, dumps({"data": data, "next": further})))


@blueprint.post(f"{BASE}/customers/<uuid:account_id>/rescue")
@described(
    "begin_insight_rescue",
    told.TAG,
    told.ONE_RESCUE,
    schemas=told.SCHEMAS,
    is_repeatable=True,
    is_offered=lambda by: is_on(by) and by.may("activity", "create"),
)
@access(who=Who.TOKEN, permission=READ)
def make_rescue(account_id: UUID) -> Response:
    """Plan the call with a customer who is leaving, and measure what comes of it."""

    def work(_body: Body) -> Reply:
        by = current.actor()
        demand_purchases(by)
        return Reply(201, dumps(_rescue(begin_rescue(by, account_id), by)))

    return once(work)


def _run(run: InsightRun) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "as_of": run.as_of.isoformat(),
        "state": run.state,
        "is_current": run.is_current,
        "created_at": run.created_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "customers": run.customers or 0,
        "purchases": run.purchases or 0,
        "returns": run.returns or 0,
        "first_on": _iso(run.first_on),
        "last_on": _iso(run.last_on),
        "basis": run.basis or "revenue",
        "is_enough": (run.customers or 0) >= ENOUGH,
        "error": run.error,
    }


def _customer(one: InsightSnapshot, run: InsightRun, by: Actor) -> dict[str, Any]:
    """What was found, its values as far as `by` sees what they are made of."""
    has_values = sees_values(run, by)

    def amount(value: Decimal | None) -> dict[str, str] | None:
        return None if value is None else money(value, by.tenant.currency)

    return {
        "account_id": str(one.account_id),
        "as_of": run.as_of.isoformat(),
        "first_on": _iso(one.first_on),
        "last_on": _iso(one.last_on),
        "recency_days": one.recency_days,
        "frequency": one.frequency,
        "returns": one.returns,
        "usual_interval": _number(one.usual_interval),
        "spent": amount(one.spent),
        "spent_90": amount(one.spent_90),
        "spent_before": amount(one.spent_before),
        "r": one.r,
        "f": one.f,
        "m": one.m,
        "segment": one.segment,
        "standing": one.standing,
        "tenure": one.tenure,
        "risk": None if one.risk is None else round(one.risk, 4),
        "at_risk": amount(one.at_risk),
        "reasons": list(one.reasons),
        **{key: amount(getattr(one, key)) if has_values else None for key in OWN_VALUES},
        "quadrant": one.quadrant if has_values else None,
        "customer_class": one.customer_class if has_values else None,
    }


def _rescue(one: InsightRescue, by: Actor) -> dict[str, Any]:
    currency = by.tenant.currency
    return {
        "id": str(one.id),
        "account_id": str(one.account_id),
        "activity_id": str(one.activity_id) if one.activity_id else None,
        "begun_on": one.begun_on.isoformat(),
        "outcome": one.outcome or "open",
        "usual_interval": _number(one.usual_interval),
        "usual_90": money(one.usual_90, currency),
        "at_risk": money(one.at_risk, currency),
        "measured_on": _iso(one.measured_on),
        "bought": one.bought or 0,
        "spent": money(one.spent, currency),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _cursor(arguments: Mapping[str, str]) -> UUID | None:
    if "cursor" not in arguments:
        return None
    found = parse_id(arguments["cursor"])
    if found is None:
        raise Refused(_("This is no cursor of this list."), field="cursor")
    return found


def _day(raw: Any) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Refused(_("Enter a date like 2026-11-22."), field="as_of") from None
