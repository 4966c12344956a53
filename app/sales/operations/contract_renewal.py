"""The contract that follows another: the same, for as long, from the day after its end."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, cast

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.references import existing
from app.records.tailored import tailored
from app.sales.lines.copied import made_freely, own_values
from app.sales.models import Contract
from app.sales.operations.contracts import hold
from app.sales.plan.kept import instalments_of, wish_of
from app.sales.plan.written import DATE

KEPT = (
    "name",
    "kind",
    "currency",
    "payment_days",
    "notice_days",
    "renews",
    "our_signatory",
    "their_signatory",
    "note",
)
REFERRED = {
    "account_id": "account",
    "contact_id": "contact",
    "opportunity_id": "opportunity",
    "owner_id": "user",
}


def renew(contract: Contract, by: Actor) -> Mapping[str, Any]:
    """Begin the contract that follows, as a draft, with the instalments moved by as long.

    It begins the day after this one ends, or today where this one has no end. Refused where one
    follows already.
    """
    hold(contract, by)
    follows = by.session.get(Contract, contract.next_id) if contract.next_id is not None else None
    if follows is not None and follows.deleted_at is None:
        raise Refused(_("This contract was renewed already."))
    kind = tailored("contract", by)
    begins, ends = following(contract.starts_on, contract.ends_on, by.today())
    given = {**own_values(kind, contract, by), **{key: getattr(contract, key) for key in KEPT}}
    for key, to in REFERRED.items():
        its = getattr(contract, key)
        given[key] = str(its) if its is not None and existing(to, [its], by) else None
    given["starts_on"] = begins.isoformat()
    given["ends_on"] = ends.isoformat() if ends is not None else None
    if contract.amount is not None:
        given["amount"] = str(contract.amount)
    made = cast("Contract", made_freely("contract", given, by, instalments=_plan(contract, by)))
    made.previous_id, contract.next_id = contract.id, made.id
    told = {"previous_id": [None, str(contract.id)]}
    write_event(by, "contract", made.id, "updated", account_id=made.account_id, changes=told)
    return {}


def following(begins: date | None, ends: date | None, today: date) -> tuple[date, date | None]:
    """From when to when a contract runs that follows one of these days.

    A contract over whole months is followed by one over as many; any other by one over as many
    days.
    """
    if ends is None:
        return today, None
    start = ends + timedelta(days=1)
    if begins is None:
        return start, None
    return start, moved(start, begins, start) - timedelta(days=1)


def moved(day: date, begins: date, start: date) -> date:
    """A day as far behind `day` as `start` is behind `begins`: in whole months where these are."""
    months = (start.year - begins.year) * 12 + start.month - begins.month
    if months > 0 and months_after(begins, months) == start:
        return months_after(day, months)
    return day + (start - begins)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short for it."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _plan(contract: Contract, by: Actor) -> list[dict[str, Any]]:
    """The instalments of a contract as those of the next one."""
    plan = []
    for one in instalments_of(contract.id, by):
        sent = {**wish_of(one, contract.currency), "id": None}
        if one.share is not None:
            sent["amount"] = None
        if one.due_by == DATE and one.due_on is not None and contract.starts_on is not None:
            start, _end = following(contract.starts_on, contract.ends_on, by.today())
            sent["due_on"] = moved(one.due_on, contract.starts_on, start).isoformat()
        plan.append(sent)
    return plan
