"""Instalments in words: when each is due, and how it stands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.sales.lines.arithmetic import NOTHING
from app.sales.models import Contract, Instalment
from app.sales.models.contract import TERMINATED
from app.sales.pages.lines import percent_text
from app.sales.plan.written import DATE, DUE_BY, OTHER
from app.web.formats import formats

OPEN, DUE, OVERDUE, WAITING = "open", "due", "overdue", "waiting"
DROPPED, COLLECTED = "dropped", "collected"
STATUSES = (OPEN, DUE, OVERDUE, WAITING, DROPPED, COLLECTED)
TONES = {
    OPEN: "",
    DUE: "info",
    OVERDUE: "bad",
    WAITING: "",
    DROPPED: "",
    COLLECTED: "good",
}


@dataclass(frozen=True, slots=True)
class ShownInstalment:
    """An instalment in words."""

    id: UUID
    name: str
    share: str
    amount: str
    when: str
    due_on: str
    status: str
    tone: str
    may_reach: bool
    may_invoice: bool
    collected: str


def status_of(
    one: Instalment, contract: Contract, today: date, collected: Decimal = NOTHING
) -> str:
    """How an instalment stands: paid, waiting for its milestone, open, due today, or overdue."""
    if collected >= one.amount:
        return COLLECTED
    if one.due_on is None:
        return WAITING if one.due_by != DATE else OPEN
    if contract.is_draft:
        return OPEN
    if is_dropped(one, contract):
        return DROPPED
    if one.due_on < today:
        return OVERDUE
    return DUE if one.due_on == today else OPEN


def is_dropped(one: Instalment, contract: Contract) -> bool:
    """True of what was not due yet when its contract was terminated: it is not owed any more."""
    if contract.status != TERMINATED:
        return False
    return one.due_on is None or one.due_on > (contract.terminated_on or one.due_on)


def status_text(status: str) -> str:
    """A status in words."""
    return {
        OPEN: gettext("Not due yet"),
        DUE: gettext("Due today"),
        OVERDUE: gettext("Overdue"),
        WAITING: gettext("Waits for its milestone"),
        DROPPED: gettext("Not owed any more"),
        COLLECTED: gettext("Paid"),
    }[status]


def when_text(due_by: str, milestone: str | None, days: int, due_on: date | None, by: Actor) -> str:
    """When it is due: a day, or so many days after a milestone."""
    if due_by == DATE:
        return formats(by).day(due_on, by.today()) if due_on is not None else ""
    label = next(str(one.label) for one in DUE_BY if one.value == due_by)
    if due_by == OTHER:
        label = gettext("After: %(milestone)s", milestone=milestone or "")
    if not days:
        return label
    return f"{label}, {ngettext('%(n)s day', '%(n)s days', days)}"


def shown_instalment(
    one: Instalment,
    contract: Contract,
    by: Actor,
    *,
    may_reach: bool = False,
    may_invoice: bool = False,
    collected: Decimal = NOTHING,
) -> ShownInstalment:
    """An instalment of a contract in words."""
    write, status = formats(by), status_of(one, contract, by.today(), collected)
    share = one.share
    if share is None and contract.amount:
        share = round(one.amount * 100 / contract.amount, 1)
    return ShownInstalment(
        one.id,
        one.name,
        percent_text(share, by) if share is not None else "",
        write.money(one.amount, contract.currency),
        when_text(one.due_by, one.milestone, one.days, one.due_on, by),
        write.day(one.due_on, by.today()) if one.due_on is not None else "",
        status_text(status),
        TONES[status],
        may_reach and one.due_by != DATE and status != COLLECTED,
        may_invoice,
        write.money(collected, contract.currency) if collected else "",
    )
