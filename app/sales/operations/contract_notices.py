"""What owners of contracts are told in time: a renewal that comes up, an instalment overdue.

Each is told once, as a task of the contract's owner, which stands among what is due for them and
reminds them as any task does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, literal, or_, select, tuple_

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, _, using
from app.records.door import perform
from app.sales.models import Contract, Instalment
from app.sales.models.contract import (
    ACTIVE,
    AUTOMATIC,
    DRAFT,
    ENDED,
    NEVER,
    RUNNING,
    SIGNED,
    TERMINATED,
)
from app.sales.operations.collected import collected_of
from app.web.formats import formats

MOST = 200  # Contracts, or instalments, that are fetched at once.
SUBJECT = 200


def follow_days(by: Actor) -> None:
    """Begin and end contracts whose day has come; those that renew by themselves go on.

    One that waits for approval, or that another rule holds back, stops no other.
    """
    live = select(Contract).where(Contract.deleted_at.is_(None))
    begun = live.where(Contract.status == SIGNED, Contract.starts_on <= by.today())
    _each(begun, lambda one: perform("contract", "begin", one, by=by), by)
    over = live.where(Contract.status == ACTIVE, Contract.ends_on < by.today())
    _each(over, lambda one: _end(one, by), by)


def tell_renewals(by: Actor) -> None:
    """Tell owners of the contracts that soon end, from as many days before as each says."""
    due = select(Contract).where(
        Contract.deleted_at.is_(None),
        Contract.status.in_(RUNNING),
        Contract.notice_on <= by.today(),
        Contract.noticed_on.is_(None),
        Contract.next_id.is_(None),
        Contract.renews != NEVER,
    )
    _each(due, lambda one: _tell_renewal(one, by), by)


def tell_overdue(by: Actor) -> None:
    """Tell owners of the instalments that were not paid by their day."""
    due = (
        select(Instalment, Contract)
        .join(Contract, Contract.id == Instalment.contract_id)
        .where(
            Instalment.due_on < by.today(),
            Instalment.reminded_on.is_(None),
            Contract.next_due_on.is_not(None),
            Contract.next_due_on <= Instalment.due_on,
            Contract.status != DRAFT,
            or_(Contract.status != TERMINATED, Instalment.due_on <= Contract.terminated_on),
            Contract.deleted_at.is_(None),
        )
        .order_by(Instalment.due_on, Instalment.id)
        .limit(MOST)
    )
    asked = due
    while rows := by.session.execute(asked).all():
        last = (rows[-1][0].due_on, rows[-1][0].id)
        came = collected_of([one.id for one, _contract in rows], by)
        for one, contract in rows:
            if came.get(one.id, Decimal(0)) < one.amount:
                one.reminded_on = by.today()
                _tell_overdue(one, contract, by)
        by.session.flush()  # What was told is not read again by the next lot.
        after = tuple_(Instalment.due_on, Instalment.id) > tuple_(*map(literal, last))
        asked = due.where(after)


def _end(contract: Contract, by: Actor) -> None:
    """End a contract; one that renews by itself goes on until the present day is reached."""
    perform("contract", "end", contract, by=by)
    latest: Contract | None = contract
    while latest is not None and (latest.status, latest.renews) == (ENDED, AUTOMATIC):
        latest = _follower(latest, by)


def _follower(contract: Contract, by: Actor) -> Contract | None:
    """The contract that follows another, signed as far as nothing stands against that."""
    follows = _next(contract, by)
    if follows is None:
        perform("contract", "renew", contract, by=by)
        follows = _next(contract, by)
    if follows is not None and follows.is_draft:
        with suppress(Answer), by.session.begin_nested():
            perform("contract", "sign", follows, by=by)
    return follows


def _next(contract: Contract, by: Actor) -> Contract | None:
    found = by.session.get(Contract, contract.next_id) if contract.next_id is not None else None
    return found if found is not None and found.deleted_at is None else None


def _tell_renewal(contract: Contract, by: Actor) -> None:
    contract.noticed_on = by.today()
    by.session.flush()  # Before the task, whose hooks read the contract.
    told = {"name": contract.name, "day": contract.ends_on}
    _task(contract, _("%(name)s ends on %(day)s: talk about its renewal"), told, by)


def _tell_overdue(one: Instalment, contract: Contract, by: Actor) -> None:
    told = {"name": contract.name, "part": one.name, "day": one.due_on}
    _task(contract, _("%(name)s: %(part)s was due on %(day)s and is not paid"), told, by)


def _task(contract: Contract, words: Text, told: dict[str, Any], by: Actor) -> None:
    """Give the owner of a contract a task for today, in their language; nobody where it has none.

    What a rule of the workspace holds back is not told.
    """
    owner = by.session.get(User, contract.owner_id) if contract.owner_id is not None else None
    if owner is None or not owner.is_active:
        return
    with using(owner.language or by.tenant.language):
        day = formats(by).day(told["day"], by.today())
        subject = str(Text(words.message, {**told, "day": day}))
    with suppress(Answer), by.session.begin_nested():
        perform(
            "activity",
            "create",
            by=by,
            kind="task",
            subject=subject[:SUBJECT],
            due_at=by.today().isoformat(),
            owner_id=str(owner.id),
            about_type="contract",
            about_id=str(contract.id),
        )


def _each(asked: Select[Contract], work: Callable[[Contract], object], by: Actor) -> None:
    """Do something with each contract that a statement finds, whatever stands against another."""
    for found in _lots(asked, by):
        for one in found:
            with suppress(Answer), by.session.begin_nested():
                work(one)


def _lots(asked: Select[Contract], by: Actor) -> Iterator[Sequence[Contract]]:
    first = asked.order_by(Contract.id).limit(MOST)
    found = by.session.scalars(first).all()
    while found:
        last = found[-1].id
        yield found
        found = by.session.scalars(first.where(Contract.id > last)).all()
