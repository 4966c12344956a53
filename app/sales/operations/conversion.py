"""Converting a lead: it becomes an account and a person there, or joins those that stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.crm.operations.activities import take_along
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.access import fetch, may_do, readable_keys, writable_keys
from app.records.door import perform
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.sales.models import Lead
from app.sales.operations.leads import CONVERTED

NEW = "new"  # Said instead of an id: a record of its own, whatever else could be meant.
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
    lead: Lead, by: Actor, account_id: object = None, contact_id: object = None
) -> Mapping[str, Any]:
    """Make a lead an account and a person, and let what was done with it stand on them.

    `account_id` and `contact_id` are records that it joins; without, or for NEW, new ones are made
    of what the lead says and `by` may read of it. The account of a contact that it joins comes
    along where none is said. A record that it joins gets what it lacks, where `by` may change it.
    A lead without a person's name makes no person, one without a firm an account of its own name.
    Refused where somebody else was quicker, where a record can't be joined and for a contact of
    another account; NotPermitted where `by` may not make what is missing. Nothing stands then.
    """
    _hold(lead, by)
    person = _joined("contact", contact_id, by)
    if person is not None and account_id in (None, ""):
        account_id = person.account_id
    account = _joined("account", account_id, by)
    stands = person.account_id if person is not None else None
    if stands is not None and (account is None or account.id != stands):
        raise Refused(_("This contact belongs to another account."), field="contact_id")
    if account is None:
        account = _made("account", _account_of(lead, by), by)
    else:
        _complete("account", account, _account_of(lead, by), by)
    if person is not None:
        given = _person_of(lead, by) | ({} if person.account_id else {"account_id": account.id})
        _complete("contact", person, given, by)
    elif lead.last_name or lead.first_name:
        person = _made("contact", _person_of(lead, by) | {"account_id": account.id}, by)
    lead.status, lead.converted_at = CONVERTED, by.now
    lead.account_id = account.id
    lead.contact_id = person.id if person is not None else None
    take_along("lead", lead.id, lead.account_id, lead.contact_id, by)
    return {}


def _hold(lead: Lead, by: Actor) -> None:
    """Of two who convert one lead at once, the second one comes too late."""
    standing = select(Lead.status).where(Lead.id == lead.id).with_for_update()
    if by.session.scalar(standing) == CONVERTED:
        raise Refused(_("Somebody else has just converted this lead."))


def _joined(kind: str, named: object, by: Actor) -> Any:
    """The record that a lead joins, which `by` may read; None where none is named."""
    if named in (None, "", NEW):
        return None
    record_id = named if isinstance(named, UUID) else parse_id(str(named))
    try:
        return fetch(registry().type(kind), record_id, by)
    except Missing:
        raise Refused(_("There is no such record."), field=f"{kind}_id") from None


def _account_of(lead: Lead, by: Actor) -> dict[str, Any]:
    """What an account takes from a lead; a person alone is a customer of their own."""
    given = _taken(lead, OF_ACCOUNT, by)
    options = picklists_of(by.session, registry().type("account"))
    for key in ("industry", "source"):
        if given.get(key) not in {one.value for one in options.get(key, ()) if not one.is_retired}:
            given.pop(key, None)
    if not lead.company:  # The firm's own number and address are the person's.
        given |= {"kind": "individual"} | _taken(lead, REACH, by)
    elif not (lead.last_name or lead.first_name):
        given |= _taken(lead, REACH, by)
    return {"name": lead.company or lead.name, "owner_id": lead.owner_id or by.user_id, **given}


def _person_of(lead: Lead, by: Actor) -> dict[str, Any]:
    return {"owner_id": lead.owner_id, **_taken(lead, OF_PERSON, by)}


def _taken(lead: Lead, keys: Mapping[str, str], by: Actor) -> dict[str, Any]:
    """What a lead says by the keys of another record; nothing that `by` may not read of it."""
    seen = readable_keys(tailored("lead", by), by)
    found = {theirs: getattr(lead, ours) for theirs, ours in keys.items() if ours in seen}
    return {key: value for key, value in found.items() if value not in (None, "")}


def _made(kind: str, given: Mapping[str, Any], by: Actor) -> Any:
    """A new record of what the lead says, as far as the role of `by` lets them write it."""
    record_type = tailored(kind, by)
    try:
        return perform(record_type, "create", by=by, **_writable(record_type, given, by))
    except (Refused, NotPermitted) as answer:
        raise _about(record_type, answer) from None


def _complete(kind: str, record: Any, given: Mapping[str, Any], by: Actor) -> None:
    """Give a record what it lacks and the lead says, where `by` may change it."""
    record_type = tailored(kind, by)
    lacking = {
        key: value
        for key, value in _writable(record_type, given, by).items()
        if key not in ("owner_id", "kind") and getattr(record, key) in (None, "")
    }
    if not lacking or not may_do(record_type, record, "update", by):
        return
    try:
        perform(record_type, "update", record, by=by, **lacking)
    except (Refused, NotPermitted) as answer:
        raise _about(record_type, answer) from None


def _writable(record_type: RecordType, given: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    mine = writable_keys(record_type, by)
    return {key: value for key, value in given.items() if key in mine and value is not None}


def _about(record_type: RecordType, answer: Answer) -> Answer:
    """The same answer, saying beside the record that is meant what stands against it."""
    told: Text | str = next(iter(answer.errors.values()), answer.message)
    message = _("%(type)s: %(reason)s", type=record_type.words.one, reason=told)
    return type(answer)(message, errors={f"{record_type.key}_id": message})
