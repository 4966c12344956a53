"""Customers of one's own with whom nothing is planned, the longest unheard of first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import permitted, sees
from app.records.pages.looks import Face, face
from app.records.registry import registry
from app.web.formats import formats

SHOWN = 6
FORMER = "former"
NEEDED = ("owner_id", "next_step_at", "last_activity_at", "lifecycle")


@dataclass(frozen=True, slots=True)
class Quiet:
    """One customer, and since when there is silence."""

    url: str
    name: str
    note: str
    face: Face


def tells_quiet(by: Actor) -> bool:
    """True for who may see all that tells which customers are without a next step."""
    account = registry().type("account")
    return by.may(account.key, "read") and all(sees(account, key, by) for key in NEEDED)


def without_step(by: Actor) -> tuple[ColumnElement[bool], ...]:
    """The accounts of `by` with which nothing is planned, but for those that are no more."""
    return (
        Account.owner_id == by.user_id,
        Account.next_step_at.is_(None),
        Account.lifecycle != FORMER,
        permitted(registry().type("account"), by),
    )


def quiet(by: Actor) -> list[Quiet]:
    """A few accounts of `by` without a next step; none for who may not see what tells that."""
    account = registry().type("account")
    if not tells_quiet(by):
        return []
    last = account.field("last_activity_at").sort_expression
    rows = by.session.execute(
        select(Account.id, Account.name, Account.last_activity_at)
        .where(*without_step(by))
        .order_by(last, Account.id)
        .limit(SHOWN)
    )
    write = formats(by)
    return [
        Quiet(
            f"/accounts/{row.id}",
            row.name,
            gettext("Last activity %(when)s", when=write.relative(row.last_activity_at, by.now))
            if row.last_activity_at
            else gettext("No activity yet"),
            face(account, row.id, row.name),
        )
        for row in rows
    ]
