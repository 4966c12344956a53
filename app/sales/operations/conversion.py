"""Converting a lead: it becomes an account and a person there, or joins those that stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.crm.operations.activities import take_along
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.sales.models import Lead
from app.sales.operations.joining import (
    complete,
    joined_record,
    made_record,
    taken,
)
from app.sales.operations.lead_sale import sale_of
from app.sales.operations.leads import CONVERTED

# What an account and a person take from a lead, by their own keys.
OF_ACCOUNT = {
    "website": "website",
    "industry": "industry",
    "source": "source",
    "country": "country",
    "province": "province",
    "city": "city",
    "address": "address",
}
REACH = {"phone": "phone", "email": "email"}
OF_PERSON = {
    "last_name": "last_name",
    "first_name": "first_name",
    "title": "title",
    "phone": "phone",
    "email": "email",
    "wechat": "wechat",
}


def convert(
    lead: Lead,
    by: Actor,
    account_id: object = None,
    contact_id: object = None,
    opportunity: object = None,
    opportunity_name: object = None,
    pipeline_id: object = None,
    amount: object = None,
    close_on: object = None,
) -> Mapping[str, Any]:
    """Make a lead an account and a person, and let what was done with it stand on them.

    Where `opportunity` is NEW, an opportunity of both is made as well: in the first stage of the
    pipeline, by its name or that of the firm, with what the lead says that they want. All that is
    said of it without NEW is refused.

    `account_id` and `contact_id` are records that it joins; without, or for NEW, new ones are made
    of what the lead says and `by` may read of it. The account of a contact that it joins comes
    along where none is said. A record that it joins gets what it lacks, where `by` may change it.
    A lead without a person's name makes no person, one without a firm an account of its own name.
    Refused where somebody else was quicker, where a record can't be joined and for a contact of
    another account; NotPermitted where `by` may not make what is missing. Nothing stands then.
    """
    _hold(lead, by)
    person = joined_record("contact", contact_id, by)
    if person is not None and account_id in (None, ""):
        account_id = person.account_id
    account = joined_record("account", account_id, by)
    stands = person.account_id if person is not None else None
    if stands is not None and (account is None or account.id != stands):
        raise Refused(_("This contact belongs to another account."), field="contact_id")
    if account is None:
        account = made_record("account", _account_of(lead, by), by)
    else:
        complete("account", account, _account_of(lead, by), by)
    if person is not None:
        given = _person_of(lead, by) | ({} if person.account_id else {"account_id": account.id})
        complete("contact", person, given, by)
    elif lead.last_name or lead.first_name:
        person = made_record("contact", _person_of(lead, by) | {"account_id": account.id}, by)
    lead.status, lead.converted_at = CONVERTED, by.now
    lead.account_id = account.id
    lead.contact_id = person.id if person is not None else None
    take_along("lead", lead.id, lead.account_id, lead.contact_id, by)
    asked = {
        "name": opportunity_name,
        "pipeline_id": pipeline_id,
        "amount": amount,
        "close_on": close_on,
    }
    made = sale_of(lead, by, opportunity, asked)
    lead.opportunity_id = made.id if made is not None else None
    return {}


def _hold(lead: Lead, by: Actor) -> None:
    """Of two who convert one lead at once, the second one comes too late."""
    standing = select(Lead.status).where(Lead.id == lead.id).with_for_update()
    if by.session.scalar(standing) == CONVERTED:
        raise Refused(_("Somebody else has just converted this lead."))


def _account_of(lead: Lead, by: Actor) -> dict[str, Any]:
    """What an account takes from a lead; a person alone is a customer of their own."""
    given = taken(lead, OF_ACCOUNT, by)
    options = picklists_of(by.session, registry().type("account"))
    for key in ("industry", "source"):
        if given.get(key) not in {one.value for one in options.get(key, ()) if not one.is_retired}:
            given.pop(key, None)
    if not lead.company:  # The firm's own number and address are the person's.
        given |= {"kind": "individual"} | taken(lead, REACH, by)
    elif not (lead.last_name or lead.first_name):
        given |= taken(lead, REACH, by)
    return {"name": lead.company or lead.name, "owner_id": lead.owner_id or by.user_id, **given}


def _person_of(lead: Lead, by: Actor) -> dict[str, Any]:
    return {"owner_id": lead.owner_id, **taken(lead, OF_PERSON, by)}
