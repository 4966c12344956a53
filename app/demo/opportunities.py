"""Opportunities of the demo: on their way in every stage, won and lost, and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Contact
from app.demo.seeds import Workspace
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.door import perform
from app.sales.models import Opportunity
from app.sales.operations.opportunities import reasons
from app.sales.operations.stages import PipelineFacts, load_pipelines
from app.sales.operations.targets import set_target

MANY = 96
SELLERS = 3  # The owner, the manager and the rep sell; the others look after customers.
EVERY = 4  # Of how many one goes by the second pipeline.
WHAT: Mapping[str, Sequence[str]] = {
    "beifeng": (
        "冲击钻首批订货",
        "角磨机年度框架",
        "电池工具套装",
        "展会样品转大货",
        "五金工具补货",
        "OEM 贴牌试单",
        "园林工具春季订单",
        "激光测距仪询价",
    ),
    "harbor": (
        "Annual sales meeting",
        "Spring conference, forty rooms",
        "Wedding with ninety guests",
        "Training week for engineers",
        "Corporate rate for next year",
        "Board retreat",
        "Trade delegation",
        "Product launch evening",
    ),
}
AMOUNTS = {
    "beifeng": (86_000, 240_000, 52_500, 128_000, 375_000, 64_800, 198_000, 91_200),
    "harbor": (18_400, 42_000, 27_500, 9_800, 64_000, 12_600, 33_200, 21_900),
}
TARGETS = {"beifeng": 900_000, "harbor": 120_000}  # Of a seller in a month.


def load_opportunities(by: Actor, slug: Workspace, owners: Sequence[UUID]) -> None:
    """Make the opportunities of a workspace once, each by whoever owns it, and targets."""
    is_there = by.session.scalar(select(Opportunity.id).limit(1)) is not None
    if not by.tenant.allows("sales") or is_there:
        return
    sellers = [by.session.get_one(User, one) for one in owners[:SELLERS]]
    selling = {one.id: one for one in sellers}
    theirs = select(Account).where(Account.owner_id.in_(selling)).order_by(Account.name_sort)
    firms = list(by.session.scalars(theirs.limit(MANY)))
    people: dict[UUID | None, UUID] = {
        account_id: person
        for person, account_id in by.session.execute(
            select(Contact.id, Contact.account_id)
            .join(Account, Account.id == Contact.account_id)
            .where(Contact.owner_id == Account.owner_id)
        )
    }
    for number, firm in enumerate(firms):
        seller = selling[firm.owner_id] if firm.owner_id else sellers[0]
        given = {
            "name": f"{firm.name} {WHAT[slug][number % 8]}"
            if slug == "beifeng"
            else f"{WHAT[slug][number % 8]}, {firm.name}",
            "account_id": str(firm.id),
            "contact_id": str(people[firm.id]) if firm.id in people else "",
            "amount": str(AMOUNTS[slug][(number * 5) % 8] + 1_200 * (number % 7)),
            "owner_id": str(seller.id),
        }
        _make(by, seller, number, given)
    _set_targets(by, slug, sellers)


def _make(by: Actor, seller: User, number: int, given: Mapping[str, Any]) -> None:
    """One opportunity as it came and went: begun, moved from stage to stage, perhaps closed."""
    pipelines = load_pipelines(by.session).in_use
    pipeline = pipelines[1 if number % EVERY == 3 and len(pipelines) > 1 else 0]
    is_closed = number % 5 in (1, 4)
    age = 20 + (number * 11) % 330 if is_closed else 3 + (number * 7) % 70
    began = by.now - timedelta(days=age, hours=number % 7)
    acting = _as_of(by, seller, began)
    closes = _close_day(began.date() if is_closed else by.now.date(), number)
    sources = reasons("source", acting)
    first = {
        **given,
        "close_on": closes.isoformat(),
        "source": sources[number % len(sources)].value if sources else "",
        "stage_id": pipeline.in_use[0].id,
    }
    made: Any = perform("opportunity", "create", by=acting, **{k: v for k, v in first.items() if v})
    steps = len(pipeline.in_use)
    reached = steps - 1 if is_closed else (number * 3 + number // 5) % steps
    _walk(by, seller, made, pipeline, reached, began)
    if is_closed:
        _end(_as_of(by, seller, min(by.now, began + timedelta(days=18))), made, number)


def _walk(
    by: Actor, seller: User, made: Any, pipeline: PipelineFacts, reached: int, began: Any
) -> None:
    """Move it stage by stage, the last time some days ago."""
    span = min((by.now - began) * 0.8, timedelta(days=16))
    for place in range(1, reached + 1):
        then = _as_of(by, seller, began + span * place / reached)
        stage = pipeline.in_use[place]
        missing = [key for key in stage.required if getattr(made, key, None) is None]
        if missing:
            return
        perform("opportunity", "update", made, by=then, stage_id=stage.id)


def _end(by: Actor, made: Any, number: int) -> None:
    if number // 5 % 3:  # So that no source always wins.
        offered = reasons("won_reason", by)
        perform("opportunity", "win", made, by=by, reason=offered[number % len(offered)].value)
        return
    offered, rivals = reasons("lost_reason", by), reasons("competitor", by)
    given = {"reason": offered[number % len(offered)].value}
    if rivals and number % 2:
        given["competitor"] = rivals[number % len(rivals)].value
    perform("opportunity", "lose", made, by=by, **given)  # type: ignore[arg-type]  # Inputs.


def _as_of(by: Actor, seller: User, then: Any) -> Actor:
    return actor_for(by.session, by.tenant, seller, then, via="web")


def _close_day(start: date, number: int) -> date:
    return start + timedelta(days=(number * 13) % 100 - 5)


def _set_targets(by: Actor, slug: Workspace, sellers: Sequence[User]) -> None:
    """Targets of this year and the next months, growing a little from quarter to quarter."""
    for place, seller in enumerate(sellers):
        for month in range(1, 13):
            quarter = (month - 1) // 3
            amount = TARGETS[slug] * (100 + 6 * quarter - 15 * place) // 100
            set_target(by, "user", seller.id, date(by.now.year, month, 1), amount)
