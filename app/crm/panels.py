"""What stands beside a record of the customer base: its people, its firm."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Account, Contact
from app.kernel.actor import Actor
from app.records.access import permitted, sees
from app.records.pages.choices import choices_of
from app.records.pages.looks import Face, Words, face
from app.records.registry import registry

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Related:
    """One record beside another: its avatar, its name, and what tells it from others."""

    url: str
    name: str
    note: str
    face: Face


def contacts_of_account(account: Account, by: Actor) -> dict[str, object]:
    """The first people at an account that `by` may read, and how many there are."""
    contact = registry().type("contact")
    rows = by.session.execute(
        select(Contact.id, Contact.name, Contact.title, func.count().over().label("total"))
        .where(Contact.account_id == account.id, permitted(contact, by))
        .order_by(Contact.name_sort, Contact.id)
        .limit(SHOWN)
    ).all()
    return {
        "contacts": [_person(row.id, row.name, row.title, by) for row in rows],
        "total": rows[0].total if rows else 0,
        "account_id": account.id,
        "may_add": by.may("contact", "create") and not by.tenant.is_read_only,
    }


def account_of_contact(contact: Contact, by: Actor) -> dict[str, object]:
    """The firm of a contact, when `by` may read it, and colleagues there.

    Colleagues tell where a person works, so whoever may not see that is shown none.
    """
    contact_type = registry().type("contact")
    if contact.account_id is None or not sees(contact_type, "account_id", by):
        return {"account": None, "colleagues": []}
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
    return {
        "account": _firm(contact.account_id, by),
        "colleagues": [_person(row.id, row.name, row.title, by) for row in colleagues],
    }


def _firm(account_id: UUID, by: Actor) -> Related | None:
    account_type = registry().type("account")
    row = by.session.execute(
        select(Account.id, Account.name, Account.industry, Account.city).where(
            Account.id == account_id, permitted(account_type, by)
        )
    ).first()
    if row is None:
        return None
    industry = row.industry if sees(account_type, "industry", by) else None
    city = row.city if sees(account_type, "city", by) else None
    options = choices_of(account_type, by).get("industry", ()) if industry else ()
    note = " · ".join(part for part in (Words(options)[industry], city) if part)
    return Related(f"/accounts/{row.id}", row.name, note, face(account_type, row.id, row.name))


def _person(contact_id: UUID, name: str, title: str | None, by: Actor) -> Related:
    contact_type = registry().type("contact")
    note = title if title and sees(contact_type, "title", by) else ""
    shown = face(contact_type, contact_id, name)
    return Related(f"/contacts/{contact_id}", name, note, shown)
