"""Quotes of the demo: drafts, some that wait for an answer, some that were answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Contact, Product
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.records.door import perform
from app.sales.models import Opportunity, Quote
from app.sales.terms.kept import save_terms
from app.sales.terms.rules import USUAL

MANY = 14
STATES = ("sent", "draft", "accepted", "sent", "declined", "sent", "draft")
REASONS: Mapping[str, str] = {
    "beifeng": "交期太长，这次先用别家的。",
    "harbor": "We found a venue closer to the conference.",
}
TEXTS: Mapping[str, tuple[str, str]] = {
    "beifeng": ("感谢询价，报价如下：", "价格含出厂包装，不含运费。如有疑问，请随时联系我们。"),
    "harbor": (
        "Thank you for your enquiry. We are glad to offer you:",
        "Rooms are held until the day named above. Breakfast is included.",
    ),
}


def load_quotes(by: Actor, slug: str, owner: UUID, sellers: Sequence[UUID]) -> None:
    """Make the quotes of a workspace once, each by one of its sellers, and switch its terms on."""
    if not by.tenant.allows("sales") or by.session.scalar(select(Quote.id).limit(1)) is not None:
        return
    boss = acting(by, owner, timedelta(0))
    sizes = by.session.scalars(select(Account.size).distinct().order_by(Account.size)).all()
    big = [one for one in sizes if one][-1:]
    cells = {key: one.kept() for key, one in USUAL.items()}
    save_terms(boss, {"is_on": True, "big_sizes": big, "cells": cells})
    accounts = by.session.scalars(
        select(Account)
        .where(Account.deleted_at.is_(None), Account.owner_id.in_(sellers))
        .order_by(Account.created_at, Account.id)
        .limit(MANY)
    ).all()
    products = by.session.scalars(
        select(Product)
        .where(
            Product.deleted_at.is_(None),
            Product.status == "active",
            Product.list_price.is_not(None),
            Product.currency == by.tenant.currency,
        )
        .order_by(Product.number_sort)
    ).all()
    for number, account in enumerate(accounts):
        account.payment_record = ("good", None, "good", "bad")[number % 4]
        by.session.flush()  # The terms look at it.
        seller = account.owner_id or owner
        maker = acting(by, seller, timedelta(days=number * 2 + 1, hours=number))
        if products and maker.may("quote", "create"):
            _make(maker, number, account, products, slug)


def _make(by: Actor, number: int, account: Account, products: Sequence[Product], slug: str) -> None:
    contact = by.session.scalar(
        select(Contact.id)
        .where(Contact.account_id == account.id, Contact.deleted_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
        .limit(1)
    )
    opportunity = by.session.scalar(
        select(Opportunity.id)
        .where(
            Opportunity.account_id == account.id,
            Opportunity.owner_id == by.user_id,  # What they may read for certain.
            Opportunity.deleted_at.is_(None),
        )
        .order_by(Opportunity.created_at, Opportunity.id)
        .limit(1)
    )
    intro, closing = TEXTS[slug]
    lines: list[dict[str, Any]] = [
        {
            "product_id": str(products[(number * 3 + at) % len(products)].id),
            "quantity": str((at + 1) * (number % 5 + 1) * 4),
            "discount": str((0, 2, 0, 5)[(number + at) % 4]),
        }
        for at in range(2 + number % 4)
    ]
    quote = perform(
        "quote",
        "create",
        by=by,
        account_id=str(account.id),
        contact_id=str(contact) if contact else None,
        opportunity_id=str(opportunity) if opportunity else None,
        payment_days=(14, 30)[number % 2],
        deposit=("30", "0")[number % 2],
        intro=intro,
        closing=closing,
        lines=lines,
    )
    state = STATES[number % len(STATES)]
    if state == "draft" or not by.may("quote", "send"):
        return
    try:
        perform("quote", "send", quote, by=by)
    except (Held, Refused):
        return  # It stays a draft: the customer's terms ask for an approval, or forbid it.
    if state == "accepted":
        perform("quote", "accept", quote, by=by, name=account.name)
    elif state == "declined":
        perform("quote", "decline", quote, by=by, name=account.name, reason=REASONS[slug])


def acting(by: Actor, user_id: UUID, ago: timedelta) -> Actor:
    """A colleague as they were some time ago."""
    user = by.session.get_one(User, user_id)
    return actor_for(by.session, by.tenant, user, by.now - ago, via="web")
