"""The payment plan of a contract: read, written as a whole, and what of it the contract keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _, gettext, using
from app.sales.lines.arithmetic import NOTHING, WHOLE
from app.sales.models import Contract, Instalment, Order
from app.sales.models.contract import TERMINATED
from app.sales.operations.collected import collected_of
from app.sales.operations.instalment_room import invoiced_of
from app.sales.plan.split import Parted, part
from app.sales.plan.written import DATE, DELIVERY, SIGNATURE, Errors, Read, Wish, read_instalments

MOST_SHARE = Decimal(999)


@dataclass(slots=True)
class Planned:
    """A plan as it is meant: what was read, what each instalment comes to, what stands against."""

    read: Read
    parted: Parted
    errors: Errors = field(default_factory=dict)

    def demand_fit(self) -> None:
        """Refused with a message per field where something stands against it."""
        if self.errors:
            raise Refused(_("Please check the marked fields."), errors=self.errors)


def instalments_of(contract_id: UUID, by: Actor) -> Sequence[Instalment]:
    """The instalments of a contract, in their order."""
    its = select(Instalment).where(Instalment.contract_id == contract_id)
    return by.session.scalars(its.order_by(Instalment.position, Instalment.id)).all()


def planned(contract: Contract, raw: Any) -> Planned:
    """What a list of instalments comes to on this contract, with all that stands against it."""
    read = read_instalments(raw, contract.currency)
    errors = dict(read.errors)
    if read.wishes and contract.amount is None:
        errors.setdefault("instalments", _("Say first what the contract comes to."))
        return Planned(read, Parted([Decimal(0)] * len(read.wishes)), errors)
    total = contract.amount or Decimal(0)
    parted = part(total, [one.portion for one in read.wishes], contract.currency)
    for (place, key), text in parted.errors.items() if not errors else ():
        errors[f"instalments.{read.places[place]}.{key}"] = text
    if parted.missed is not None and not errors:
        told = {"sum": _money(total - parted.missed, contract), "amount": _money(total, contract)}
        errors["instalments"] = _(
            "The instalments come to %(sum)s, and the contract to %(amount)s.", **told
        )
    return Planned(read, parted, errors)


def put_plan(contract: Contract, plan: Planned, by: Actor) -> None:
    """Let a contract have these instalments and no others; those that are named stay themselves.

    Refused for one that it does not have.
    """
    plan.demand_fit()
    standing = {one.id: one for one in instalments_of(contract.id, by)}
    errors: Errors = {
        f"instalments.{place}.id": _("There is no such instalment.")
        for place, one in zip(plan.read.places, plan.read.wishes, strict=True)
        if one.id is not None and one.id not in standing
    }
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    _refuse_taken(contract, standing, plan, by)
    gone = set(standing) - {one.id for one in plan.read.wishes}
    if gone:
        by.session.execute(delete(Instalment).where(Instalment.id.in_(gone)))
    days = _Milestones(contract, by)
    pairs = zip(plan.read.wishes, plan.parted.amounts, strict=True)
    rows = [
        _put(contract, standing.get(one.id) if one.id else None, one, amount, place, days, by)
        for place, (one, amount) in enumerate(pairs, start=1)
    ]
    settle(contract, rows, by)


def _refuse_taken(
    contract: Contract, standing: Mapping[UUID, Instalment], plan: Planned, by: Actor
) -> None:
    """Refused where an instalment changes of which something was paid, or comes to less than is
    asked for it, or goes though something of it is asked for or paid.
    """
    came = collected_of(list(standing), by) if standing else {}
    asked = invoiced_of(list(standing), by)
    told = _("Something was paid of this instalment: its amount stays as it is.")
    wished = zip(plan.read.places, plan.read.wishes, plan.parted.amounts, strict=True)
    kept = {one.id: (place, amount) for place, one, amount in wished if one.id is not None}
    errors: Errors = {}
    for its in came:
        place, amount = kept.get(its, (None, NOTHING))
        if place is None:
            errors["instalments"] = _(
                "An instalment of which something was paid stays in the plan."
            )
        elif amount != standing[its].amount:
            errors[f"instalments.{place}.amount"] = told
    for its in [one for one in asked if asked[one] > 0 and one not in came]:
        place, amount = kept.get(its, (None, NOTHING))
        if place is None:
            errors["instalments"] = _("An instalment that was invoiced stays in the plan.")
        elif amount < asked[its]:
            errors[f"instalments.{place}.amount"] = _(
                "Invoices ask for %(amount)s of this instalment: it can't come to less.",
                amount=_money(asked[its], contract),
            )
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def settle(contract: Contract, rows: Sequence[Instalment], by: Actor) -> None:
    """Keep what a contract tells of its instalments, and of what came in, in step with them."""
    with by.session.no_autoflush:
        came = collected_of([one.id for one in rows], by) if rows else {}
    paid = {one.id for one in rows if came.get(one.id, NOTHING) >= one.amount}
    collected, total = sum(came.values(), NOTHING), contract.amount or NOTHING
    due = [one.due_on for one in rows if one.due_on is not None and one.id not in paid]
    if contract.status == TERMINATED:  # What would have come later is not owed any more.
        due = [day for day in due if day <= (contract.terminated_on or day)]
    contract.instalment_count, contract.collected_count = len(rows), len(paid)
    contract.progress = f"{len(paid)}/{len(rows)}" if rows else None
    contract.collected = collected if rows else None
    share = round(collected * WHOLE / total, 4) if total else NOTHING
    contract.collected_share = min(share, MOST_SHARE) if rows else None
    contract.next_due_on = min(due, default=None) if not contract.is_draft else None


def reach_known(contract: Contract, rows: Sequence[Instalment], by: Actor) -> None:
    """Note on what day milestones were reached that the product knows of: signature, delivery."""
    days = _Milestones(contract, by)
    for one in rows:
        if one.due_by == SIGNATURE or (one.due_by == DELIVERY and one.reached_on is None):
            set_reached(one, days.day(one.due_by))


def set_reached(one: Instalment, on: date | None) -> None:
    """Note on what day the milestone of an instalment was reached; its due day follows."""
    one.reached_on = on
    _set_due(one, on + timedelta(days=one.days) if on is not None else None)


def _set_due(one: Instalment, on: date | None) -> None:
    """Let an instalment be due on a day; of another day its owner is told anew."""
    if one.due_on != on:
        one.due_on, one.reminded_on = on, None


def wish_of(one: Instalment, currency: str) -> dict[str, Any]:
    """An instalment that stands, as a program sends it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "share": format(one.share.normalize(), "f") if one.share is not None else None,
        "amount": f"{one.amount:.{digits_of(currency)}f}",
        "due_by": one.due_by,
        "milestone": one.milestone,
        "due_on": one.due_on.isoformat() if one.due_on is not None else None,
        "days": one.days,
    }


class _Milestones:
    """On what day milestones were reached that the product knows of, asked once."""

    def __init__(self, contract: Contract, by: Actor) -> None:
        self._contract, self._by = contract, by
        self._known: dict[str, date | None] = {}

    def day(self, due_by: str) -> date | None:
        """The day, or None where it is not reached or nobody knows."""
        if due_by not in self._known:
            self._known[due_by] = self._find(due_by)
        return self._known[due_by]

    def _find(self, due_by: str) -> date | None:
        contract = self._contract
        if due_by == SIGNATURE:
            return None if contract.is_draft else contract.signed_on
        if due_by != DELIVERY or contract.order_id is None:
            return None
        order = self._by.session.get(Order, contract.order_id)
        at = order.came_at if order is not None and not order.is_return else None
        return at.astimezone(ZoneInfo(self._by.tenant.zone)).date() if at is not None else None


def _put(
    contract: Contract,
    row: Instalment | None,
    one: Wish,
    amount: Decimal,
    place: int,
    days: _Milestones,
    by: Actor,
) -> Instalment:
    if row is None:
        row = Instalment(id=new_id(), contract_id=contract.id)
        by.session.add(row)
    had = (row.due_by, row.milestone or "")
    row.position, row.name = place, one.name or _called(place, by)
    row.share, row.amount = one.portion.share, amount
    row.due_by, row.milestone, row.days = one.due_by, one.milestone or None, one.days
    if one.due_by == DATE:
        row.reached_on = None
        _set_due(row, one.due_on)
        return row
    is_same = had == (one.due_by, one.milestone)
    set_reached(row, row.reached_on if is_same and row.reached_on else days.day(one.due_by))
    return row


def _called(place: int, by: Actor) -> str:
    with using(by.tenant.language):
        return gettext("Instalment %(n)s", n=place)


def _money(amount: Decimal, contract: Contract) -> str:
    return f"{amount:.{digits_of(contract.currency)}f} {contract.currency}"
