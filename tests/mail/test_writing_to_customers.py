"""A mail to a customer waits ten seconds, goes once, and stands on the customer's timeline."""

from __future__ import annotations

import io
import re
import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.documents.texts.operations import Wish as TemplateWish
from app.documents.texts.operations import save_template
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.mail.jobs import BREAKER
from app.mail.messages.jobs import JOBS, look_after_messages
from app.mail.messages.models import Message, State
from app.mail.messages.outbox import LEASE
from app.records.files.models import File
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_contact, make_file
from tests.mail.conftest import PostOffice
from tests.mail.customers import FRANK, Customer, make_customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)


@pytest.fixture
def customer(acme: Workspace, bob: Person) -> Customer:
    return make_customer(acme, bob)


@pytest.fixture
def deliver(app: Flask, settings: Settings, post_office: PostOffice) -> Iterator[Callable[[], int]]:
    """Run the jobs that are due, with settings that lead to the post office."""
    changed = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{post_office.port}"})
    yield Worker(app, changed).drain
    app.extensions.pop(BREAKER, None)


def body_of(office: PostOffice, kind: str = "plain") -> str:
    part = office.messages[-1].get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_goes_after_ten_seconds_from_its_writer_by_the_service(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    answer = post_mail(bob, customer, cc="Ann <ann@fence.example>", bcc="boss@acme.example")
    assert answer.status_code == 303
    deliver()
    assert post_office.accepted == []
    clock.shift(TEN_SECONDS)
    deliver()
    ((sender, recipients, raw),) = post_office.accepted
    (mail,) = post_office.messages
    assert re.fullmatch(r"acme\+[a-z2-7]{23}@in\.zuke\.test", sender)
    assert recipients == [FRANK, "ann@fence.example", "boss@acme.example"]
    assert str(mail["From"]) == "Bob Baker <no-reply@zuke.test>"
    assert mail["Reply-To"].addresses[0].addr_spec == "bob@acme.example"
    assert (mail["To"], mail["Cc"], mail["Subject"]) == (
        FRANK,
        "Ann <ann@fence.example>",
        "Our offer",
    )
    assert "boss@acme.example" not in raw.decode()
    assert "Auto-Submitted" not in mail
    assert body_of(post_office).strip() == "Dear Frank"


def test_it_stands_on_the_timelines_of_the_contact_and_the_account(
    acme: Workspace, bob: Person, customer: Customer, deliver: Callable[[], int], clock: Clock
) -> None:
    with acme.acting(bob) as by:
        ann = make_contact(by, "Ash", "Ann", email="Ann@Other.example")
    post_mail(bob, customer, cc="ann@other.example")
    clock.shift(TEN_SECONDS)
    deliver()
    assert only_message(acme).state == State.SENT
    for url in (customer.url, customer.account_url, f"/contacts/{ann.id}"):
        page = bob.client.get(url).text
        assert "Our offer" in page, url
        assert "Dear Frank" in page, url
    assert "Our offer" in bob.client.get(f"{customer.url}?show=mail").text
    assert "Our offer" not in bob.client.get(f"{customer.url}?show=call").text


def test_what_is_typed_is_marked_and_never_becomes_a_tag(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    body = "**Good** day\n\n- one\n- <b>two</b>\n\n[ours](https://a.example/?a=1&b=2) <script>x"
    post_mail(bob, customer, body=body)
    clock.shift(TEN_SECONDS)
    deliver()
    html = body_of(post_office, "html")
    assert "<strong>Good</strong>" in html
    assert "<li>&lt;b&gt;two&lt;/b&gt;</li>" in html
    assert '<a href="https://a.example/?a=1&amp;b=2">ours</a>' in html
    assert "<script" not in html
    assert body_of(post_office).replace("\r\n", "\n").strip() == body


def test_it_is_taken_back_before_it_goes_and_nothing_is_lost(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer, bcc="boss@acme.example", file=(io.BytesIO(b"Offer"), "offer.txt"))
    message = only_message(acme)
    assert bob.client.post(f"/messages/{message.id}/back").status_code == 303
    clock.shift(TEN_SECONDS)
    deliver()
    assert post_office.accepted == []
    form = bob.client.get(f"{customer.url}/mail?draft={message.id}").text
    for kept in (FRANK, "boss@acme.example", "Our offer", "Dear Frank", "offer.txt"):
        assert kept in form
    held = re.findall(r'name="kept" value="([^"]+)"', form)
    post_mail(bob, customer, draft=str(message.id), kept=held, subject="Our better offer")
    clock.shift(TEN_SECONDS)
    deliver()
    (mail,) = post_office.messages
    assert mail["Subject"] == "Our better offer"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["offer.txt"]
    assert only_message(acme).id == message.id


def test_what_has_gone_is_not_taken_back(
    acme: Workspace, bob: Person, customer: Customer, deliver: Callable[[], int], clock: Clock
) -> None:
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    message = only_message(acme)
    assert bob.client.post(f"/messages/{message.id}/back").status_code == 409
    assert only_message(acme).state == State.SENT


def test_one_that_is_sent_later_waits_in_the_writers_zone(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    later = (clock.now + timedelta(days=2)).astimezone().replace(microsecond=0)
    post_mail(bob, customer, send_at=later.strftime("%Y-%m-%dT%H:%M+00:00"))
    page = bob.client.get(customer.url).text
    assert "To be sent later" in page
    clock.shift(timedelta(days=1))
    deliver()
    assert post_office.accepted == []
    clock.shift(timedelta(days=1, minutes=1))
    deliver()
    assert len(post_office.accepted) == 1
    assert "To be sent later" not in bob.client.get(customer.url).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", ""),
        ("to", "frank"),
        ("to", "frank@fence.example\r\nBcc: eve@evil.example"),
        ("cc", "a@b"),
        ("bcc", ", ".join(f"a{n}@b.example" for n in range(60))),
        ("subject", " "),
        ("subject", "a\r\nBcc: eve@evil.example"),
        ("subject", "x" * 301),
        ("body", "  "),
        ("body", "x" * 200_001),
        ("send_at", "2001-01-01T09:00"),
        ("send_at", "soon"),
        ("send_at", "2900-01-01T09:00"),
    ],
)
def test_what_can_not_be_sent_is_said_beside_its_field_and_nothing_is_lost(
    acme: Workspace, bob: Person, customer: Customer, field: str, value: str
) -> None:
    given = {"subject": "Kept subject", "body": "Kept body"} | {field: value}
    answer = post_mail(bob, customer, **given)
    shown = "to" if value.startswith("a0@") else field
    if "\r\n" in value and field == "to":
        assert answer.status_code == 422
    assert answer.status_code == 422
    assert re.search(rf'id="mail-[^"]+-{shown}-error"', answer.text), answer.text
    for key, text in given.items():
        if key != field:
            assert text in answer.text
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []


def test_headers_hold_what_was_meant_and_nothing_else(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer, to=f'"王小明, Bcc: x" <{FRANK}>；ann@fence.example', subject="报价 £5")
    clock.shift(TEN_SECONDS)
    deliver()
    ((_sender, recipients, raw),) = post_office.accepted
    (mail,) = post_office.messages
    assert recipients == [FRANK, "ann@fence.example"]
    assert mail["Subject"] == "报价 £5"
    assert mail["To"].addresses[0].display_name == "王小明, Bcc: x"
    assert sorted(mail.keys()) == [
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
    ]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_an_answer_joins_its_thread_which_is_folded(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    first = only_message(acme)
    form = bob.client.get(f"{customer.url}/mail?reply={first.id}").text
    assert "Re: Our offer" in form
    assert FRANK in form
    post_mail(bob, customer, reply=str(first.id), quotes="1", subject="Re: Our offer", body="And?")
    clock.shift(TEN_SECONDS)
    deliver()
    mail = post_office.messages[-1]
    assert mail["In-Reply-To"] == first.message_id
    assert mail["References"] == first.message_id
    assert "> Dear Frank" in body_of(post_office)
    page = bob.client.get(customer.url).text
    assert page.count('class="tl-item is-mail') == 1
    assert "1 earlier e-mail" in page
    url = re.search(r'data-hx-get="(/messages/[^"]+/earlier[^"]*)"', page)
    assert url is not None
    assert "Our offer" in bob.client.get(url[1].replace("&amp;", "&")).text


def test_the_signature_stands_below(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    bob.client.post("/settings/me/mail", data={"signature": "Bob Baker\n**Acme**"})
    post_mail(bob, customer, signed="1")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    texts = [m.get_body(("plain",)).get_content() for m in post_office.messages]  # type: ignore[union-attr]
    assert sorted("**Acme**" in text for text in texts) == [False, True]


def test_files_of_the_record_go_along_as_copies(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    with acme.acting(bob) as by:
        file = make_file(by, "contact", customer.contact, "价格.txt", b"Prices")
        other = make_file(by, "account", customer.account, "secret.txt", b"Secret")
    assert post_mail(bob, customer, chosen=str(other.id)).status_code == 404
    post_mail(bob, customer, chosen=str(file.id))
    clock.shift(TEN_SECONDS)
    deliver()
    (mail,) = post_office.messages
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "价格.txt"
    content = attached.get_content()
    assert (content if isinstance(content, bytes) else content.encode()).strip() == b"Prices"
    page = bob.client.get(customer.url).text
    url = re.search(r'href="(/messages/[^"]+/files/[^"]+)"', page)
    assert url is not None
    with bob.client.get(url[1]) as answer:
        assert answer.data == b"Prices"
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_files_that_are_too_much_together_are_refused(
    acme: Workspace, bob: Person, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.mail.messages.attach.MOST_BYTES", 1000)
    files = [(io.BytesIO(b"x" * 600), f"{n}.txt") for n in range(2)]
    answer = post_mail(bob, customer, file=files)
    assert answer.status_code == 422
    assert "-file-error" in answer.text
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_refusal_fails_in_words_and_is_tried_again_under_its_message_id(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["550 No such user here"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    message = only_message(acme)
    assert message.state == State.FAILED
    page = bob.client.get(customer.url).text
    assert "Not sent" in page
    assert "No such user here" in page
    bob.client.post(f"/messages/{message.id}/again")
    deliver()
    (mail,) = post_office.messages
    assert mail["Message-ID"] == message.message_id
    assert only_message(acme).state == State.SENT


def test_a_server_that_is_busy_is_asked_again_by_itself(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["451 Greylisted"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    assert only_message(acme).state == State.WAITING
    clock.shift(timedelta(minutes=2))
    deliver()
    assert only_message(acme).state == State.SENT
    assert len(post_office.accepted) == 1


def test_some_recipients_may_be_refused_and_the_card_says_who(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["550 No such user here"]
    post_mail(bob, customer, cc="ann@fence.example")
    clock.shift(TEN_SECONDS)
    deliver()
    assert post_office.accepted[0][1] == ["ann@fence.example"]
    page = bob.client.get(customer.url).text
    assert f"Not delivered to: {FRANK}" in page


def test_a_line_lost_after_the_mail_was_given_leaves_it_unknown_and_never_sent_twice(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_office.after_data = ["drop"]
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    clock.shift(timedelta(hours=3))
    deliver()
    assert len(post_office.accepted) == 1
    assert only_message(acme).state == State.UNKNOWN
    assert "Unknown whether sent" in bob.client.get(customer.url).text
    bob.client.post(f"/messages/{only_message(acme).id}/again")
    deliver()
    assert len({mail["Message-ID"] for mail in post_office.messages}) == 1
    assert only_message(acme).state == State.SENT


def test_a_worker_killed_while_sending_leaves_it_unknown(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """As the end of a process: nothing after it is done."""

    def killed(*_arguments: object) -> None:
        raise Killed

    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.messages.sender.hand_over", killed)
        with pytest.raises(Killed):
            deliver()
    assert only_message(acme).state == State.SENDING
    clock.shift(LEASE + timedelta(minutes=1))
    deliver()
    assert only_message(acme).state == State.UNKNOWN
    assert post_office.accepted == []


def test_a_mail_whose_job_died_is_looked_after(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert look_after_messages in JOBS
    assert look_after_messages.every == timedelta(minutes=10)
    with monkeypatch.context() as patch:
        patch.setattr("app.mail.messages.write.wake", lambda *_arguments: None)
        post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    assert post_office.accepted == []
    with acme.acting(bob) as by:
        look_after_messages.run(by, {})
    deliver()
    assert len(post_office.accepted) == 1
    with acme.scope() as session:
        session.execute(update(Message).values(state=State.SENDING.value))
    clock.shift(LEASE + timedelta(minutes=1))
    with acme.acting(bob) as by:
        look_after_messages.run(by, {})
    assert only_message(acme).state == State.UNKNOWN


def test_a_mail_that_can_not_be_made_holds_up_no_other(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def files(message: Message, by: Actor) -> list[File]:
        if message.subject == "Odd":
            by.session.connection().exec_driver_sql("SELECT 1 / 0")
        return []

    monkeypatch.setattr("app.mail.messages.sender.files_to_send", files)
    post_mail(bob, customer, subject="Odd")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    assert [mail["Subject"] for mail in post_office.messages] == ["Our offer"]
    with acme.scope() as session:
        rows = session.execute(select(Message.subject, Message.state, Message.error)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("Odd", State.FAILED.value, "Something went wrong on our side."),
        ("Our offer", State.SENT.value, None),
    ]


def test_slow_mails_are_sent_in_several_runs(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_arguments: object) -> dict[str, str]:
        clock.shift(timedelta(seconds=100))
        return {}

    monkeypatch.setattr("app.mail.messages.sender.hand_over", slow)
    for number in range(4):
        post_mail(bob, customer, subject=f"Offer {number}")
    clock.shift(TEN_SECONDS)
    assert deliver() == 2


def test_a_server_may_think_about_a_mail_for_minutes(
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float | None] = []
    data = smtplib.SMTP.data

    def heard(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        waits.append(smtp.sock.gettimeout() if smtp.sock else None)
        return data(smtp, content)

    monkeypatch.setattr(smtplib.SMTP, "data", heard)
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    deliver()
    assert waits == [300.0]
    assert len(post_office.accepted) == 1


def test_hidden_copies_are_told_to_their_writer_alone(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    deliver: Callable[[], int],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = "hidden@other.example"
    with acme.acting(bob) as by:
        contact = make_contact(by, "Ash", "Ann", email=hidden)
    refused = {hidden: "No such user", FRANK: "No such user"}
    monkeypatch.setattr("app.mail.messages.sender.hand_over", lambda *_arguments: refused)
    post_mail(bob, customer, bcc=hidden)
    clock.shift(TEN_SECONDS)
    deliver()
    assert f"Not delivered to: {FRANK}, {hidden}" in bob.client.get(customer.url).text
    theirs = alice.client.get(customer.url).text
    assert f"Not delivered to: {FRANK}" in theirs
    assert hidden not in theirs
    assert "Our offer" not in alice.client.get(f"/contacts/{contact.id}").text


def test_an_answer_to_a_private_mail_is_private_unless_its_writer_says_otherwise(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    ticked = re.compile(r'name="private" value="1" checked')
    post_mail(bob, customer, private="1")
    url = f"{customer.url}/mail?reply={only_message(acme).id}"
    assert ticked.search(bob.client.get(url).text)
    with acme.scope() as session:
        session.execute(update(Message).values(is_private=False))
    assert not ticked.search(bob.client.get(url).text)


def test_a_draft_leaves_the_records_that_it_is_no_more_about(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    with acme.acting(bob) as by:
        ann = make_contact(by, "Ash", "Ann", email="ann@other.example")
    post_mail(bob, customer, cc="ann@other.example")
    message = only_message(acme)
    assert "Our offer" in bob.client.get(f"/contacts/{ann.id}").text
    bob.client.post(f"/messages/{message.id}/back")
    post_mail(bob, customer, draft=str(message.id))
    assert "Our offer" not in bob.client.get(f"/contacts/{ann.id}").text
    assert "Our offer" in bob.client.get(customer.url).text


def test_who_may_not_send_is_offered_nothing_and_refused(
    acme: Workspace, alice: Person, dora: Person, bob: Person, customer: Customer
) -> None:
    assert f'href="{customer.url}/mail"' in bob.client.get(customer.url).text
    assert f'href="{customer.url}/mail"' not in dora.client.get(customer.url).text
    assert dora.client.get(f"{customer.url}/mail").status_code == 403
    assert post_mail(dora, customer).status_code == 403


def test_colleagues_read_it_unless_it_is_private_and_only_its_writer_changes_it(
    acme: Workspace, alice: Person, bob: Person, dora: Person, customer: Customer
) -> None:
    post_mail(bob, customer, bcc="boss@acme.example")
    message = only_message(acme)
    page = dora.client.get(f"/messages/{message.id}")
    assert page.status_code == 200
    assert "boss@acme.example" not in page.text
    assert "boss@acme.example" in bob.client.get(f"/messages/{message.id}").text
    assert alice.client.post(f"/messages/{message.id}/back").status_code == 403
    with acme.scope() as session:
        session.get_one(Message, message.id).is_private = True
    for person in (dora, alice):
        assert person.client.get(f"/messages/{message.id}").status_code == 404
        assert "Our offer" not in person.client.get(customer.url).text
        assert "Our offer" not in person.client.get("/search?q=offer").text
    assert "Our offer" in bob.client.get(customer.url).text


def test_a_stranger_finds_nothing(
    acme: Workspace, bob: Person, charlie: Person, customer: Customer
) -> None:
    post_mail(bob, customer)
    message = only_message(acme)
    for path in ("", "/body", "/card?on=contacts/x", "/earlier"):
        assert charlie.client.get(f"/messages/{message.id}{path}").status_code == 404
    for verb in ("back", "now", "again", "discard"):
        assert charlie.client.post(f"/messages/{message.id}/{verb}").status_code == 404


def test_who_can_not_read_the_record_reads_none_of_its_mails(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    customer = make_customer(acme, alice)
    post_mail(alice, customer)
    message = only_message(acme)
    assert bob.client.get(customer.url).status_code == 404
    assert bob.client.get(f"/messages/{message.id}").status_code == 404
    assert "Our offer" not in bob.client.get("/search?q=offer").text


def test_a_template_of_the_firm_is_filled_in_for_the_record(
    acme: Workspace, alice: Person, bob: Person, customer: Customer
) -> None:
    with acme.acting(alice) as by:
        wish = TemplateWish(
            name="Thanks",
            record_type="contact",
            purpose="mail",
            subject={"en": "Dear {{ contact.first_name }}"},
            body={"en": "Thank you, {{ contact.first_name }}. {{ contact.title }}"},
        )
        template_id = save_template(by, None, wish).id
    form = bob.client.get(f"{customer.url}/mail").text
    assert f'<option value="{template_id}">Thanks</option>' in form
    filled = bob.client.get(f"{customer.url}/mail/templates/{template_id}").json
    assert filled["subject"] == "Dear Frank"
    assert filled["body"].startswith("Thank you, Frank.")
    other = bob.client.get(f"{customer.account_url}/mail/templates/{template_id}")
    assert other.status_code == 404


def test_a_search_finds_subjects_and_addresses(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    post_mail(bob, customer, cc="ann@other.example", subject="Zäune für Frank")
    for words in ("zaune", "other.example"):
        assert "Zäune für Frank" in bob.client.get(f"/search?q={words}").text


def test_addresses_are_offered_by_name_and_by_record(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    with acme.acting(bob) as by:
        make_contact(by, "Ash", "Ann", email="ann@other.example")
        make_account(by, "Post Ltd", email="office@post.example")
    own = bob.client.get(f"/messages/addresses?on=accounts/{customer.account}").text
    assert FRANK in own
    assert "ann@other.example" not in own
    found = bob.client.get(f"/messages/addresses?on=accounts/{customer.account}&q=ash").text
    assert "Ann Ash &lt;ann@other.example&gt;" in found
