"""Leads of the demo: enquiries in every state, of people whom no account knows yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.demo.generate import accounts, contacts
from app.demo.seeds import AccountSeed, ContactSeed, Workspace
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.door import perform
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.sales.models import Lead

SEED = 4711  # Another one than that of the customers, so that nobody is both.
MANY = 24
STATES = ("new", "working", "new", "nurturing", "working", "new", "disqualified", "working")
RATINGS = ("warm", "hot", None, "cold")
NEEDS: Mapping[str, Sequence[str]] = {
    "beifeng": ("想了解最小起订量和交期。", "需要样品和报价单。", "展会上交换了名片，请寄目录。"),
    "harbor": (
        "A room block of forty for a conference in spring.",
        "Rates for weekly stays of four engineers.",
        "A wedding with eighty guests, date still open.",
    ),
}


def load_leads(by: Actor, slug: Workspace, owners: Sequence[UUID]) -> None:
    """Make the leads of a workspace once, each by whoever owns it, some days ago."""
    if not by.tenant.allows("sales") or by.session.scalar(select(Lead.id).limit(1)) is not None:
        return
    firms = list(accounts(SEED, MANY, slug))
    people = list(contacts(SEED, MANY, slug, accounts=MANY))
    for number, person in enumerate(people[:MANY]):
        user = by.session.get_one(User, owners[number % len(owners)])
        then = by.now - timedelta(days=number * 2 + 1, hours=number)
        maker = actor_for(by.session, by.tenant, user, then, via="web")
        if maker.may("lead", "create"):
            _make(maker, number, firms[person.account], person, slug)


def _make(by: Actor, number: int, firm: AccountSeed, person: ContactSeed, slug: str) -> None:
    lists = picklists_of(by.session, registry().type("lead"))
    sources = [one.value for one in lists.get("source", ())]
    reasons = [one.value for one in lists.get("disqualify_reason", ())]
    state = STATES[number % len(STATES)]
    given: dict[str, Any] = {
        "last_name": person.last_name,
        "first_name": person.first_name,
        "company": firm.name if firm.kind == "organisation" else "",
        "title": person.title,
        "phone": person.phone,
        "email": person.email,
        "need": NEEDS[slug][number % len(NEEDS[slug])],
        "rating": RATINGS[number % len(RATINGS)],
        "city": firm.city,
        "country": firm.country,
        "source": sources[number % len(sources)] if sources else None,
    }
    if state != "disqualified":
        given["status"] = state
    given = {key: value for key, value in given.items() if value}
    lead = perform("lead", "create", by=by, **given)
    if state == "disqualified" and reasons and by.may("lead", "disqualify"):
        perform("lead", "disqualify", lead, by=by, reason=reasons[number % len(reasons)])
