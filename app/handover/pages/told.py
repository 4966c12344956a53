"""A handover that was begun: for who manages it what became of it, for a receiver what they got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from app.crm.models import Account, Activity
from app.crm.pages.promises import Promise
from app.crm.pages.timeline import due_of
from app.handover.models import Handover, HandoverRow, Outcome
from app.handover.operations.run import count_outcomes
from app.handover.operations.tell import taken
from app.handover.operations.undo import why_not_undo
from app.handover.pages.plan import is_open
from app.identity.models import User
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _, ngettext
from app.records.access import permitted, reaches, sees
from app.records.along import numbers_in_words
from app.records.references import titles
from app.records.registry import registry
from app.web.formats import formats

MANAGE = ("user", "manage")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Taker:
    """One receiver and what they got, in words."""

    id: UUID
    name: str
    what: str
    has_accounts: bool


@dataclass(frozen=True, slots=True)
class Left:
    """One record that stayed where it was, and why."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer that came along."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ToKeep:
    """A promise that came along, and the customer whom it was given."""

    promise: Promise
    customer: Customer | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that `handover/told.html` shows; what is only for managers is empty for others."""

    handover: Handover
    url: str
    who: str
    maker: str
    when: str
    text: str
    is_open: bool
    is_manager: bool
    takers: list[Taker]
    left: list[Left]
    why_not_undo: Text | None
    promises: list[ToKeep]
    customers: list[Customer]
    customer_count: int
    mine: str


def find_handover(handover_id: UUID, by: Actor) -> Handover:
    """A handover that `by` may look at: who manages people, who began it, and who got something."""
    found = by.session.get(Handover, handover_id)
    if found is None or found.started_at is None:
        raise Missing(_("There is no such page."))
    if by.may(*MANAGE) or found.by_id == by.user_id:
        return found
    got = select(HandoverRow.record_id).where(
        HandoverRow.handover_id == found.id, HandoverRow.to_id == by.user_id
    )
    if by.session.execute(got.limit(1)).first() is None:
        raise Missing(_("There is no such page."))
    return found


def told(handover: Handover, by: Actor) -> Told:
    """What became of a handover, as far as the reader is concerned."""
    user = by.session.get_one(User, handover.user_id)
    names = names_of(by, {one for one in (handover.by_id, handover.user_id) if one})
    is_manager = by.may(*MANAGE)
    got = taken(handover, by)
    mine = got.get(by.user_id, {}) if by.user_id else {}
    write = formats(by)
    customers = _customers(handover, by)
    return Told(
        handover=handover,
        url=f"/handovers/{handover.id}",
        who=user.name,
        maker=names.get(handover.by_id, "") if handover.by_id else "",
        when=write.relative(handover.created_at, by.now),
        text=_sentence(handover, by),
        is_open=is_open(handover),
        is_manager=is_manager,
        takers=_takers(got, by) if is_manager else [],
        left=_left(handover, by) if is_manager else [],
        why_not_undo=why_not_undo(handover, user, by),
        promises=_promises(handover, by),
        customers=[Customer(row.id, row.name) for row in customers],
        customer_count=customers[0].total if customers else 0,
        mine=numbers_in_words(mine, by),
    )


def _sentence(handover: Handover, by: Actor) -> str:
    counted = count_outcomes(handover, by)
    write = formats(by)
    if handover.undone_at is not None:
        back = counted.get(Outcome.BACK, 0)
        return ngettext(
            "%(n)s record went back.", "%(n)s records went back.", back, n=write.number(back)
        )
    number = counted.get(Outcome.DONE, 0)
    return ngettext(
        "%(n)s record was handed over.",
        "%(n)s records were handed over.",
        number,
        n=write.number(number),
    )


def _takers(got: dict[UUID, dict[str, int]], by: Actor) -> list[Taker]:
    names = names_of(by, got)
    return [
        Taker(to_id, names.get(to_id, ""), numbers_in_words(numbers, by), "account" in numbers)
        for to_id, numbers in got.items()
    ]


def _left(handover: Handover, by: Actor) -> list[Left]:
    """The records that stayed, with the reason; named as far as the reader may open them."""
    stayed = (int(Outcome.LEFT_OUT), int(Outcome.KEPT))
    rows = by.session.execute(
        select(HandoverRow.record_type, HandoverRow.record_id, HandoverRow.reason)
        .where(HandoverRow.handover_id == handover.id, HandoverRow.outcome.in_(stayed))
        .order_by(HandoverRow.record_type, HandoverRow.record_id)
        .limit(SHOWN)
    ).all()
    names: dict[UUID, str] = {}
    for kind in {row.record_type for row in rows}:
        names |= titles(kind, [row.record_id for row in rows if row.record_type == kind], by)
    return [
        Left(
            names.get(row.record_id, "—"),
            f"/{registry().type(row.record_type).collection}/{row.record_id}"
            if row.record_id in names
            else "",
            row.reason or "",
        )
        for row in rows
    ]


def _mine(handover: Handover, kind: str, by: Actor) -> Select[UUID]:
    """The ids of what came to the reader of a type."""
    return select(HandoverRow.record_id).where(
        HandoverRow.handover_id == handover.id,
        HandoverRow.record_type == kind,
        HandoverRow.to_id == by.user_id,
        HandoverRow.outcome == int(Outcome.DONE),
    )


def _customers(handover: Handover, by: Actor) -> list[Any]:
    account = registry().type("account")
    if not by.may(account.key, "read"):
        return []
    rows = by.session.execute(
        select(Account.id, Account.name, func.count().over().label("total"))
        .where(Account.id.in_(_mine(handover, account.key, by)), permitted(account, by))
        .order_by(Account.name_sort, Account.id)
        .limit(SHOWN)
    )
    return list(rows)


def _promises(handover: Handover, by: Actor) -> list[ToKeep]:
    """The promises that the reader took over and has not kept yet."""
    activity = registry().type("activity")
    if not by.may(activity.key, "read") or not sees(activity, "is_promise", by):
        return []
    rows = by.session.execute(
        select(
            Activity.id, Activity.subject, Activity.owner_id, Activity.due_at, Activity.account_id
        )
        .where(
            Activity.id.in_(_mine(handover, activity.key, by)),
            Activity.is_promise,
            Activity.done_at.is_(None),
            permitted(activity, by),
        )
        .order_by(Activity.due_at, Activity.id)
        .limit(SHOWN)
    ).all()
    write, is_writable = formats(by), not by.tenant.is_read_only
    given = {row.account_id for row in rows} if sees(activity, "account_id", by) else set()
    names = titles("account", given - {None}, by)
    return [
        ToKeep(
            Promise(
                f"/activities/{row.id}",
                row.subject,
                "",
                write.moment(row.due_at, by.today()),
                due_of(row.due_at, by),
                is_writable and reaches(activity, row.owner_id, "complete", by),
            ),
            Customer(row.account_id, names[row.account_id]) if row.account_id in names else None,
        )
        for row in rows
    ]


def accounts_of(handover: Handover, by: Actor, after: UUID | None, limit: int) -> list[UUID]:
    """The next customers that came along, of which the reader gets the digests.

    A receiver gets those of their own; who manages people and got none, all that they may read.
    """
    account = registry().type("account")
    mine = _mine(handover, account.key, by)
    everybody = select(HandoverRow.record_id).where(
        HandoverRow.handover_id == handover.id,
        HandoverRow.record_type == account.key,
        HandoverRow.outcome == int(Outcome.DONE),
    )
    got_some = by.session.execute(mine.limit(1)).first() is not None
    meant = everybody if by.may(*MANAGE) and not got_some else mine
    asked = select(Account.id).where(
        and_(Account.id.in_(meant), permitted(account, by)),
        or_(Account.id > after) if after is not None else and_(True),
    )
    return list(by.session.scalars(asked.order_by(Account.id).limit(limit)))
