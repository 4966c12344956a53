"""The lines of the forecast's tables: of periods, people and teams, each figure with its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Team, User
from app.identity.operations.teams import tree
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.filters import Filter, write_filters
from app.records.filters.node import Group
from app.records.query import COUNT_CAP
from app.sales.operations.forecast import (
    MONTHS,
    Figures,
    Forecast,
    add_months,
    months_of,
    overdue,
    period_start,
)
from app.sales.operations.stages import load_pipelines
from app.sales.operations.target_sums import TargetSums
from app.sales.operations.targets import USER, Amounts, seen_by
from app.web.formats import Formats, formats

LIST = "/opportunities"
OPEN = ("outcome", "open")
OPEN_FILTER = ("outcome", "eq", "open")
WHO = ("person", "team")
FULL = 100  # Percent.
FIRST_YEAR, LAST_YEAR = 1990, 2190  # As far as the tables go.


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with the rows that it is made of; without any it says nothing."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: of a period, a person, a team or all.

    `reached` is the share of the target that is won, in percent, where there is a target.
    """

    label: str
    url: str
    target: str
    won: Cell
    commit: Cell
    best_case: Cell
    pipeline: Cell
    weighted: Cell
    missing: str
    reached: int | None
    is_current: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what makes no sense is the usual."""

    span: str
    who: str
    start: date
    pipeline_id: str

    def url(self, **changes: str) -> str:
        """The address of the same with something else."""
        said = {
            "span": self.span,
            "who": self.who,
            "start": self.start.isoformat(),
            "pipeline": self.pipeline_id,
            **changes,
        }
        return f"/forecast?{urlencode({key: text for key, text in said.items() if text})}"


def read_asked(arguments: Mapping[str, str], by: Actor) -> Asked:
    """What an address asks for."""
    span = arguments.get("span", "")
    span = span if span in MONTHS else "month"
    who = arguments.get("who", "")
    try:
        day = date.fromisoformat(arguments.get("start", ""))
        day = day if FIRST_YEAR <= day.year <= LAST_YEAR else by.today()
    except ValueError:
        day = by.today()
    pipeline = arguments.get("pipeline", "")
    known = load_pipelines(by.session).by_id
    return Asked(
        span,
        who if who in WHO else WHO[0],
        period_start(day, span),
        pipeline if pipeline in known else "",
    )


class ForecastLines:
    """Makes the lines of the tables; what all of them need is looked up once."""

    def __init__(self, asked: Asked, found: Forecast, targets: Amounts, by: Actor) -> None:
        self._asked, self._found, self._targets, self._by = asked, found, targets, by
        self._write: Formats = formats(by)
        self._users = {
            one.id: one for one in by.session.scalars(select(User).order_by(User.name_sort))
        }
        self._teams = tree(by)
        self._sums = TargetSums(targets, self._users.values(), self._teams)

    def named(self, start: date) -> str:
        """A period in words."""
        if self._asked.span == "month":
            return self._write.month(start)
        number = (start.month - 1) // 3 + 1
        return gettext("Q%(n)s %(year)s", n=number, year=start.year)

    def period(self, start: date) -> Line:
        """The line of a period, which shows it in the second table."""
        url = self._asked.url(start=start.isoformat())
        return self.line(self.named(start), start, None, self.whole_target(start), url)

    def people(self) -> list[Line]:
        """A line for everybody who has a figure or a target in the period."""
        months = months_of(self._asked.start, self._asked.span)
        owners = {key[0] for key in self._found.by_owner if key[1] in months}
        owners |= {of_id for of, of_id, month in self._targets if of == USER and month in months}
        ordered = [one for one in self._users if one in owners]
        lines = [
            self.line(
                self._users[one].name, self._asked.start, {one}, self._sums.person(one, months)
            )
            for one in ordered
        ]
        if None in owners:
            lines.append(self.line(gettext("Nobody"), self._asked.start, {None}, None))
        return lines

    def teams(self) -> list[Line]:
        """A line for each team that the reader sees, with all below it."""
        seen = seen_by(self._by).teams
        months = months_of(self._asked.start, self._asked.span)
        lines = []
        for team in self._teams:
            if seen is not None and team.id not in seen:
                continue
            members: set[UUID | None] = {
                one.id for one in self._users.values() if self._is_below(one, team)
            }
            target = self._sums.team(team.id, months)
            depth = team.path.strip("/").count("/")
            lines.append(self.line(team.name, self._asked.start, members, target, depth=depth))
        return lines

    def _is_below(self, user: User, team: Team) -> bool:
        return user.team is not None and user.team.path.startswith(team.path)

    def whole_target(self, start: date) -> Decimal | None:
        """The target of all that the reader sees: of the topmost teams, and of who is in none."""
        return self._sums.whole(months_of(start, self._asked.span))

    def line(
        self,
        label: str,
        start: date,
        owners: set[UUID | None] | None,
        target: Decimal | None,
        url: str = "",
        depth: int = 0,
    ) -> Line:
        """One line with each figure and the list behind it."""
        months = months_of(start, self._asked.span)
        sums = self._found.of(months, owners)
        last = add_months(start, MONTHS[self._asked.span]) - timedelta(days=1)
        whose = self._whose(owners)
        left = (
            ("close_on__gte", start.isoformat()),
            ("close_on__lte", last.isoformat()),
        )
        won = (("closed_on__gte", start.isoformat()), ("closed_on__lte", last.isoformat()))

        def cell(amount: Decimal, *more: tuple[str, str]) -> Cell:
            if not amount:
                return Cell("", "")
            pipeline = (
                (("pipeline_id", self._asked.pipeline_id),) if self._asked.pipeline_id else ()
            )
            said = urlencode([*more, *whose, *pipeline])
            return Cell(self._money(amount), f"{LIST}?{said}")

        counted = ("forecast_category__in", "pipeline,best_case,commit")
        return Line(
            label=label,
            url=url,
            target=self._money(target) if target is not None else "",
            won=cell(sums.won, ("outcome", "won"), *won),
            commit=cell(sums.commit, OPEN, ("forecast_category", "commit"), *left),
            best_case=cell(sums.best_case, OPEN, ("forecast_category", "best_case"), *left),
            pipeline=cell(sums.pipeline, OPEN, ("forecast_category", "pipeline"), *left),
            weighted=cell(sums.weighted, OPEN, counted, *left),
            missing=self._missing(sums, target),
            reached=_share(sums.won, target),
            is_current=start == self._asked.start and owners is None,
            depth=depth,
        )

    def _missing(self, sums: Figures, target: Decimal | None) -> str:
        """What is still to be won for the target, where something is."""
        if target is None or sums.won >= target:
            return ""
        return self._money(target - sums.won)

    def _whose(self, owners: set[UUID | None] | None) -> Sequence[tuple[str, str]]:
        if owners is None:
            return ()
        if owners == {None}:
            return (("owner_id__isnull", "true"),)
        return (("owner_id__in", ",".join(sorted(str(one) for one in owners if one))),)

    def overdue(self) -> Cell | None:
        """What is open and stands in no period to come, where there is any."""
        found = overdue(self._by, self._asked.pipeline_id)
        if not found.count:
            return None
        count = f"{min(found.count, COUNT_CAP):,}"
        text = gettext(
            "%(count)s open, %(amount)s, have an expected close that is past or none.",
            count=count,
            amount=self._money(found.amount),
        )
        day = self._by.today().isoformat()
        late = Group("or", (Filter("close_on", "lt", day), Filter("close_on", "isnull", "true")))
        of_one = self._asked.pipeline_id
        within = [Filter("pipeline_id", "eq", of_one)] if of_one else []
        said = urlencode(write_filters([Filter(*OPEN_FILTER), *within, late]))
        return Cell(text, f"{LIST}?{said}")

    def _money(self, amount: Decimal) -> str:
        return self._write.money_short(amount, self._by.tenant.currency)


def _share(won: Decimal, target: Decimal | None) -> int | None:
    return int(won * FULL / target) if target else None
