"""A customer's classes, values and rhythm beside their account, and those who leave on Home."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.insight.models import InsightRescue, InsightRun, InsightSnapshot
from app.insight.models.rescue import OPEN
from app.insight.operations.reasons import GONE, LEAVING, NEW, STEADY
from app.insight.operations.runs import current_run, has_runs
from app.insight.operations.settings import READ, settings_of
from app.insight.operations.silence import silence_of
from app.insight.pages.amounts import about
from app.insight.pages.classes import NAMES
from app.insight.pages.leaving import leaving_lines, may_follow_up
from app.insight.pages.seen import reads_some, sees_purchases, sees_values
from app.insight.pages.sentences import reasons_of, rhythm_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.web.formats import formats

STANDINGS: dict[str, tuple[Text, str]] = {
    STEADY: (_("Steady"), "good"),
    NEW: (_("Rhythm not known yet"), ""),
    LEAVING: (_("May be leaving"), "bad"),
    GONE: (_("Gone"), ""),
}
CUSTOMER_CLASSES: dict[str, Text] = {
    "gold": _("Gold customer"),
    "potential": _("Potential customer"),
    "general": _("General customer"),
}
TENURES: dict[str, Text] = {"new": _("New customer"), "old": _("Regular customer")}
ON_HOME = 5


def value_of_account(account: Any, by: Actor) -> dict[str, Any]:
    """What was found of an account, as far as the reader may see it."""
    nothing: dict[str, Any] = {"is_there": False}
    if not has_runs(by) or not sees_purchases(by):
        return nothing
    row = InsightSnapshot
    held = by.session.execute(
        select(row, InsightRun)
        .join(InsightRun, InsightRun.id == row.run_id)
        .where(row.account_id == account.id, row.is_current)
    ).one_or_none()
    if held is None or silence_of(held[1], by) or not held[0].frequency:
        return nothing
    found, run = held
    is_leaving = found.standing == LEAVING
    return {
        "is_there": True,
        "account_id": account.id,
        "pills": _pills(found, run, by),
        "quadrant": _quadrant(found, run, by),
        "facts": _facts(found, run, by),
        "rhythm": rhythm_of(found, by),
        "reasons": reasons_of(found, by) if is_leaving else [],
        "classes": f"R{found.r} F{found.f} M{found.m}",
        "as_of": formats(by).day(run.as_of, by.today()),
        "may_rescue": is_leaving and _may_rescue(account.id, run, by),
    }


def _quadrant(found: InsightSnapshot, run: InsightRun, by: Actor) -> str:
    """What the quadrant of a customer is called, for who may know it."""
    if not found.quadrant or not sees_values(run, by):
        return ""
    return settings_of(by).named(found.quadrant)


def _pills(found: InsightSnapshot, run: InsightRun, by: Actor) -> list[tuple[Text | str, str]]:
    pills: list[tuple[Text | str, str]] = []
    if found.customer_class and sees_values(run, by):
        pills.append((CUSTOMER_CLASSES[found.customer_class], "violet"))
    if found.standing:
        pills.append(STANDINGS[found.standing])
    if found.segment:
        pills.append((NAMES[found.segment], "info"))
    if found.tenure:
        pills.append((TENURES[found.tenure], ""))
    return pills


def _facts(found: InsightSnapshot, run: InsightRun, by: Actor) -> list[tuple[Text, str]]:
    """What a customer spent and is worth."""
    amounts: list[tuple[Text, Decimal | None]] = [(_("Spent in all"), found.spent)]
    if sees_values(run, by):
        amounts += [
            (_("Historic value"), found.historic),
            (_("Current value"), found.current),
            (_("Potential value"), found.potential),
        ]
    if found.standing == LEAVING:
        amounts.append((_("Value at risk"), found.at_risk))
    return [(label, about(one, by)) for label, one in amounts]


def _may_rescue(account_id: UUID, run: InsightRun, by: Actor) -> bool:
    """True where a follow-up can be begun: none is under way."""
    if not may_follow_up(run, by):
        return False
    stands = select(InsightRescue.id).where(
        InsightRescue.account_id == account_id, InsightRescue.outcome == OPEN
    )
    return by.session.scalar(stands) is None


def is_for(by: Actor) -> bool:
    """True for who may see who is leaving."""
    return by.may(*READ) and by.may("account", "read") and sees_purchases(by)


def leaving_on_home(by: Actor) -> Mapping[str, Any]:
    """The first of those who are leaving, for Home."""
    run = current_run(by)
    if run is None or silence_of(run, by):
        return {"lines": [], "is_silent": True, "is_partial": False, "as_of": ""}
    return {
        "lines": leaving_lines(run, by, ON_HOME),
        "is_silent": False,
        "is_partial": reads_some(by),
        "as_of": formats(by).day(run.as_of, by.today()),
    }
