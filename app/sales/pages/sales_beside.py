"""The opportunities of a customer or a person, beside their record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import current
from app.kernel.localized import pick
from app.records.access import sees
from app.records.pages.looks import tone
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.models.opportunity import OPEN
from app.sales.operations.stages import load_pipelines
from app.sales.pages.beside import Known, first_beside, may_stand
from app.web.formats import formats

FIRST = (
    (Opportunity.outcome == OPEN).desc(),
    Opportunity.closed_on.desc().nulls_last(),
    Opportunity.close_on.asc().nulls_last(),
    Opportunity.id.asc(),
)


@dataclass(frozen=True, slots=True)
class Sale:
    """One opportunity in a line: where it stands, how much it is, when it is decided."""

    url: str
    name: str
    stage: str
    colour: str
    amount: str
    day: str
    is_late: bool


def opportunities_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The opportunities of an account that `by` may read, what is open first."""
    return _panel("account_id", account.id, {"account_id": account.id}, by, known)


def opportunities_of_contact(contact: Any, by: Actor) -> dict[str, Any]:
    """The opportunities of a person; a new one is of their account as well."""
    preset = {"contact_id": contact.id}
    if contact.account_id is not None and sees(registry().type("contact"), "account_id", by):
        preset["account_id"] = contact.account_id
    return _panel("contact_id", preset["contact_id"], preset, by)


def _panel(
    key: str, record_id: UUID, preset: dict[str, UUID], by: Actor, known: Known = None
) -> dict[str, Any]:
    if not may_stand("opportunity", key, by):
        return {"sales": None}
    found, total = first_beside("opportunity", key, record_id, by, *FIRST, known=known)
    return {
        "sales": [_sale(one, by) for one in found],
        "total": total,
        "filter": {key: record_id},
        "preset": preset,
        "may_add": by.may("opportunity", "create") and not by.tenant.is_read_only,
    }


def _sale(one: Opportunity, by: Actor) -> Sale:
    record_type = tailored("opportunity", by)
    write = formats(by)
    stage, colour = _where(one, by)
    amount = ""
    if one.amount is not None and sees(record_type, "amount", by):
        amount = write.money(one.amount, one.currency)
    shown = "close_on" if one.outcome == OPEN else "closed_on"
    day: date | None = getattr(one, shown) if sees(record_type, shown, by) else None
    is_late = one.outcome == OPEN and day is not None and day < by.today()
    return Sale(
        f"/opportunities/{one.id}",
        one.name,
        stage,
        colour,
        amount,
        write.day(day, by.today()) if day is not None else "",
        is_late,
    )


def _where(one: Opportunity, by: Actor) -> tuple[str, str]:
    """The stage of an open one, the outcome of a closed one, with its tone."""
    record_type = tailored("opportunity", by)
    if one.outcome != OPEN:
        if not sees(record_type, "outcome", by):
            return "", ""
        option = next(
            each for each in record_type.field("outcome").options if each.value == one.outcome
        )
        return option.shown(), tone(option.colour)
    stage = load_pipelines(by.session).stages.get(one.stage_id)
    if stage is None or not sees(record_type, "stage_id", by):
        return "", ""
    return pick(stage.name, current(), by.tenant.language), tone(stage.colour)
