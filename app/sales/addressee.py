"""To whom a paper of a sale goes."""

from __future__ import annotations

from app.crm.models import Account, Contact
from app.kernel.actor import Actor
from app.sales.lines.model import Paper
from app.sales.models import Contract


def addressee(paper: Paper | Contract, by: Actor) -> list[str]:
    """Whom it goes to: the firm, the person, where they are."""
    account = by.session.get(Account, paper.account_id) if paper.account_id else None
    contact = by.session.get(Contact, paper.contact_id) if paper.contact_id else None
    found = [account.name] if account is not None else []
    if contact is not None:
        found.append(contact.name)
    if account is not None:
        place = (account.address, account.city, account.province)
        found += [part for part in place if part]
    return found
