"""Mails of news are stopped by the address that each of them carries, without signing in."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.events.models import Event
from app.identity.models import User
from app.identity.news_links import make_link, read_link
from app.mail.message import build
from app.mail.render import render
from app.web.access import Who
from tenants.facts import State
from tests.attacks.test_standing import put
from tests.cast import HostClient, Person, Workspace, visitor
from tests.conftest import Clock
from tests.identity.conftest import Outbox
from tests.identity.test_news_mail import choose, mention, work
from tests.isolation.routes import cases

BUTTON = 'class="auth-form"'
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def stop(acme: Workspace, alice: Person, dora: Person, outbox: Outbox, clock: Clock) -> str:
    """The address in a mail that Dora got; she is not signed in where it is used."""
    choose(acme, dora, mentioned="once", due="daily")
    return mailed(acme, alice, outbox)


def mailed(acme: Workspace, alice: Person, outbox: Outbox) -> str:
    mention(acme, alice)
    work(acme)
    assert outbox.last.stop_url is not None
    return urlsplit(outbox.last.stop_url).path


def by_program(app: Flask, acme: Workspace, path: str) -> int:
    """What a mail program sends: no cookie, no forgery token (RFC 8058, section 3.1)."""
    client = HostClient(app, host=acme.host)
    return int(client.post(path, data=ONE_CLICK).status_code)


def wanted(acme: Workspace, person: Person) -> dict[str, str]:
    with acme.scope() as session:
        return dict(session.get_one(User, person.user_id).mailed)


def test_a_mail_program_stops_the_mails_with_one_post(
    app: Flask, acme: Workspace, dora: Person, stop: str
) -> None:
    assert by_program(app, acme, stop) == 200
    assert wanted(acme, dora) == {}
    assert dora.user.digest_at is None
    with acme.scope() as session:
        told = select(Event.actor_id).where(Event.verb == "news_mail_stopped")
        assert session.scalars(told).all() == [dora.user_id]


def test_opening_the_address_stops_nothing_and_shows_a_button(
    app: Flask, acme: Workspace, dora: Person, stop: str
) -> None:
    client = visitor(app, acme)
    shown = client.get(stop).text
    assert f'action="{stop}"' in shown
    assert BUTTON in shown
    assert wanted(acme, dora) == {"mentioned": "once", "due": "daily"}
    assert dora.email not in shown  # Whoever was forwarded the mail learns nothing of her.
    client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert "停止发送" in client.get(stop).text
    assert BUTTON not in client.post(stop).text
    assert wanted(acme, dora) == {}


def test_a_forged_address_stops_nothing(
    app: Flask, acme: Workspace, alice: Person, dora: Person, clock: Clock, stop: str
) -> None:
    place, _slash, link = stop.rpartition("/")
    with acme.scope():
        elsewhere = make_link(dora.user_id, clock.now, acme.facts.id, ("another key" * 4,))
    for wrong in (link[:-2] + ("AA" if link[-2:] != "AA" else "BB"), link[:-1], "x", elsewhere):
        assert by_program(app, acme, f"{place}/{wrong}") == 404
        assert visitor(app, acme).get(f"{place}/{wrong}").status_code == 404
    assert wanted(acme, dora)


def test_an_address_of_another_workspace_stops_nothing_here(
    app: Flask, acme: Workspace, globex: Workspace, dora: Person, stop: str
) -> None:
    assert by_program(app, globex, stop) == 404
    assert wanted(acme, dora)


def test_an_old_address_is_spent_once_the_mails_were_stopped(
    app: Flask,
    acme: Workspace,
    alice: Person,
    dora: Person,
    outbox: Outbox,
    clock: Clock,
    stop: str,
) -> None:
    clock.shift(timedelta(minutes=1))
    assert by_program(app, acme, stop) == 200
    clock.shift(timedelta(minutes=1))
    choose(acme, dora, mentioned="once")
    assert by_program(app, acme, stop) == 200  # A program that posts twice is told no fault.
    assert wanted(acme, dora) == {"mentioned": "once"}
    assert BUTTON not in visitor(app, acme).get(stop).text
    newer = mailed(acme, alice, outbox)
    assert by_program(app, acme, newer) == 200
    assert wanted(acme, dora) == {}


@pytest.mark.parametrize("state", [State.PAST_DUE, State.SUSPENDED])
def test_mails_are_stopped_where_the_workspace_is_only_read_or_suspended(
    app: Flask, owner: Engine, acme: Workspace, dora: Person, stop: str, state: State
) -> None:
    put(owner, acme, state)
    assert BUTTON in visitor(app, acme).get(stop).text
    assert by_program(app, acme, stop) == 200
    assert wanted(acme, dora) == {}
    assert BUTTON not in visitor(app, acme).get(stop).text


def test_the_address_says_whose_it_is_to_nobody_without_our_key(
    acme: Workspace, globex: Workspace, dora: Person, clock: Clock
) -> None:
    now = clock.now
    link = make_link(dora.user_id, now, acme.facts.id, ("older",))
    assert read_link(link, acme.facts.id, ("newer", "older")) == (dora.user_id, now)
    assert read_link(link, acme.facts.id, ("newer",)) is None
    assert read_link(link, globex.facts.id, ("older",)) is None


def test_no_other_change_goes_without_a_token_by_its_address(app: Flask) -> None:
    exempt = [one for one in cases(app) if one.access.by_address]
    assert [str(one) for one in exempt] == [
        "POST /news/stop/<link>",
        "POST /reports/mail/stop/<link>",
        "POST /webhooks/stripe",  # By its signature.
        "POST /q/<secret>/decline",
        "POST /q/<secret>/accept",
    ]
    assert all(one.access.who is Who.ANYONE for one in exempt)


def headers(url: str, clock: Clock) -> tuple[bytes, object]:
    payload = {
        "to": "dora@acme.example",
        "subject": "News",
        "text": "x",
        "html": "<p>x</p>",
        "language": "en",
        "message_id": "<a@zuke.test>",
        "stop_url": url,
    }
    message = build(payload, Address("Acme", "no-reply", "zuke.test"), clock.now)
    return message.as_bytes(), message["List-Unsubscribe-Post"]


def test_a_mail_program_finds_the_address_in_one_piece(clock: Clock) -> None:
    url = "https://a-long-name-of-a-workspace.zuke.example/news/stop/" + "Ab3_-" * 12
    raw, one_click = headers(url, clock)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert one_click
    assert headers("http://acme.zuke.test/news/stop/x", clock)[1] is None


@pytest.mark.parametrize(("language", "words"), [("en", "Stop these mails"), ("zh-CN", "停止发送")])
def test_the_mail_says_in_words_how_it_is_stopped(language: str, words: str) -> None:
    values: dict[str, object] = {
        "name": "Dora",
        "workspace": "Acme",
        "workspace_url": "http://acme.zuke.test",
        "lines": [("It", "today", "http://acme.zuke.test/y")],
        "total": 1,
        "more": 0,
        "settings_url": "http://acme.zuke.test/settings/me#news",
        "stop": "http://acme.zuke.test/news/stop/x",
    }
    made = render("identity/news", values, language)
    for text in (made.text, made.html):
        assert words in text
        assert str(values["stop"]) in text
