"""Keeping customers who are leaving: contact, opinion, improvement; recovery against the baseline.

After the founding texts: contact them first, ask what they think, agree what gets better. Whether
it helped is measured by what they buy since then.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Account, Activity
from app.identity.operations.guard import require, require_writable
from app.insight.models import InsightRescue, InsightRun, InsightSnapshot
from app.insight.models.rescue import LOST, OPEN, RECOVERED
from app.insight.operations.history import QUARTER, bounded, kept_deals
from app.insight.operations.reasons import LEAVING
from app.insight.operations.runs import firms_today
from app.insight.operations.settings import READ
from app.insight.operations.silence import silence_of
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, gettext
from app.records.access import fetch
from app.records.door import perform
from app.records.tailored import tailored

WITHIN = timedelta(days=3)  # In which the customer is to be called.
BACK = Decimal("0.8")  # Of the usual pace, from which on somebody has come back.
PATIENCE, LEAST_PATIENCE = 3, 60  # Usual intervals, and days, until a follow-up ends.
FRESH = timedelta(days=3)  # How old the figures are at most by which somebody is followed up.


def begin_rescue(by: Actor, account_id: UUID) -> InsightRescue:
    """Plan a call with a customer who is leaving, in three steps, and begin to measure.

    Missing for an account that `by` may not read, Refused for one who is not leaving and where the
    figures are too old or too few to tell, Conflict where somebody began already.
    """
    require(by, *READ)
    require_writable(by)
    account = cast("Account", fetch(tailored("account", by), account_id, by))
    row = InsightSnapshot
    held = by.session.execute(
        select(row, InsightRun)
        .join(InsightRun, InsightRun.id == row.run_id)
        .where(row.account_id == account.id, row.is_current, row.standing == LEAVING)
    ).one_or_none()
    if held is None or silence_of(held[1], by):
        raise Refused(_("This customer is not leaving, as far as the figures tell."))
    found, run = held
    if not is_fresh(run, by):
        raise Refused(_("These figures are more than three days old. Reckon anew first."))
    # Of two who begin at once the second waits here and finds what the first began.
    by.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    stands = select(InsightRescue.id).where(
        InsightRescue.account_id == account.id, InsightRescue.outcome == OPEN
    )
    if by.session.scalar(stands) is not None:
        raise Conflict(_("Somebody follows up with this customer already."))
    activity = _plan(account, by)
    usual = max(found.usual_interval or Decimal(1), Decimal(1))
    rescue = InsightRescue(
        id=new_id(),
        account_id=account.id,
        activity_id=activity.id,
        begun_on=firms_today(by),
        begun_by_id=by.person_id,
        created_at=by.now,
        usual_interval=usual,
        usual_90=_in_quarter(found, by),
        at_risk=found.at_risk or Decimal(0),
        spent=Decimal(0),
    )
    by.session.add(rescue)
    return rescue


def is_fresh(run: InsightRun, by: Actor) -> bool:
    """True while a run still tells who is leaving now."""
    return run.as_of >= firms_today(by) - FRESH


def measure_rescues(by: Actor, as_of: date) -> int:
    """Measure every open follow-up as of a day, and answer with how many ended.

    Recovered who buys again at four fifths of the usual pace or more; lost who has not by the end
    of three usual intervals, and of sixty days at least. The others are still open.
    """
    rows = by.session.scalars(
        select(InsightRescue).where(InsightRescue.outcome == OPEN, InsightRescue.begun_on <= as_of)
    ).all()
    since = _since(rows, as_of, by) if rows else {}
    ended = 0
    for one in rows:
        one.bought, one.spent = since.get(one.id, (0, Decimal(0)))
        one.measured_on = as_of
        passed = (as_of - one.begun_on).days
        one.outcome = outcome_of(one.bought, one.spent, passed, one.usual_interval, one.usual_90)
        ended += one.outcome != OPEN
    return ended


def outcome_of(
    bought: int, spent: Decimal, passed: int, usual_interval: Decimal, usual_90: Decimal
) -> str:
    """What became of a follow-up after so many days, against the usual interval and quarter."""
    # A customer is judged by one usual interval at least: a first small order may be the only one.
    expected = usual_90 * max(Decimal(passed), usual_interval) / QUARTER
    if bought and spent >= expected * BACK:
        return RECOVERED
    is_over = passed > max(usual_interval * PATIENCE, Decimal(LEAST_PATIENCE))
    return LOST if is_over else OPEN


def _since(rows: Any, as_of: date, by: Actor) -> dict[UUID, tuple[int, Decimal]]:
    """How often, and for how much, customers bought after their follow-up began."""
    deals = kept_deals(as_of, by)
    if deals is None:
        return {}
    found = by.session.execute(
        select(
            InsightRescue.id,
            func.count(func.distinct(deals.c.day)).filter(~deals.c.is_return),
            bounded(func.sum(deals.c.amount)),
        )
        .join(deals, deals.c.account_id == InsightRescue.account_id)
        .where(InsightRescue.id.in_([one.id for one in rows]), deals.c.day > InsightRescue.begun_on)
        .group_by(InsightRescue.id)
    )
    return {one[0]: (int(one[1]), Decimal(one[2] or 0)) for one in found}


def _in_quarter(found: InsightSnapshot, by: Actor) -> Decimal:
    """What a customer usually spends in 90 days."""
    year = found.usual_year or Decimal(0)
    cent = Decimal(1).scaleb(-digits_of(by.tenant.currency))
    return (year * QUARTER / 365).quantize(cent)


def _plan(account: Account, by: Actor) -> Activity:
    """The call, with the three steps to be filled in."""
    steps = (
        gettext("1. Contact: who was reached, and when"),
        gettext("2. Opinion: what the customer is unhappy with, or buys elsewhere, and why"),
        gettext("3. Improvement: what was agreed, who does it until when"),
    )
    return cast(
        "Activity",
        perform(
            "activity",
            "create",
            by=by,
            kind="call",
            subject=gettext("Keep the customer %(name)s", name=account.name)[:200],
            body="\n\n".join(steps),
            account_id=str(account.id),
            owner_id=str(by.user_id) if by.user_id else None,
            due_at=(by.today() + WITHIN).isoformat(),
            all_day="1",
        ),
    )
