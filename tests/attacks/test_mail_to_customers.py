"""Mails to customers, attacked: what one bad mail does to the others, merges, rights that went."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.identity.models import User
from app.mail.addresses import sender
from app.mail.message import WIRE, _one_header, build
from app.mail.messages.attach import files_to_send
from app.mail.messages.models import Message, MessageLink, State
from app.records.files.find import path_of
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_contact, make_file
from tests.mail.conftest import PostOffice, post_office, send_out
from tests.mail.customers import FRANK, Customer, make_customer, only_message, post_mail

pytestmark = pytest.mark.usefixtures("no_files")

__all__ = ["post_office", "send_out"]
TEN_SECONDS = timedelta(seconds=11)


# An encoded word (RFC 2047) that, once decoded, ends its header and begins another one.
CODE = "=?utf-8?q?a=0D=0ABcc:_evil@x.example?="


@pytest.fixture
def customer(acme: Workspace, bob: Person) -> Customer:
    return make_customer(acme, bob)


def states(acme: Workspace) -> list[str]:
    with acme.scope() as session:
        return [str(one) for one in session.scalars(select(Message.state).order_by(Message.id))]


def subjects(office: PostOffice) -> list[str]:
    return [str(one["Subject"]) for one in office.messages]


def test_a_mail_whose_file_is_lost_holds_up_no_other(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer, subject="With file", file=(io.BytesIO(b"Offer"), "offer.txt"))
    with acme.acting(bob) as by:
        message = by.session.scalars(select(Message)).one()
        path_of(files_to_send(message, by)[0], by).unlink()
    post_mail(bob, customer, subject="Second")
    clock.shift(TEN_SECONDS)
    send_out()
    assert subjects(post_office) == ["Second"]
    assert states(acme) == [State.FAILED, State.SENT]


@pytest.mark.parametrize("field", ["to", "bcc"])
def test_an_address_beyond_latin_letters_holds_up_no_other(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    field: str,
) -> None:
    post_mail(bob, customer, subject="First", **{field: "müller@fence.example"})
    post_mail(bob, customer, subject="Second")
    clock.shift(TEN_SECONDS)
    send_out()
    assert "Second" in subjects(post_office)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("email", "böb@acme.example"),
        ("name", "Bob\r\nBcc: all@world.example"),
        ("name", CODE),
        ("name", 'Bob <boss@fence.example>, "x'),
        ("name", "\u202eBob \u4e8c" * 20),
    ],
)
def test_a_writer_of_any_name_holds_up_no_other_and_forges_nobody(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    column: str,
    value: str,
) -> None:
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values({column: value}))
    post_mail(bob, customer, subject="First")
    clock.shift(TEN_SECONDS)
    send_out()
    assert subjects(post_office) == ["First"]
    mail = post_office.messages[0]
    assert [one.addr_spec for one in mail["From"].addresses] == ["no-reply@zuke.test"]
    assert [one.addr_spec for one in mail["To"].addresses] == [FRANK]
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "name", [f"{CODE}.txt", "x" * 240 + ".txt", "报价\u202etxt.pdf", "../../etc.txt"]
)
def test_a_file_of_any_name_goes_along_as_one(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    name: str,
) -> None:
    answer = post_mail(bob, customer, file=(io.BytesIO(b"Offer"), name))
    assert answer.status_code == 303, answer.text[-3000:]
    clock.shift(TEN_SECONDS)
    send_out()
    ((_sender, recipients, raw),) = post_office.accepted
    assert recipients == [FRANK]
    assert b"\nBcc" not in raw
    assert len(list(post_office.messages[0].iter_attachments())) == 1


def test_mails_follow_their_records_when_both_of_a_mail_are_merged(
    acme: Workspace, bob: Person, alice: Person, customer: Customer
) -> None:
    with acme.acting(bob) as by:
        double = make_contact(by, "Fence", "Franky", email=FRANK).id
    post_mail(bob, customer, subject="To both")
    with acme.scope() as session:
        assert {customer.contact, double} <= set(session.scalars(select(MessageLink.record_id)))
    with acme.acting(alice) as by:
        merge = merge_records("contact", customer.contact, [double], by=by).id
    assert "To both" in bob.client.get(customer.url).text
    with acme.acting(alice) as by:
        undo_merge(merge, by=by)
    assert "To both" in bob.client.get(customer.url).text
    assert "To both" in bob.client.get(f"/contacts/{double}").text


def test_files_of_a_record_out_of_reach_do_not_go_along(
    acme: Workspace, alice: Person, bob: Person, customer: Customer
) -> None:
    with acme.acting(alice) as by:
        other = make_contact(by, "Secret", owner_id=str(alice.user_id)).id
        file = make_file(by, "contact", other, "secret.txt", b"Secret").id
    assert post_mail(bob, customer, chosen=str(file)).status_code == 404
    assert states(acme) == []


def test_who_may_not_see_addresses_gets_none_by_answering(
    acme: Workspace, alice: Person, bob: Person, customer: Customer
) -> None:
    post_mail(bob, customer, cc="ann@elsewhere.example")
    message = only_message(acme)
    hide(acme, bob, "contact", "email")
    hide(acme, bob, "account", "email")
    for url in (
        customer.url,
        customer.account_url,
        f"/messages/{message.id}",
        f"{customer.url}/mail?reply={message.id}",
        f"{customer.url}/mail",
        f"/messages/addresses?on=contacts/{customer.contact}&q=fra",
        f"/messages/{message.id}/card?on=contacts/{customer.contact}",
        "/search?q=elsewhere",
    ):
        text = bob.client.get(url).text
        assert "ann@elsewhere.example" not in text, url
        assert FRANK not in text, url


def test_a_mail_for_later_of_one_who_left_does_not_go(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    later = (clock.now + timedelta(hours=3)).isoformat()
    post_mail(bob, customer, send_at=later)
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values(is_active=False))
    clock.shift(timedelta(hours=4))
    send_out()
    assert subjects(post_office) == []
    assert states(acme) != [State.SENT]


def test_odd_forms_of_a_mail_are_refused_in_words(bob: Person, customer: Customer) -> None:
    for change in (
        {"subject": "a\r\nBcc: x@y.example"},
        {"subject": "a\u2028b"},
        {"to": "a@b.example\r\nBcc: x@y.example"},
        {"to": '"a\x00b" <a@b.example>\x00'},
        {"to": "a" * 20_000},
        {"to": ",".join(f"a{number}@b.example" for number in range(60))},
        {"to": '"' * 9_000},
        {"to": "<" * 9_000},
        {"send_at": "9999-12-31T23:59"},
        {"send_at": "0001-01-01T00:00"},
        {"send_at": "2026-13-99"},
        {"body": ""},
        {"body": "x" * 200_001},
        {"draft": "nonsense", "reply": "\x00", "to": ""},
    ):
        assert post_mail(bob, customer, **change).status_code == 422, change
    answer = post_mail(bob, customer, draft=str(UUID(int=7)))
    assert answer.status_code == 404


def test_one_draft_sent_twice_goes_once(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer)
    message = only_message(acme).id
    bob.client.post(f"/messages/{message}/back")
    assert post_mail(bob, customer, draft=str(message)).status_code == 303
    assert post_mail(bob, customer, draft=str(message)).status_code in (404, 409)
    clock.shift(TEN_SECONDS)
    send_out()
    assert len(post_office.accepted) == 1
    for verb in ("back", "now", "again", "discard"):
        assert bob.client.post(f"/messages/{message}/{verb}").status_code == 409, verb


@pytest.mark.parametrize("field", ["subject", "to", "cc"])
def test_an_encoded_word_adds_no_header(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    field: str,
) -> None:
    typed = CODE if field == "subject" else f"{CODE} <{FRANK}>"
    post_mail(bob, customer, **{"to": FRANK, field: typed})
    clock.shift(TEN_SECONDS)
    send_out()
    ((_sender, recipients, raw),) = post_office.accepted
    assert recipients == [FRANK]
    assert b"\nBcc" not in raw
    (mail,) = post_office.messages
    assert [one.addr_spec for one in mail["To"].addresses] == [FRANK]
    if field == "subject":
        assert mail["Subject"] == CODE.replace("=?", "= ?")


def test_the_name_of_a_workspace_and_of_a_record_add_no_header_to_our_mails() -> None:
    payload = {"to": FRANK, "subject": CODE, "message_id": "<a@b>", "language": "en"}
    mail = build(
        {**payload, "text": "x", "html": "x"},
        sender("no-reply@zuke.test", CODE),
        datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert b"\nBcc" not in mail.as_bytes()


def test_a_header_that_would_hold_another_is_not_written() -> None:
    """Some releases of Python write such a header in code, others as it stands: none goes out."""
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = CODE
    for write in (mail.as_bytes, lambda: mail.as_string().encode()):
        made = b""
        with suppress(ValueError):
            made = write()
        assert b"\nBcc" not in made
    with pytest.raises(ValueError, match="another"):
        _one_header("Subject", "Subject: a\r\nBcc: evil@x.example\r\n")
    folded = "Subject: a\r\n long one\r\n"
    assert _one_header("Subject", folded) == folded
