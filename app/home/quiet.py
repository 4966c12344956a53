"""Customers of one's own with whom nothing is planned, the longest unheard of first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

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


def quiet(by: Actor) -> list[Quiet]:
    """A few accounts of `by` without a next step; none for who may not see what tells that."""
    account = registry().type("account")
    if not by.may(account.key, "read") or not all(sees(account, key, by) for key in NEEDED):
        return []
    last = account.field("last_activity_at").sort_expression
    rows = by.session.execute(
        select(Account.id, Account.name, Account.last_activity_at)
        .where(
            Account.owner_id == by.user_id,
            Account.next_step_at.is_(None),
            Account.lifecycle != FORMER,
            permitted(account, by),
        )
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
