"""What an order's delivery means for the contracts that were made of it."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import exists, select

from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Answer
from app.records.door import perform
from app.sales.models import Contract, Instalment, Order
from app.sales.models.contract import ENDED, RUNNING
from app.sales.plan.written import DELIVERY


def reach_delivery(order: Order, by: Actor) -> None:
    """Let what is due after the delivery of an order be due from then on.

    Whoever notes a delivery need not have the right to change contracts, and the day is one of the
    firm's calendar, wherever they are. One that is signed later knows of the delivery then.
    """
    if order.came_at is None or order.is_return:
        return
    waiting = (Instalment.due_by == DELIVERY, Instalment.reached_on.is_(None))
    its = (
        select(Contract)
        .where(
            Contract.order_id == order.id,
            Contract.status.in_((*RUNNING, ENDED)),
            Contract.deleted_at.is_(None),
            exists().where(Instalment.contract_id == Contract.id, *waiting),
        )
        .order_by(Contract.id)
    )
    service = service_actor(by.session, by.tenant, by.now, via=by.via)
    day = order.came_at.astimezone(service.zone).date().isoformat()
    for contract in by.session.scalars(its).all():
        first = select(Instalment.id).where(Instalment.contract_id == contract.id, *waiting)
        one = by.session.scalars(first.order_by(Instalment.position).limit(1)).one()
        with suppress(Answer), by.session.begin_nested():  # No rule for contracts stops an order.
            perform("contract", "reach", contract, by=service, instalment=str(one), on=day)
