"""Mails that were made to keep their reader busy end soon, in words, and cost no other mail."""

from __future__ import annotations

import time
from collections.abc import Callable

import nh3
import pytest
from sqlalchemy import select

from app.mail.inbound.bounds import Broken
from app.mail.inbound.cleaning import cleaned
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.parse import parse
from app.mail.messages.body import without_pictures
from app.mail.messages.cleaner import ATTRIBUTES, SCHEMES, STYLES, TAGS
from app.mail.messages.models import Message
from tests.cast import Person, Workspace
from tests.mail.corpus import FRANK, XSS, plain
from tests.mail.customers import Customer, only_message
from tests.mail.inboxes import Inbox, address_of, only_line

HEAD = f"From: {FRANK}\r\nTo: bob@acme.example\r\nSubject: x\r\nMessage-ID: <a@b>\r\n".encode()
MIXED = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n'
SOON = 5.0  # Seconds, on a machine that does other things too; unbounded they take minutes.
LIMIT = 25.0  # The same where a program of its own is stopped after ten.


def nested(depth: int, lines: int) -> bytes:
    """Parts within parts, and lines in the innermost one."""
    begins = b"".join(b"--b%d\r\n" % (n - 1) + MIXED % n for n in range(1, depth))
    return HEAD + MIXED % 0 + begins + b"--b%d\r\n\r\n" % (depth - 1) + b"\n" * lines


@pytest.mark.parametrize(
    "made",
    [
        lambda: HEAD + b"\r\n" + b"\n" * 20_000_000,
        lambda: nested(30, 2_000_000),
        lambda: nested(300, 300_000),
        lambda: HEAD + MIXED % 0 + b"--b0\r\n\r\n" * 1_000_000,
        lambda: HEAD + MIXED % 0 + b"--b0\r\n\r\nx\r\n" * 10_000,
        lambda: HEAD + b"X: y\r\n" * 1_000_000 + b"\r\nx",
        lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"x",
    ],
    ids=["lines", "depth and lines", "depth", "a million parts", "parts", "headers", "mails"],
)
def test_a_mail_of_endless_pieces_is_told_as_broken_at_once(made: Callable[[], bytes]) -> None:
    content = made()
    begun = time.monotonic()
    with pytest.raises(Broken):
        parse(content)
    assert time.monotonic() - begun < SOON


def test_large_mails_as_people_send_them_are_read() -> None:
    rows = (b"QUJD" * 19 + b"\r\n") * 300_000
    part = b"--b0\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    parsed = parse(HEAD + MIXED % 0 + part + rows + b"--b0--\r\n")
    assert len(parsed.files[0].content) == 57 * 300_000


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<p>" + "".join(f"<font color={n}>" for n in range(1500)) + "</p><p>x" * 3000,
        "<p " + "".join(f"a{n}=1 " for n in range(300_000)) + ">",
    ],
    ids=["depth", "left open", "attributes"],
)
def test_html_that_grows_or_never_ends_is_given_up_and_its_words_are_kept(html: str) -> None:
    begun = time.monotonic()
    clean, text = cleaned(f"Dear Bob {html} Yours")
    assert time.monotonic() - begun < LIMIT
    assert clean is None or len(clean) < 4_000_000
    assert "Dear Bob" in text


def test_a_look_at_boxes_within_boxes_costs_no_cleaning() -> None:
    depth = 20_000
    clean = "<div>" * depth + '<img src="https://evil.example/p" alt="Logo">' + "</div>" * depth
    begun = time.process_time()
    shown = without_pictures(clean)
    assert time.process_time() - begun < 0.5, "cleaned anew it takes twenty seconds"
    assert shown == clean.replace(' src="https://evil.example/p"', "")


def test_without_its_pictures_a_mail_is_as_if_it_were_cleaned_without_them() -> None:
    """The long way round says what the short one has to."""
    pictures = (
        '<img src="https://evil.example/p"><img alt="a > b &amp; &quot;c&quot;" width="9"'
        ' src="https://e.example"><img src=x title=\'<img src="https://e.example">\'><IMG '
        'SRC="http://e.example" ALT="x"><td title="<img src=http://e.example>">t</td>&lt;img src=x'
    )
    for html in (XSS, pictures, f"<table><tr><td>{pictures}", f"<div>{XSS}{pictures}"):
        clean, _text = cleaned(html)
        assert clean is not None
        attributes = {**ATTRIBUTES, "img": ATTRIBUTES["img"] - {"src"}}
        again = nh3.clean(
            clean,
            tags=set(TAGS),
            attributes=attributes,
            url_schemes=set(SCHEMES),
            link_rel="noopener noreferrer",
            set_tag_attribute_values={"a": {"target": "_blank"}},
            filter_style_properties=set(STYLES),
        )
        assert without_pictures(clean) == again


def test_what_only_begins_like_a_picture_asks_for_nothing() -> None:
    """A cleaner of former times left brackets in values as they were."""
    odd = '<p title="<img src="><img alt="a>b" src="https://evil.example/p"> <img src=x></p>'
    assert "<img" not in without_pictures(odd)


def test_long_html_is_cleaned_as_short_html_is() -> None:
    evil = '<p onclick="x()">Dear <b>Bob</b><script>x()</script></p>'
    short, words = cleaned(evil)
    long, more = cleaned(evil * 3000)
    assert short == "<p>Dear <b>Bob</b></p>"
    assert words.strip() == "Dear Bob"
    assert long == short * 3000
    assert more.split() == words.split() * 3000


def test_such_a_mail_costs_none_that_came_with_it(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    address = address_of(bob)
    inbox.take(nested(30, 500_000), address)
    inbox.take(plain("We take it")(), address)
    inbox.worker.drain()
    with acme.scope() as session:
        lines = select(IncomingMail.state, IncomingMail.why).order_by(
            IncomingMail.received_at, IncomingMail.id
        )
        assert [tuple(one) for one in session.execute(lines)] == [
            (Fate.FAILED, Why.BROKEN),
            (Fate.STORED, None),
        ]
    assert "We take it" in only_message(acme).text


def test_an_address_as_long_as_they_may_be_is_kept(
    acme: Workspace, bob: Person, inbox: Inbox
) -> None:
    long = f"{'f' * 60}@{'.'.join(['fence' * 11] * 3)}.example"
    assert 200 < len(long) <= 254
    mail = plain("Hello", sender=long, to=FRANK)()
    with acme.acting(bob) as by:
        from tests.factories import make_contact

        make_contact(by, "Frank", email=FRANK)
    inbox.give(mail, address_of(bob))
    assert only_line(acme).state == Fate.STORED
    assert only_message(acme).sender_address == long


@pytest.mark.parametrize(
    "value",
    ["x\r\nBcc: eve@evil.example", "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=", "x\x00y\u2028z"],
)
def test_what_hides_in_a_header_stays_in_its_line(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, value: str
) -> None:
    mail = plain("Hello")().replace(b"Subject: Fences", f"Subject: {value}".encode())
    inbox.give(mail, address_of(bob))
    with acme.scope() as session:
        message = session.scalars(select(Message)).one()
    assert not set(message.subject) & set("\r\n\x00\u2028")
    page = bob.client.get(f"{customer.url}/mail?reply={message.id}")
    assert page.status_code == 200
