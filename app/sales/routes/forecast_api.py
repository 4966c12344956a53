"""The forecast for programs: the same figures as the page, as far as one reads opportunities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.identity.models import User
from app.identity.operations.teams import tree
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps, money
from app.records.filters import once_each
from app.records.openapi.described import described
from app.records.routes.api import send
from app.sales.operations.forecast import (
    MONTHS,
    Figures,
    Forecast,
    add_months,
    demand_forecast,
    forecast,
    months_of,
    overdue,
    period_start,
    periods_from,
)
from app.sales.operations.stages import load_pipelines
from app.sales.operations.target_sums import TargetSums
from app.sales.operations.targets import TEAM, USER, seen_by, targets_between
from app.sales.routes import forecast_told as told
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access

KNOWN = tuple(one["name"] for one in told.ASKED)
FIGURES = ("won", "commit", "best_case", "pipeline", "weighted")
FIRST_YEAR, LAST_YEAR = 1990, 2190


@blueprint.get("/api/v1/forecast")
@described(
    "get_forecast",
    told.FORECAST,
    told.SHOWN,
    schemas=told.SCHEMAS,
    parameters=told.ASKED,
    is_offered=lambda by: by.tenant.allows("sales"),
)
@access(who=Who.TOKEN, permission=("opportunity", "read"))
def get_forecast() -> Response:
    """What was won and what may be in each period, of all together, by person or by team."""
    by = current.actor()
    arguments = request.args
    once_each(arguments)
    refuse_arguments([one for one in arguments if one not in KNOWN], KNOWN)
    span = _one_of("span", tuple(MONTHS), arguments)
    whose = _one_of("by", told.BY, arguments)
    if whose in (USER, TEAM):
        demand_forecast(by, "owner_id")
    pipeline_id = arguments.get("pipeline_id", "")
    if pipeline_id and pipeline_id not in load_pipelines(by.session).by_id:
        raise Refused(_("There is no such pipeline."), field="pipeline_id")
    starts = periods_from(period_start(_day(arguments, by), span), span, _count(arguments))
    beyond = add_months(starts[-1], MONTHS[span])
    found = forecast(by, starts[0], beyond, pipeline_id)
    lines = _Lines(found, span, starts, by, has_targets=not pipeline_id)
    late = overdue(by, pipeline_id)
    shown = {
        "span": span,
        "data": [line for start in starts for line in lines.of(start, whose)],
        "overdue": {"count": late.count, "amount": _money(late.amount, by)},
    }
    return send(Reply(200, dumps(shown)))


class _Lines:
    """Makes the lines of a period; what all of them need is looked up once."""

    def __init__(
        self, found: Forecast, span: str, starts: Sequence[date], by: Actor, *, has_targets: bool
    ) -> None:
        self._found, self._span, self._by = found, span, by
        self._users = list(by.session.scalars(select(User).order_by(User.name_sort, User.id)))
        self._teams = tree(by)
        # Targets are for all pipelines together.
        last = add_months(starts[-1], MONTHS[span] - 1)
        amounts = targets_between(by, starts[0], last) if has_targets else {}
        self._targets = amounts
        self._sums = TargetSums(amounts, self._users, self._teams)

    def of(self, start: date, whose: str) -> Iterator[dict[str, Any]]:
        """The lines of one period: one of all, or one of each person or team that has figures."""
        months = months_of(start, self._span)
        if whose == USER:
            yield from self._people(start, months)
        elif whose == TEAM:
            yield from self._of_teams(start, months)
        else:
            figures = self._found.of(months)
            yield self._line(start, whose, None, figures, self._sums.whole(months))

    def _people(self, start: date, months: Sequence[date]) -> Iterator[dict[str, Any]]:
        ids: list[UUID | None] = [*(one.id for one in self._users), None]
        held = {key[0] for key in self._found.by_owner if key[1] in months}
        for one in ids:
            target = self._sums.person(one, months) if one is not None else None
            if one in held or target is not None:
                yield self._line(start, USER, one, self._found.of(months, {one}), target)

    def _of_teams(self, start: date, months: Sequence[date]) -> Iterator[dict[str, Any]]:
        seen = seen_by(self._by).teams
        for team in self._teams:
            if seen is not None and team.id not in seen:
                continue
            paths = {one.id: one.path for one in self._teams}
            members: set[UUID | None] = {
                one.id
                for one in self._users
                if one.team_id is not None and paths[one.team_id].startswith(team.path)
            }
            target = self._sums.team(team.id, months)
            yield self._line(start, TEAM, team.id, self._found.of(months, members), target)

    def _line(
        self, start: date, of: str, of_id: UUID | None, sums: Figures, target: Decimal | None
    ) -> dict[str, Any]:
        end = add_months(start, MONTHS[self._span]) - timedelta(days=1)
        figures = {key: _money(getattr(sums, key), self._by) for key in FIGURES}
        return {
            "start": start.isoformat(),
            "end": end.isoformat(),
            "of": of,
            "of_id": str(of_id) if of_id is not None else None,
            "target": _money(target, self._by) if target is not None else None,
            **figures,
        }


def _money(amount: Decimal, by: Actor) -> dict[str, str]:
    """An amount in the firm's currency; what is weighted is told to the cent."""
    return money(amount.quantize(Decimal("0.01")).normalize(), by.tenant.currency)


def _one_of(key: str, known: tuple[str, ...], arguments: Mapping[str, str]) -> str:
    found = arguments.get(key, known[0])
    if found not in known:
        raise Refused(_("This is not one of the values to choose from."), field=key)
    return found


def _day(arguments: Mapping[str, str], by: Actor) -> date:
    if "start" not in arguments:
        return by.today()
    try:
        found = date.fromisoformat(arguments["start"])
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22."), field="start") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(_("Enter a date like 2026-11-22."), field="start")
    return found


def _count(arguments: Mapping[str, str]) -> int:
    found = whole(arguments.get("periods", "1"))
    if found is None or not 1 <= found <= told.MOST_PERIODS:
        most = told.MOST_PERIODS
        raise Refused(_("This must be a number from 1 to %(most)s.", most=most), field="periods")
    return found
