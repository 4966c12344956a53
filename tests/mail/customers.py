"""What tests of mails to customers share: a customer of Bob's, mails as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.mail.messages.models import Message
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

FRANK = "frank@fence.example"


@dataclass(frozen=True)
class Customer:
    """Bob's contact Frank at Fence & Sons."""

    account: UUID
    contact: UUID

    @property
    def url(self) -> str:
        return f"/contacts/{self.contact}"

    @property
    def account_url(self) -> str:
        return f"/accounts/{self.account}"


def make_customer(workspace: Workspace, person: Person) -> Customer:
    with workspace.acting(person) as by:
        account = make_account(by)
        contact = make_contact(by, account_id=str(account.id), email=FRANK)
        return Customer(account.id, contact.id)


def post_mail(person: Person, customer: Customer, **changes: Any) -> TestResponse:
    """Send Frank a mail by the form of his page."""
    form = {"to": FRANK, "subject": "Our offer", "body": "Dear Frank", **changes}
    return person.client.post(f"{customer.url}/mail", data=form)


def only_message(workspace: Workspace) -> Message:
    with workspace.scope() as session:
        return session.scalars(select(Message)).one()
