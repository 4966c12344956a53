"""A mail to a customer waits ten seconds, goes once, and stands on the customer's timeline."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.documents.texts.operations import Wish as TemplateWish
from app.documents.texts.operations import save_template
from app.mail.messages.models import Message, MessageLink, State
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_contact, make_file
from tests.mail.conftest import PostOffice
from tests.mail.customers import FRANK, Customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)


def body_of(office: PostOffice, kind: str = "plain") -> str:
    part = office.messages[-1].get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_goes_after_ten_seconds_from_its_writer_by_the_service(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    answer = post_mail(bob, customer, cc="Ann <ann@fence.example>", bcc="boss@acme.example")
    assert answer.status_code == 303
    send_out()
    assert post_office.accepted == []
    clock.shift(TEN_SECONDS)
    send_out()
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
    acme: Workspace, bob: Person, customer: Customer, send_out: Callable[[], int], clock: Clock
) -> None:
    with acme.acting(bob) as by:
        ann = make_contact(by, "Ash", "Ann", email="Ann@Other.example")
    post_mail(bob, customer, cc="ann@other.example")
    clock.shift(TEN_SECONDS)
    send_out()
    assert only_message(acme).state == State.SENT
    for url in (customer.url, customer.account_url, f"/contacts/{ann.id}"):
        page = bob.client.get(url).text
        assert "Our offer" in page, url
        assert "Dear Frank" in page, url
    assert "Our offer" in bob.client.get(f"{customer.url}?show=mail").text
    assert "Our offer" not in bob.client.get(f"{customer.url}?show=call").text


def test_a_firm_itself_is_written_to_and_its_mail_stands_on_it_alone(
    acme: Workspace,
    bob: Person,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by, email="office@fence.example")
    url = f"/accounts/{firm.id}"
    assert "office@fence.example" in bob.client.get(f"{url}/mail").text
    form = {"to": "office@fence.example", "subject": "Our offer", "body": "Dear all"}
    assert bob.client.post(f"{url}/mail", data=form).status_code == 303
    clock.shift(TEN_SECONDS)
    send_out()
    assert len(post_office.accepted) == 1
    assert "Our offer" in bob.client.get(url).text
    with acme.acting(bob) as by:
        links = by.session.scalars(select(MessageLink)).all()
        assert [(one.record_type, one.record_id) for one in links] == [("account", firm.id)]


def test_what_is_typed_is_marked_and_never_becomes_a_tag(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    body = "**Good** day\n\n- one\n- <b>two</b>\n\n[ours](https://a.example/?a=1&b=2) <script>x"
    post_mail(bob, customer, body=body)
    clock.shift(TEN_SECONDS)
    send_out()
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
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer, bcc="boss@acme.example", file=(io.BytesIO(b"Offer"), "offer.txt"))
    message = only_message(acme)
    assert bob.client.post(f"/messages/{message.id}/back").status_code == 303
    clock.shift(TEN_SECONDS)
    send_out()
    assert post_office.accepted == []
    form = bob.client.get(f"{customer.url}/mail?draft={message.id}").text
    for kept in (FRANK, "boss@acme.example", "Our offer", "Dear Frank", "offer.txt"):
        assert kept in form
    held = re.findall(r'name="kept" value="([^"]+)"', form)
    post_mail(bob, customer, draft=str(message.id), kept=held, subject="Our better offer")
    clock.shift(TEN_SECONDS)
    send_out()
    (mail,) = post_office.messages
    assert mail["Subject"] == "Our better offer"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["offer.txt"]
    assert only_message(acme).id == message.id


def test_what_has_gone_is_not_taken_back(
    acme: Workspace, bob: Person, customer: Customer, send_out: Callable[[], int], clock: Clock
) -> None:
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    message = only_message(acme)
    assert bob.client.post(f"/messages/{message.id}/back").status_code == 409
    assert only_message(acme).state == State.SENT


def test_one_that_is_sent_later_waits_in_the_writers_zone(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    later = (clock.now + timedelta(days=2)).astimezone().replace(microsecond=0)
    post_mail(bob, customer, send_at=later.strftime("%Y-%m-%dT%H:%M+00:00"))
    page = bob.client.get(customer.url).text
    assert "To be sent later" in page
    clock.shift(timedelta(days=1))
    send_out()
    assert post_office.accepted == []
    clock.shift(timedelta(days=1, minutes=1))
    send_out()
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
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer, to=f'"王小明, Bcc: x" <{FRANK}>；ann@fence.example', subject="报价 £5")
    clock.shift(TEN_SECONDS)
    send_out()
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
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    first = only_message(acme)
    form = bob.client.get(f"{customer.url}/mail?reply={first.id}").text
    assert "Re: Our offer" in form
    assert FRANK in form
    clock.shift(timedelta(days=1))
    post_mail(bob, customer, reply=str(first.id), quotes="1", subject="Re: Our offer", body="And?")
    clock.shift(TEN_SECONDS)
    send_out()
    mail = post_office.messages[-1]
    assert mail["In-Reply-To"] == first.message_id
    assert mail["References"] == first.message_id
    assert "> Dear Frank" in body_of(post_office)
    page = bob.client.get(customer.url).text
    assert page.count('class="tl-item is-mail') == 1
    assert "1 earlier e-mail" in page
    url = re.search(r'data-hx-get="(/messages/[^"]+/earlier[^"]*)"', page)
    assert url is not None
    earlier = bob.client.get(url[1].replace("&amp;", "&")).text
    assert "Our offer" in earlier
    when = re.search(r"<time[^>]*>([^<]+)</time>", earlier)
    assert when is not None
    assert f"{first.at:%b}" in when[1], "below no heading of a day it says its own"


def test_the_signature_stands_below(
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    bob.client.post("/settings/me/mail", data={"signature": "Bob Baker\n**Acme**"})
    post_mail(bob, customer, signed="1")
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    texts = [m.get_body(("plain",)).get_content() for m in post_office.messages]  # type: ignore[union-attr]
    assert sorted("**Acme**" in text for text in texts) == [False, True]


def test_files_of_the_record_go_along_as_copies(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    with acme.acting(bob) as by:
        file = make_file(by, "contact", customer.contact, "价格.txt", b"Prices")
        other = make_file(by, "account", customer.account, "secret.txt", b"Secret")
    assert post_mail(bob, customer, chosen=str(other.id)).status_code == 404
    post_mail(bob, customer, chosen=str(file.id))
    clock.shift(TEN_SECONDS)
    send_out()
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
