"""Who is leaving, as a page: the most value at risk first, each with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Account
from app.identity.models import User
from app.insight.models import InsightRescue, InsightRun, InsightSnapshot
from app.insight.models.rescue import LOST, OPEN, RECOVERED
from app.insight.operations.reasons import LEAVING
from app.insight.operations.rescues import is_fresh
from app.insight.pages.amounts import about
from app.insight.pages.head import Head, head_of
from app.insight.pages.seen import demand_purchases, reads_some, within_reach
from app.insight.pages.sentences import reasons_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import permitted, sees
from app.records.tailored import tailored
from app.web.formats import formats

SHOWN = 50
PERCENT_FROM = 300  # Customers, below which a chance is told as a range.
CHANCES = ((0.66, _("high"), "bad"), (0.33, _("medium"), "warn"), (0.0, _("low"), ""))
row = InsightSnapshot
OPEN_ID: Any = InsightRescue.id


@dataclass(frozen=True, slots=True)
class LeavingLine:
    """One customer who is leaving."""

    account_id: UUID
    url: str
    name: str
    owner: str
    at_risk: str
    chance: str | Text
    tone: str
    reasons: list[str]
    rescue_url: str


@dataclass(frozen=True, slots=True)
class RescueLine:
    """What became of one follow-up."""

    url: str
    name: str
    activity_url: str
    begun: str
    outcome: Text
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """All that `insight/leaving.html` shows."""

    head: Head
    lines: list[LeavingLine]
    total: int
    count: str
    at_risk: str
    list_url: str
    rescues: list[RescueLine]
    results: list[tuple[Text, str]]
    may_rescue: bool
    has_model: bool
    is_partial: bool = False


OUTCOMES: dict[str, tuple[Text, str]] = {
    OPEN: (_("Not yet"), "warn"),
    RECOVERED: (_("Recovered"), "good"),
    LOST: (_("Customer lost"), "bad"),
}


def leaving_page(by: Actor) -> LeavingPage:
    """The page; NotPermitted where the role hides what purchases are made of."""
    demand_purchases(by)
    head = head_of("leaving", by)
    if head.silence or head.run is None:
        return LeavingPage(head, [], 0, "", "", "", [], [], may_rescue=False, has_model=False)
    run, write = head.run, formats(by)
    mine = (within_reach(run.id, by), row.standing == LEAVING)
    total, at_risk = by.session.execute(
        select(func.count(), func.coalesce(func.sum(row.at_risk), 0))
        .select_from(row)
        .join(Account, Account.id == row.account_id)
        .where(*mine)
    ).one()
    counts = _outcomes(by)
    return LeavingPage(
        head,
        leaving_lines(run, by, SHOWN),
        total,
        write.number(total),
        about(at_risk, by),
        "/accounts?value_standing=leaving",
        [_rescued(one, name, by) for one, name in rescues_of(by, SHOWN)],
        [(label, write.number(counts.get(key, 0))) for key, (label, _t) in OUTCOMES.items()]
        if counts
        else [],
        may_rescue=may_follow_up(run, by),
        is_partial=reads_some(by),
        has_model=run.facts.get("weights") is not None,
    )


def leaving_lines(run: InsightRun, by: Actor, limit: int) -> list[LeavingLine]:
    """Those who are leaving among the customers that `by` may read, the most at risk first."""
    kind = tailored("account", by)
    rows = by.session.execute(
        select(row, Account.name, User.name, InsightRescue.activity_id, OPEN_ID)
        .join(Account, Account.id == row.account_id)
        .outerjoin(User, User.id == Account.owner_id)
        .outerjoin(
            InsightRescue,
            (InsightRescue.account_id == row.account_id) & (InsightRescue.outcome == OPEN),
        )
        .where(within_reach(run.id, by), row.standing == LEAVING)
        .order_by(row.at_risk.desc(), row.account_id)
        .limit(limit)
    ).all()
    tells_owner = sees(kind, "owner_id", by)
    lines = []
    for found, name, owner, activity_id, rescue_id in rows:
        chance, tone = _chance(found.risk or 0.0, run)
        place = f"/activities/{activity_id}" if activity_id else "#rescues"
        lines.append(
            LeavingLine(
                found.account_id,
                f"/accounts/{found.account_id}",
                name,
                (owner or "") if tells_owner else "",
                about(found.at_risk, by),
                chance,
                tone,
                reasons_of(found, by),
                place if rescue_id is not None else "",
            )
        )
    return lines


def _chance(risk: float, run: InsightRun) -> tuple[str | Text, str]:
    """The chance that nothing is bought: a range of few customers, a percentage of many."""
    label, tone = next((text, tone) for least, text, tone in CHANCES if risk >= least)
    if run.customers < PERCENT_FROM:
        return label, tone
    return f"{round(100 * risk)}%", tone


def may_follow_up(run: InsightRun, by: Actor) -> bool:
    """True where `by` may begin to follow somebody up by what a run tells."""
    return by.may("activity", "create") and not by.tenant.is_read_only and is_fresh(run, by)


def _outcomes(by: Actor) -> dict[str, int]:
    """How many follow-ups came to what, with the customers that `by` may read."""
    rows = by.session.execute(
        select(InsightRescue.outcome, func.count())
        .join(Account, Account.id == InsightRescue.account_id)
        .where(permitted(tailored("account", by), by))
        .group_by(InsightRescue.outcome)
    )
    return {one[0]: one[1] for one in rows}


def rescues_of(by: Actor, limit: int) -> Sequence[tuple[InsightRescue, str]]:
    """The newest follow-ups with customers that `by` may read."""
    rows = by.session.execute(
        select(InsightRescue, Account.name)
        .join(Account, Account.id == InsightRescue.account_id)
        .where(permitted(tailored("account", by), by))
        .order_by(InsightRescue.begun_on.desc(), InsightRescue.id.desc())
        .limit(limit)
    )
    return [(one[0], one[1]) for one in rows]


def _rescued(one: InsightRescue, name: str, by: Actor) -> RescueLine:
    write, (label, tone) = formats(by), OUTCOMES[one.outcome]
    text = gettext("Not measured yet; it is by the next reckoning.")
    if one.measured_on is not None:
        text = ngettext(
            "Since then %(n)s purchase for %(spent)s; usual is %(usual)s in 90 days.",
            "Since then %(n)s purchases for %(spent)s; usual is %(usual)s in 90 days.",
            one.bought,
            n=write.number(one.bought),
            spent=about(one.spent, by),
            usual=about(one.usual_90, by),
        )
    return RescueLine(
        f"/accounts/{one.account_id}",
        name,
        f"/activities/{one.activity_id}" if one.activity_id else "",
        write.day(one.begun_on, by.today()),
        label,
        tone,
        text,
    )
