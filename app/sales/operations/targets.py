"""Targets: setting what a person or a team is to win in a month, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.models import Team, User
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.sales.models import Target

MANAGE = ("target", "manage")
USER, TEAM = "user", "team"
MOST = Decimal(10) ** 13  # The column holds no more.
FIRST_YEAR, LAST_YEAR = 2000, 2199
ANY = object()  # Instead of what somebody saw: whatever stands may be overwritten.
Amounts = Mapping[tuple[str, UUID, date], Decimal]


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose targets somebody sees; None means everybody's."""

    users: frozenset[UUID] | None
    teams: frozenset[UUID] | None


def set_target(
    by: Actor, of: str, of_id: UUID, month: date, amount: object, was: object = ANY
) -> Target | None:
    """Say how much somebody is to win in a month; nothing said takes the target away.

    `of` is USER or TEAM, `month` its first day, `amount` in the firm's currency. Refused for who is
    not there, a day that begins no month and an amount that is none; Conflict where the target is
    no longer what it `was` when somebody decided, unless it is what they want.
    """
    require_change(by, *MANAGE)
    _demand(by, of, of_id, month)
    wanted = read_amount(amount)
    held = select(Target).where(Target.of == of, Target.of_id == of_id, Target.month == month)
    row = by.session.scalars(held.with_for_update()).one_or_none()
    before = row.amount if row is not None else None
    if before == wanted:
        return row
    if was is not ANY and before != read_amount(was, "was"):
        raise _meanwhile()
    if wanted is None:
        if row is not None:
            by.session.delete(row)
            _tell(by, row, "deleted", before, None)
        return None
    if row is None:
        row = Target(id=new_id(), of=of, of_id=of_id, month=month)
    row.amount, row.changed_at, row.changed_by_id = wanted, by.now, by.user_id
    try:
        # Of two who set one at once, the second is told here, and the others of a list are read on.
        with by.session.begin_nested():
            by.session.add(row)
            by.session.flush()  # Here, so that the answer is ours.
    except (StaleDataError, IntegrityError):
        raise _meanwhile() from None
    _tell(by, row, "created" if before is None else "updated", before, wanted)
    return row


def _meanwhile() -> Conflict:
    told = _("Somebody changed this target meanwhile.")
    return Conflict(told, field="amount")


def _tell(by: Actor, row: Target, verb: str, before: Decimal | None, after: Decimal | None) -> None:
    pair = [str(before) if before is not None else None, str(after) if after is not None else None]
    changes: dict[str, Any] = {"amount": pair, "month": [None, f"{row.month:%Y-%m}"]}
    changes["user" if row.of == USER else "team_id"] = [None, str(row.of_id)]
    write_event(by, "target", row.id, verb, changes=changes)


def _demand(by: Actor, of: str, of_id: UUID, month: date) -> None:
    if of not in (USER, TEAM):
        raise Refused(_("A target is that of a user or of a team."), field="of")
    if by.session.get(User if of == USER else Team, of_id) is None:
        raise Refused(_("There is no such record."), field="of_id")
    if month.day != 1 or not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Refused(_("Name a month like 2026-11."), field="month")


def read_amount(amount: object, field: str = "amount") -> Decimal | None:
    """An amount as it was typed, with commas or without; None where nothing was."""
    text = str(amount if amount is not None else "").replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Refused(_("Enter an amount like 120000."), field=field) from None
    if not found.is_finite() or not 0 <= found < MOST:
        raise Refused(_("Enter an amount like 120000."), field=field)
    return found.quantize(Decimal("0.01"))


def seen_by(by: Actor) -> Seen:
    """Whose targets `by` sees: as far as they read opportunities; who sets them sees all."""
    reach = by.rights.reach("opportunity", "read")
    if reach is Reach.ALL or by.may(*MANAGE):
        return Seen(None, None)
    if reach is not Reach.TEAM:
        return Seen(frozenset({by.user_id} if by.user_id else ()), frozenset())
    users = frozenset(by.team_user_ids)
    teams = by.session.scalars(select(User.team_id).where(User.id.in_(users)).distinct())
    return Seen(users, frozenset(one for one in teams if one is not None))


def targets_between(by: Actor, first: date, last: date) -> Amounts:
    """The targets of the months from `first` to `last` that `by` sees, by whose and month."""
    seen = seen_by(by)
    rows = by.session.scalars(select(Target).where(Target.month.between(first, last)))
    return {
        (one.of, one.of_id, one.month): one.amount
        for one in rows
        if _sees(seen.users if one.of == USER else seen.teams, one.of_id)
    }


def _sees(those: frozenset[UUID] | None, one: UUID) -> bool:
    return those is None or one in those
