"""Mails come from an address once somebody who reads its mail said so, and for whom it is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app.identity.models import Grant, User
from app.identity.operations.roles import role_by_key
from app.kernel.ids import new_id
from app.mail.messages.models import Message, State
from app.mail.senders.models import Sender
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice
from tests.mail.corpus import plain
from tests.mail.customers import FRANK, Customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of, only_line
from tests.records.api.conftest import Programs, program

__all__ = ["program"]
TEN_SECONDS = timedelta(seconds=11)
SHARED, OWN = "/settings/senders", "/settings/me/senders"
SALES = "sales@acme.example"


def role_of(workspace: Workspace, key: str) -> str:
    with workspace.scope() as session:
        return str(role_by_key(session, key).id)


def only_sender(workspace: Workspace) -> Sender:
    with workspace.scope() as session:
        return session.scalars(select(Sender)).one()


def add(person: Person, place: str = SHARED, **changes: object) -> str:
    """Add a sender; the answer is its page."""
    form = {"address": SALES, "name": "Acme Sales", "signature": "Acme, York", **changes}
    answer = person.client.post(f"{place}/new", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


@pytest.fixture
def code_of(send_out: Callable[[], int], post_office: PostOffice) -> Callable[[], str]:
    """The code that was mailed last."""

    def read() -> str:
        send_out()
        part = post_office.messages[-1].get_body(("plain",))
        assert part is not None
        found = re.search(r"^(\d{6})\s*$", str(part.get_content()), re.MULTILINE)
        assert found is not None
        return found[1]

    return read


@pytest.fixture
def sales(
    acme: Workspace, alice: Person, code_of: Callable[[], str], post_office: PostOffice
) -> Sender:
    """sales@acme.example, confirmed, for sales reps."""
    url = add(alice, role=role_of(acme, "sales_rep"))
    assert alice.client.post(f"{url}/confirm", data={"code": code_of()}).status_code == 303
    assert post_office.accepted[-1][1] == [SALES]
    post_office.accepted.clear()
    return only_sender(acme)


def test_an_address_is_used_once_its_code_was_entered(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    code_of: Callable[[], str],
) -> None:
    url = add(alice, role=role_of(acme, "sales_rep"))
    form = f"{customer.url}/mail"
    assert SALES not in bob.client.get(form).text
    refused = post_mail(bob, customer, sender=str(only_sender(acme).id))
    assert refused.status_code == 422
    assert "Dear Frank" in refused.text
    alice.client.post(f"{url}/confirm", data={"code": code_of()})
    assert SALES in bob.client.get(form).text
    assert "Confirmed" in alice.client.get(SHARED).text


def test_a_mail_from_a_shared_address_has_its_name_signature_and_answers(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    sales: Sender,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    bob.client.post("/settings/me/mail", data={"signature": "Bob Baker"})
    post_mail(bob, customer, sender=str(sales.id), signed="1")
    clock.shift(TEN_SECONDS)
    send_out()
    (mail,) = post_office.messages
    # The service may not speak for acme.example, so it is its name at our address.
    assert str(mail["From"]) == "Acme Sales <no-reply@zuke.test>"
    assert mail["Reply-To"].addresses[0].addr_spec == SALES
    text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Acme, York" in text
    assert "Bob Baker" not in text
    assert only_message(acme).user_id == bob.user_id
    assert "Acme Sales" in bob.client.get(customer.url).text


def test_answers_go_where_it_says(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    sales: Sender,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    form = {
        "name": "Acme",
        "reply_to": "desk@acme.example",
        "role": role_of(acme, "sales_rep"),
    }
    assert alice.client.post(f"{SHARED}/{sales.id}", data=form).status_code == 303
    post_mail(bob, customer, sender=str(sales.id))
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.messages[-1]["Reply-To"].addresses[0].addr_spec == "desk@acme.example"


def test_only_roles_that_were_chosen_write_from_it(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, sales: Sender
) -> None:
    form = {"name": "Acme Sales", "role": role_of(acme, "manager")}
    alice.client.post(f"{SHARED}/{sales.id}", data=form)
    assert SALES not in bob.client.get(f"{customer.url}/mail").text
    assert post_mail(bob, customer, sender=str(sales.id)).status_code == 422
    assert post_mail(alice, customer, sender=str(sales.id)).status_code == 303  # The owner.


@pytest.mark.parametrize("end", ["role", "removed"])
def test_a_mail_that_waits_is_not_sent_from_an_address_that_its_writer_lost(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    sales: Sender,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    end: str,
) -> None:
    post_mail(bob, customer, sender=str(sales.id))
    if end == "role":
        alice.client.post(f"{SHARED}/{sales.id}", data={"name": "Acme Sales"})
    else:
        alice.client.post(f"{SHARED}/{sales.id}/delete")
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted == []
    message = only_message(acme)
    assert message.state == State.FAILED
    assert "may not write from its address any more" in str(message.error)


def test_a_code_is_wrong_five_times_at_most_and_good_for_an_hour(
    acme: Workspace,
    alice: Person,
    code_of: Callable[[], str],
    clock: Clock,
) -> None:
    url = add(alice)
    right = code_of()
    wrong = "000000" if right != "000000" else "111111"
    for _time in range(5):
        assert alice.client.post(f"{url}/confirm", data={"code": wrong}).status_code == 422
    assert alice.client.post(f"{url}/confirm", data={"code": right}).status_code == 429
    alice.client.post(f"{url}/code")
    second = code_of()
    clock.shift(timedelta(hours=1, seconds=1))
    assert alice.client.post(f"{url}/confirm", data={"code": second}).status_code == 422
    assert only_sender(acme).confirmed_at is None
    alice.client.post(f"{url}/code")
    assert alice.client.post(f"{url}/confirm", data={"code": f" {code_of()} "}).status_code == 303
    assert only_sender(acme).code is None


def test_codes_are_not_mailed_without_end(acme: Workspace, alice: Person, clock: Clock) -> None:
    url = add(alice)
    answers = [alice.client.post(f"{url}/code").status_code for _time in range(12)]
    assert answers == [303] * 9 + [429] * 3


def test_the_code_of_one_address_confirms_no_other(
    acme: Workspace, alice: Person, code_of: Callable[[], str]
) -> None:
    add(alice)
    code = code_of()
    other = add(alice, address="desk@acme.example")
    assert alice.client.post(f"{other}/confirm", data={"code": code}).status_code == 422


def test_a_further_address_is_its_persons_alone(
    acme: Workspace,
    globex: Workspace,
    alice: Person,
    bob: Person,
    dora: Person,
    charlie: Person,
    customer: Customer,
    code_of: Callable[[], str],
) -> None:
    url = add(bob, OWN, address="bob@home.example", name="Bob")
    bob.client.post(f"{url}/confirm", data={"code": code_of()})
    assert "bob@home.example" in bob.client.get(f"{customer.url}/mail").text
    assert "bob@home.example" not in alice.client.get(f"{customer.url}/mail").text
    sender = only_sender(acme)
    assert post_mail(alice, customer, sender=str(sender.id)).status_code == 422
    for other in (alice, charlie):
        assert other.client.get(f"{OWN}/{sender.id}").status_code == 404
        assert other.client.post(f"{SHARED}/{sender.id}/delete").status_code == 404
    assert dora.client.get(OWN).status_code == 403
    assert only_sender(acme).confirmed_at is not None


def test_shared_addresses_are_set_up_by_who_may(
    acme: Workspace, bob: Person, sales: Sender
) -> None:
    assert bob.client.get(SHARED).status_code == 403
    assert bob.client.get(f"{SHARED}/{sales.id}").status_code == 403
    form = {"address": "x@acme.example", "name": "x"}
    assert bob.client.post(f"{SHARED}/new", data=form).status_code == 403
    assert bob.client.post(f"{SHARED}/{sales.id}/delete").status_code == 403
    only_sender(acme)


def test_who_sets_mail_up_and_sends_none_confirms_a_shared_address(
    acme: Workspace, alice: Person, bob: Person, code_of: Callable[[], str]
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        held = (Grant.role_id == role.id, Grant.record_type == "message", Grant.verb == "send")
        session.execute(delete(Grant).where(*held))
        session.add(Grant(role_id=role.id, record_type="message", verb="setup", reach=3))
        role.stamp = new_id()
    url = add(bob, role=role_of(acme, "sales_rep"))
    assert bob.client.get(url).status_code == 200
    assert bob.client.post(f"{url}/code").status_code == 303
    assert bob.client.post(f"{url}/confirm", data={"code": code_of()}).status_code == 303
    assert only_sender(acme).confirmed_at is not None
    assert bob.client.get(OWN).status_code == 403
    own = url.replace(SHARED, OWN)
    assert bob.client.get(own).status_code == 403
    assert alice.client.get(own).status_code == 404
    assert bob.client.post(f"{url}/delete").status_code == 303


def test_an_answer_copies_neither_the_firms_own_addresses_nor_those_for_mail_in(
    acme: Workspace, bob: Person, customer: Customer, sales: Sender, inbox: Inbox
) -> None:
    secret = address_of(bob)
    mail = plain("We take it")().replace(
        b"To: ", f"Cc: Sales <{SALES}>, {secret}, ann@fence.example\nTo: ".encode(), 1
    )
    inbox.give(mail, secret)
    message = only_message(acme)
    page = bob.client.get(f"{customer.url}/mail?reply={message.id}").text
    copies = re.search(r'name="cc"[^>]*value="([^"]*)"', page)
    assert copies is not None, page
    assert "ann@fence.example" in copies[1]
    assert SALES not in copies[1]
    assert "in.zuke.test" not in copies[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", ""),
        ("address", "sales"),
        ("address", "a@b.example\r\nBcc: eve@evil.example"),
        ("name", " "),
        ("name", "x" * 101),
        ("reply_to", "desk"),
        ("signature", "x" * 2001),
        ("role", "01a20626-291d-7799-b78a-095a00e40cba"),
    ],
)
def test_what_is_not_right_stands_beside_its_field(
    acme: Workspace, alice: Person, field: str, value: str
) -> None:
    form = {"address": SALES, "name": "Acme Sales", "signature": "Kept", field: value}
    answer = alice.client.post(f"{SHARED}/new", data=form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert field == "signature" or "Kept" in answer.text
    with acme.scope() as session:
        assert session.scalars(select(Sender)).all() == []


def test_an_address_is_there_once(acme: Workspace, alice: Person) -> None:
    add(alice)
    form = {"address": SALES.upper(), "name": "Again"}
    assert alice.client.post(f"{SHARED}/new", data=form).status_code == 422
    only_sender(acme)


def test_a_name_that_holds_a_header_is_a_name(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    sales: Sender,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    with acme.scope() as session:
        session.execute(update(Sender).values(name="=?utf-8?q?=0D=0ABcc:_e@evil.example?= 销售"))
    post_mail(bob, customer, sender=str(sales.id))
    clock.shift(TEN_SECONDS)
    send_out()
    ((_from, recipients, raw),) = post_office.accepted
    assert recipients == [FRANK]
    assert b"\r\nBcc:" not in raw


def test_the_address_of_the_firm_is_none_of_a_customer(
    acme: Workspace, alice: Person, bob: Person, sales: Sender, customer: Customer, inbox: Inbox
) -> None:
    mail = plain("We offer", sender=f"Acme Sales <{SALES}>", to=FRANK)()
    inbox.give(mail, address_of(bob))
    assert only_line(acme).why is None
    assert only_message(acme).direction == "out"


def test_a_program_chooses_a_sender(
    acme: Workspace, bob: Person, customer: Customer, sales: Sender, program: Programs
) -> None:
    wish = {"to": [FRANK], "subject": "Offer", "body": "x", "sender_id": str(sales.id)}
    path = f"contacts/{customer.contact}/messages"
    told = program(bob).post(path, wish)
    assert told.json["from"] == {"name": "Acme Sales", "address": SALES}
    with acme.scope() as session:
        session.execute(delete(Sender))
    assert program(bob).post(path, wish).status_code == 422
    with acme.scope() as session:
        assert len(session.scalars(select(Message)).all()) == 1
