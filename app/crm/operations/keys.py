"""Derived columns: sort and search keys, filled in before a row is written, by any way in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import inspect, select

from app.crm.models import Account, Contact
from app.crm.operations.circles import refuse_circle
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.names import PersonName, display_name
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, other_grams, search_text, sort_key, with_other

WHOLE = 100  # Percent.
LONGEST_CREDIT = 999  # Days.
ContactKeys = tuple[str, list[str]]
# Texts that lists can be ordered by, and the columns that hold their keys.
ACCOUNT_ORDERS = {
    "city": "city_sort",
    "province": "province_sort",
    "district": "district_sort",
    "address": "address_sort",
}
CONTACT_ORDERS = {
    "last_name": "last_name_sort",
    "first_name": "first_name_sort",
    "title": "title_sort",
}
ACTIVITY_ORDERS = {"subject": "subject_sort"}


def prepare_account(account: Account, by: Actor) -> None:
    """Fill the keys by which an account is sorted and found.

    Refused when it is its own parent, and for terms that nobody can agree on.
    """
    refuse_circle(account, by, _("An account can't stand below itself."))
    if account.discount is not None or account.payment_days is not None:
        _refuse_odd_terms(account)
    account.is_renamed = account.version > 1 and inspect(account).attrs.name.history.has_changes()
    known = (
        *(account.name, account.number, account.email),
        *(account.website, account.business_id, account.city),
    )
    derived = {
        "name_sort": sort_key(account.name),
        "search_text": search_text(known, phones=(account.phone,)),
        "search_grams": grams((account.name,)),
    }
    put_derived(account, derived | orders_of(account, ACCOUNT_ORDERS))


def _refuse_odd_terms(account: Account) -> None:
    errors: dict[str, Text | str] = {}
    if not 0 <= (account.discount or 0) <= WHOLE:
        errors["discount"] = _("Enter a discount from 0 to 100 percent.")
    if not 0 <= (account.payment_days or 0) <= LONGEST_CREDIT:
        errors["payment_days"] = _("Enter 0 to %(most)s days.", most=LONGEST_CREDIT)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def prepare_contact(contact: Contact, by: Actor) -> None:
    """Fill a contact's whole name and keys; Refused when neither name was given."""
    if contact.firm is None or contact.firm[0] != contact.account_id:
        contact.firm = (contact.account_id, firm_name(contact.account_id, by))
    fill_contact(contact, contact.firm[1])


def gather_contacts(contacts: Sequence[Contact], by: Actor) -> None:
    """Look up the firms of many contacts before each of them is prepared."""
    names = firm_names({one.account_id for one in contacts}, by)
    for one in contacts:
        one.firm = (one.account_id, names.get(one.account_id, ""))


def fill_contact(contact: Contact, firm: str) -> None:
    """The same where the name of the contact's firm is known."""
    name = display_name(contact.first_name, contact.last_name)
    if not name:
        raise Refused(_("Give at least one name."), field="last_name")
    found, found_by = contact_keys(contact, firm)
    derived = {
        "name": name,
        "name_sort": _name_key(name),
        "search_text": found,
        "search_grams": found_by,
    }
    put_derived(contact, derived | orders_of(contact, CONTACT_ORDERS))


def orders_of(record: Account | Contact, orders: Mapping[str, str]) -> dict[str, str | None]:
    """The keys of texts that a record may lack; no key where there is nothing to sort by."""
    return {key: end_key(text, getattr(record, text)) for text, key in orders.items()}


@lru_cache(8192)
def _name_key(name: str) -> str:
    """The key of a whole name; many people of one country share theirs."""
    return sort_key(name, person=True)


@lru_cache(8192)
def end_key(name: str, text: str | None) -> str | None:
    """The key of the text `name` of a record; a last name is read as the surname that it is.

    Names, jobs and places come again and again.
    """
    return sort_key(text, person=name == "last_name") or None


def contact_keys(contact: Contact, firm: str) -> ContactKeys:
    """The search text and the grams by which a contact is found, its firm's behind its own."""
    person = PersonName(first=contact.first_name or "", last=contact.last_name or "")
    known = (contact.email, contact.title, contact.wechat)
    own = search_text(known, people=(person,), phones=(contact.phone,))
    own_grams = grams((contact.email,), people=(person,))
    firm_text, firm_grams = firm_keys(firm)
    return with_other(own, firm_text), [*own_grams, *firm_grams]


@lru_cache(2048)
def firm_keys(firm: str) -> tuple[str, tuple[str, ...]]:
    """What finds records by their firm; those of one firm often come together."""
    return search_text((firm,)), tuple(other_grams(grams((firm,))))


def firm_name(account_id: UUID | None, by: Actor) -> str:
    """The name of an account, or nothing."""
    return firm_names({account_id}, by).get(account_id, "")


def firm_names(account_ids: Collection[UUID | None], by: Actor) -> dict[UUID | None, str]:
    """The names of accounts by their ids, in one statement."""
    wanted = [one for one in account_ids if one is not None]
    if not wanted:
        return {}
    with by.session.no_autoflush:
        rows = by.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
        return {row.id: row.name for row in rows}
