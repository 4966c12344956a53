"""Contacts are found by the name of their firm: their keys follow it when it changes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account, Contact
from app.crm.operations.keys import ContactKeys, contact_keys, firm_name, firm_names
from app.crm.operations.named_after import (
    REFRESH_ALL,
    named_after_accounts,
    refresh_all_named,
    refresh_every_named,
)
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.rows import update_rows

REFRESH = "refresh_contact_keys"
CHUNK = 200  # Contacts at once; a firm's others follow as jobs of so many.


def account_changed(account: Account, verb: str, by: Actor) -> None:
    """Let the contacts of an account, and what else is named after it, be found by its new name."""
    if verb == "update" and account.is_renamed:
        refresh_contacts(account.id, None, by)
        refresh_every_named(account.id, by)


def contact_changed(contact: Contact, verb: str, by: Actor) -> None:
    """Bring the keys of a contact up to date that was deleted while its firm was renamed."""
    if verb == "restore":
        _write({contact.id: contact_keys(contact, firm_name(contact.account_id, by))}, by)


def refresh_contacts(account_id: UUID, after: UUID | None, by: Actor) -> None:
    """Write the keys of a firm's next contacts anew; a job goes on where there are more.

    Their version stays, as nobody edited them. The name is read once the rows are locked, so that
    of two jobs at work on the same rows the later one knows the newest name.
    """
    statement = select(Contact).where(
        Contact.account_id == account_id, Contact.deleted_at.is_(None)
    )
    if after is not None:
        statement = statement.where(Contact.id > after)
    statement = statement.order_by(Contact.id).limit(CHUNK).with_for_update(key_share=True)
    contacts = by.session.scalars(statement.execution_options(populate_existing=True)).all()
    name = firm_name(account_id, by)
    _write({one.id: contact_keys(one, name) for one in contacts}, by)
    if len(contacts) == CHUNK:
        enqueue(by, REFRESH, {"account_id": str(account_id), "after": str(contacts[-1].id)})


def refresh_every_contact(after: UUID | None, by: Actor) -> None:
    """Write the keys of a workspace's next contacts where they are not what they should be.

    For contacts from before a release that makes other keys; a job goes on where there are more,
    and behind the last contact with what else is named after an account.
    """
    statement = select(Contact).where(Contact.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Contact.id > after)
    statement = statement.order_by(Contact.id).limit(CHUNK).with_for_update(key_share=True)
    contacts = by.session.scalars(statement.execution_options(populate_existing=True)).all()
    names = firm_names({one.account_id for one in contacts}, by)
    keys = {one.id: contact_keys(one, names.get(one.account_id, "")) for one in contacts}
    held = {one.id: (one.search_text, one.search_grams) for one in contacts}
    _write({one: its for one, its in keys.items() if its != held[one]}, by)
    if len(contacts) == CHUNK:
        enqueue(by, REFRESH_ALL, {"after": str(contacts[-1].id)})
        return
    for one in named_after_accounts():
        refresh_all_named(one.key, None, by)


def _write(keys: dict[UUID, ContactKeys], by: Actor) -> None:
    """Write keys by the contact's id, in one statement."""
    rows = [
        {"id": one, "search_text": text, "search_grams": grams}
        for one, (text, grams) in keys.items()
    ]
    update_rows(by.session, Contact, rows)
