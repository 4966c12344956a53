"""What stands beside a record of the customer base: its people, its firm."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.crm.models import Account, Contact
from app.kernel.actor import Actor
from app.records.access import permitted
from app.records.registry import registry

SHOWN = 5


def contacts_of_account(account: Account, by: Actor) -> dict[str, Any]:
    """The first people at an account that `by` may read, and how many there are."""
    contact = registry().type("contact")
    mine = (Contact.account_id == account.id, permitted(contact, by))
    total = func.count().over().label("total")
    rows = by.session.execute(
        select(Contact.id, Contact.name, Contact.title, Contact.phone, total)
        .where(*mine)
        .order_by(Contact.name_sort, Contact.id)
        .limit(SHOWN)
    ).all()
    return {"contacts": rows, "total": rows[0].total if rows else 0}


def account_of_contact(contact: Contact, by: Actor) -> dict[str, Any]:
    """The firm of a contact, when `by` may read it, and colleagues there."""
    if contact.account_id is None:
        return {"account": None, "colleagues": []}
    account_type, contact_type = registry().type("account"), registry().type("contact")
    account = by.session.execute(
        select(Account.id, Account.name, Account.industry, Account.city, Account.phone).where(
            Account.id == contact.account_id, permitted(account_type, by)
        )
    ).first()
    colleagues = by.session.execute(
        select(Contact.id, Contact.name, Contact.title)
        .where(
            Contact.account_id == contact.account_id,
            Contact.id != contact.id,
            permitted(contact_type, by),
        )
        .order_by(Contact.name_sort, Contact.id)
        .limit(SHOWN)
    ).all()
    return {"account": account, "colleagues": colleagues}
