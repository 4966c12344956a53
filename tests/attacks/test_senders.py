"""Senders of mails, added by several at once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from app.mail.messages.models import Message
from app.mail.senders.models import Sender
from tests.attacks.program import Programs
from tests.attacks.together import statuses
from tests.cast import Person, Workspace
from tests.mail.customers import FRANK, make_customer
from tests.reports.test_mailings import _real_mail

__all__ = ["_real_mail"]


@pytest.mark.parametrize("place", ["/settings/senders/new", "/settings/me/senders/new"])
def test_an_address_that_is_added_several_times_at_once_is_there_once(
    acme: Workspace, alice: Person, place: str
) -> None:
    form = {"address": "sales@acme.example", "name": "Sales", "signature": ""}
    asks = [partial(alice.sign_in().post, place, data=form) for _number in range(4)]
    assert sorted(statuses(asks)) == [303, 422, 422, 422]
    with acme.scope() as session:
        assert session.scalars(select(Sender.address)).all() == ["sales@acme.example"]


def test_a_colleague_s_address_is_used_and_set_up_by_nobody_else(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    customer = make_customer(acme, bob)
    alice.client.post("/settings/me/senders/new", data={"address": "a@b.example", "name": "Ann"})
    with acme.scope() as session:
        row = session.scalars(select(Sender)).one()
        row.confirmed_at, sender = row.created_at, str(row.id)
    wish = {"to": FRANK, "subject": "Hello", "body": "Dear Frank", "sender": sender}
    assert bob.client.post(f"{customer.url}/mail", data=wish).status_code == 422
    sent = {"to": [FRANK], "subject": "Hello", "body": "Dear Frank", "sender_id": sender}
    of_bob = program(bob)
    assert of_bob.post(f"contacts/{customer.contact}/messages", sent).status_code == 422
    for place, status in (("/settings/me/senders", 404), ("/settings/senders", 403)):
        for step in ("", "/confirm", "/code", "/delete"):
            answer = bob.client.post(f"{place}/{sender}{step}", data={"name": "Bob", "code": "1"})
            assert answer.status_code == status
    with acme.scope() as session:
        assert session.scalars(select(Message.id)).all() == []
