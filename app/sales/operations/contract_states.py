"""What becomes of a contract: signed, in force, ended, terminated, and a draft again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.sales.lines.numbers import paper_number
from app.sales.lines.ready import demand_filled
from app.sales.lines.written import written_text
from app.sales.models import Contract, Instalment
from app.sales.models.contract import ACTIVE, DRAFT, ENDED, SIGNED, TERMINATED
from app.sales.operations.contracts import hold
from app.sales.plan.kept import instalments_of, reach_known, set_reached, settle
from app.sales.plan.written import DATE, day_of
from app.sales.terms.kept import judge
from app.sales.terms.rules import HOLD, STOP

LAYOUT = "contract"
LONGEST_REASON = 2_000


def sign(contract: Contract, by: Actor, signed_on: object = None) -> None:
    """Fix a contract as it stands and give it its number, unless it brought one.

    It was signed on the day that is said, else on that which it names, else today; by its days it
    is in force at once, later, or over. What is due after the signature is due from then on.
    Refused where nobody agreed to it, and where the customer's terms say stop; where they say that
    each is approved, it waits for that, as what is beyond the authority of `by` does.
    """
    lacks = contract.account_id is None
    errors = {"account_id": _("Say with whom this contract is.")} if lacks else {}
    demand_filled("contract", contract, {**errors}, by)
    hold(contract, by)
    day = _day(signed_on, "signed_on") or contract.signed_on or by.today()
    _keep_terms(contract, by)
    contract.signed_on = day
    contract.number = contract.number or _number(by)
    contract.starts_on = contract.starts_on or day
    if contract.ends_on is not None and contract.ends_on < contract.starts_on:
        raise Refused(_("The end can't be before the beginning."), field="ends_on")
    _decide(contract, _standing(contract, by.today()))
    rows = instalments_of(contract.id, by)
    reach_known(contract, rows, by)
    settle(contract, rows, by)


def begin(contract: Contract, by: Actor) -> None:
    """Note that it is in force; Refused before its day."""
    if contract.starts_on is not None and contract.starts_on > by.today():
        raise Refused(_("This contract has not begun yet."))
    _decide(contract, ACTIVE)


def end(contract: Contract, by: Actor) -> None:
    """Note that its days are over; Refused while they are not."""
    if contract.ends_on is None or contract.ends_on >= by.today():
        raise Refused(_("This contract has not ended yet."))
    _decide(contract, ENDED)


def terminate(contract: Contract, by: Actor, reason: object, on: object = None) -> None:
    """Note that it ends before its time, and why; what would be due later is not owed any more."""
    words = written_text(reason, "reason", LONGEST_REASON)
    day = _day(on, "on") or by.today()
    errors: dict[str, Text | str] = {}
    if not words:
        errors["reason"] = _("Say why.")
    if contract.signed_on is not None and day < contract.signed_on:
        errors["on"] = _("This is before it was signed.")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    hold(contract, by)
    contract.terminated_on, contract.terminate_reason = day, words
    _decide(contract, TERMINATED)
    settle(contract, instalments_of(contract.id, by), by)


def reopen(contract: Contract, by: Actor) -> None:
    """Make it a draft again, with its number; what was due after the signature waits for it."""
    hold(contract, by)
    contract.terminated_on = contract.terminate_reason = None
    contract.exceptions = 0
    _decide(contract, DRAFT)
    rows = instalments_of(contract.id, by)
    reach_known(contract, rows, by)
    settle(contract, rows, by)


def reach_milestone(
    contract: Contract, by: Actor, instalment: object, on: object = None
) -> Mapping[str, Any]:
    """Note on what day the milestone of an instalment was reached, today where nothing is said.

    All instalments of the contract that wait for the same milestone are due from that day on.
    """
    hold(contract, by)
    rows = instalments_of(contract.id, by)
    wanted = parse_id(str(instalment))
    one = next((row for row in rows if row.id == wanted), None)
    if one is None:
        raise Refused(_("There is no such instalment."), field="instalment")
    if one.due_by == DATE:
        raise Refused(_("This is due on a day and waits for nothing."), field="instalment")
    day = _day(on, "on") or by.today()
    if day > by.today():
        raise Refused(_("This day has not come yet."), field="on")
    for row in rows:
        if (row.due_by, row.milestone) == (one.due_by, one.milestone):
            set_reached(row, day)
    settle(contract, rows, by)
    return {"reached": [None, f"{one.name}: {day.isoformat()}"]}


def waits(one: Instalment) -> bool:
    """True of an instalment whose milestone was not reached yet."""
    return one.due_by != DATE and one.reached_on is None


def _standing(contract: Contract, today: date) -> str:
    if contract.ends_on is not None and contract.ends_on < today:
        return ENDED
    return SIGNED if contract.starts_on is not None and contract.starts_on > today else ACTIVE


def _keep_terms(contract: Contract, by: Actor) -> None:
    """Refused where nothing is contracted with the customer; held where each is approved."""
    account = by.session.get(Account, contract.account_id)
    found = judge(account, Decimal(0), 0, Decimal(100), by)
    if found is not None and STOP in found.beyond:
        raise Refused(
            _(
                "The terms for this customer say that nothing is contracted. Whoever manages"
                " the terms can change that, or the customer's payment record."
            )
        )
    contract.exceptions = int(found is not None and HOLD in found.beyond)


def _day(raw: object, key: str) -> date | None:
    if raw in (None, ""):
        return None
    day = day_of(raw)
    if isinstance(day, Text):
        raise Refused(day, field=key)
    return day


def _decide(contract: Contract, status: str) -> None:
    contract.status, contract.is_decided = status, True


def _number(by: Actor) -> str | None:
    """The next number that no contract has; one that was brought along is passed over."""
    while (number := paper_number(LAYOUT, by)) is not None:
        taken = select(Contract.id).where(
            func.lower(Contract.number) == number.lower(), Contract.deleted_at.is_(None)
        )
        if by.session.scalars(taken.limit(1)).first() is None:
            return number
    return None
