"""Contracts of the demo: of accepted quotes and of orders, running, ending, waiting for money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account
from app.demo.quotes import acting
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.records.door import perform
from app.sales.models import Contract, Order

OF_ORDERS = 5
BUYERS = 8
NAMES: Mapping[str, tuple[str, ...]] = {
    "beifeng": ("年度供货框架协议", "设备维护服务合同", "样机租赁合同", "二期供货合同"),
    "harbor": (
        "Corporate rate agreement",
        "Conference service contract",
        "Ballroom lease",
        "Fit-out",
    ),
}
KINDS = ("framework", "service", "lease", "sales")
AMOUNTS = ("48000", "18600", "7250", "126000")
# Begun how many days ago, for how long, and what became of it.
TIMES: Sequence[tuple[int, int, str]] = (
    (320, 364, "sign"),
    (150, 364, "sign"),
    (40, 180, "sign"),
    (10, 364, "draft"),
    (400, 364, "sign"),
    (200, 364, "terminate"),
)
REASONS: Mapping[str, str] = {
    "beifeng": "客户搬迁，双方协商终止。",
    "harbor": "They moved away; ended by agreement.",
}


def load_contracts(by: Actor, slug: str, owner: UUID, sellers: Sequence[UUID]) -> None:
    """Make the contracts of a workspace once, each by who looks after its customer."""
    there = by.session.scalar(select(Contract.id).limit(1))
    if not by.tenant.allows("sales") or there is not None:
        return
    _of_orders(by, owner)
    accounts = by.session.scalars(
        select(Account)
        .where(Account.deleted_at.is_(None), Account.owner_id.in_(sellers))
        .order_by(Account.created_at, Account.id)
        .limit(BUYERS)
    ).all()
    if not accounts:
        return
    for number, (ago, length, way) in enumerate(TIMES):
        account = accounts[number * 3 % len(accounts)]
        maker = acting(by, account.owner_id or owner, timedelta(days=ago))
        if maker.may("contract", "create"):
            boss = acting(by, owner, timedelta(days=ago))
            _contract(maker, boss, slug, number, account, length, way)


def _of_orders(by: Actor, owner: UUID) -> None:
    """What became of some orders that were confirmed."""
    orders = by.session.scalars(
        select(Order)
        .where(Order.kind == "sale", Order.status.in_(("confirmed", "delivered", "completed")))
        .order_by(Order.created_at.desc(), Order.id)
        .limit(OF_ORDERS)
    ).all()
    for number, order in enumerate(orders):
        boss = acting(by, owner, timedelta(days=number * 6))
        perform("order", "contract", order, by=boss)
        made = by.session.scalars(select(Contract).where(Contract.order_id == order.id)).one()
        if number % 3 < 2:
            with suppress(Held, Refused):  # The customer's terms may forbid it.
                perform("contract", "sign", made, by=boss)


def _contract(
    by: Actor, boss: Actor, slug: str, number: int, account: Account, length: int, way: str
) -> None:
    kind = number % len(KINDS)
    begins = by.today()
    contract = cast(
        "Contract",
        perform(
            "contract",
            "create",
            by=by,
            name=f"{account.name} · {NAMES[slug][kind]}"[:200],
            account_id=str(account.id),
            kind=KINDS[kind],
            amount=AMOUNTS[kind],
            starts_on=begins.isoformat(),
            ends_on=(begins + timedelta(days=length)).isoformat(),
            renews=("agreement", "automatic", "never")[number % 3],
            notice_days=60,
            our_signatory=by.name or None,
            instalments=_plan(number, slug, begins),
        ),
    )
    if way == "draft":
        return
    with suppress(Held, Refused):
        perform("contract", "sign", contract, by=boss)
        if way == "terminate":
            perform("contract", "terminate", contract, by=boss, reason=REASONS[slug])


def _plan(number: int, slug: str, begins: Any) -> list[dict[str, Any]]:
    """Thirty, sixty, ten after milestones, or four parts on days."""
    is_chinese = slug == "beifeng"
    if number % 2:
        names = (
            ("预付款", "验收款", "质保金")
            if is_chinese
            else ("Deposit", "On acceptance", "Warranty")
        )
        parts = zip(
            names, ("30", "60", "10"), ("signature", "acceptance", "warranty_end"), strict=True
        )
        return [
            {"name": name, "share": share, "due_by": due_by, "days": 14}
            for name, share, due_by in parts
        ]
    return [
        {
            "name": f"第{quarter}期" if is_chinese else f"Quarter {quarter}",
            "share": "25",
            "due_by": "date",
            "due_on": (begins + timedelta(days=91 * quarter - 60)).isoformat(),
        }
        for quarter in range(1, 5)
    ]
