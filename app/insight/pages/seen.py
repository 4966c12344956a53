"""Who may see what of insight, and which customers of it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_

from app.crm.models import Account
from app.insight.models import InsightSnapshot
from app.insight.operations.settings import READ
from app.kernel.actor import Actor, Reach
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import permitted
from app.records.datasets import dataset
from app.records.tailored import tailored

MARGIN = ("order", "margin")


def sees_purchases(by: Actor) -> bool:
    """True for who may learn what customers buy, when and for how much."""
    known = dataset("purchases", by)
    return by.may(*READ) and known is not None and known.told(by)


class HasBasis(Protocol):
    """What was reckoned in revenue or margin: a run, or what is kept of it."""

    @property
    def basis(self) -> str:
        """Revenue or margin."""


def sees_values(run: HasBasis | None, by: Actor) -> bool:
    """True for who may learn what customers are worth, in the basis of a run."""
    bought, ahead = dataset("purchases", by), dataset("open_sales", by)
    if not by.may(*READ) or bought is None or ahead is None:
        return False
    more = (MARGIN,) if run is not None and run.basis == "margin" else ()
    return bought.told(by, *more) and ahead.told(by)


def demand_purchases(by: Actor) -> None:
    """NotPermitted where the role hides what purchases are made of."""
    if dataset("purchases", by) is not None and not sees_purchases(by):
        raise NotPermitted(_("Your role hides fields that these figures are made of."))


def demand_values(run: HasBasis | None, by: Actor) -> None:
    """NotPermitted where the role hides what values are made of."""
    if dataset("purchases", by) is not None and not sees_values(run, by):
        raise NotPermitted(_("Your role hides fields that these figures are made of."))


def reads_some(by: Actor) -> bool:
    """True for who may not read all customers, and to whom sums are told of some of them."""
    return by.rights.reach("account", "read") is not Reach.ALL


def within_reach(run_id: UUID, by: Actor) -> ColumnElement[bool]:
    """The snapshots of a run whose account `by` may read, in a statement that joins the account."""
    row = InsightSnapshot
    return and_(
        row.run_id == run_id, row.account_id == Account.id, permitted(tailored("account", by), by)
    )
