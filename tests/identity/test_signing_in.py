"""Signing in and out in the browser."""

import re

import pytest
from sqlalchemy import func, select, update

from app.events import Event
from app.identity.models import User, UserSession
from app.identity.sign_in_rules import Rules
from tests.cast import visitor
from tests.identity.conftest import type_password
from tests.isolation.routes import plain

IDLE, ABSOLUTE = Rules().idle, Rules().longest


def test_alice_signs_in_and_is_led_to_where_she_wanted(app, acme, alice):
    browser = visitor(app, acme)
    answer = type_password(browser, alice.email, alice.password, next="/settings/me")
    assert answer.status_code == 303
    assert answer.location == "/settings/me"
    page = browser.get("/settings/me")
    assert page.status_code == 200
    assert alice.email in page.text


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(app, acme, alice):
    answer = type_password(visitor(app, acme), alice.email, alice.password)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_an_email_is_recognised_in_any_case(app, acme, alice):
    assert type_password(visitor(app, acme), alice.email.upper(), alice.password).status_code == 303


def test_a_confirmed_phone_number_signs_in_and_an_unconfirmed_one_does_not(app, acme, alice, clock):
    with acme.scope() as session:
        session.get_one(User, alice.user_id).phone = "+442079460000"
    assert type_password(visitor(app, acme), "020 7946 0000", alice.password).status_code == 422
    with acme.scope() as session:
        session.get_one(User, alice.user_id).phone_confirmed_at = clock.now
    assert type_password(visitor(app, acme), "020 7946 0000", alice.password).status_code == 303


def test_wrong_unknown_and_disabled_get_the_same_answer(app, acme, alice, bob):
    with acme.acting(alice) as by:
        by.session.get_one(User, bob.user_id).is_active = False
    browser = visitor(app, acme)
    answers = [
        type_password(browser, "nobody@acme.example", bob.password),
        type_password(browser, alice.email, "not the password"),
        type_password(browser, bob.email, bob.password),
    ]
    texts = {re.sub(r"(nobody|alice|bob)@acme.example", "X", plain(answer)) for answer in answers}
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len(texts) == 1


def test_nobody_there_costs_as_much_work_as_a_wrong_password(acme, monkeypatch):
    from app.identity.operations import sign_in
    from app.kernel.errors import Refused

    asked = []
    genuine = sign_in.verify_password
    monkeypatch.setattr(
        sign_in,
        "verify_password",
        lambda encoded, password: asked.append(encoded) or genuine(encoded, password),
    )
    with acme.scope() as session, pytest.raises(Refused):
        sign_in.sign_in(
            session,
            acme.facts,
            login="nobody@acme.example",
            password="whatever it is",
            now=acme.actor().now,
            visit=sign_in.Visit(),
        )
    assert asked == [None]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_host(app, acme, alice, target):
    answer = type_password(visitor(app, acme), alice.email, alice.password, next=target)
    assert answer.location == "/"


def test_signing_in_without_a_forgery_token_is_refused(app, acme, alice):
    browser = visitor(app, acme)
    form = {"email": alice.email, "password": alice.password}
    assert browser.post("/login", data=form, csrf=False).status_code == 400


def test_every_sign_in_gets_a_session_of_its_own_and_leaves_the_visit_behind(app, acme, alice):
    browser = visitor(app, acme)
    first = type_password(browser, alice.email, alice.password)
    second = type_password(visitor(app, acme), alice.email, alice.password)
    assert token_of(first) != token_of(second)
    with acme.scope() as session:
        count = session.scalar(select(func.count()).select_from(UserSession))
    assert count == 2


def test_signing_out_ends_the_session_on_the_server(app, acme, alice):
    browser = alice.client
    token = browser.get_cookie("session", domain=acme.host).value
    assert browser.post("/logout").status_code == 303
    browser.set_cookie("session", token, domain=acme.host)
    assert browser.get("/settings/me").status_code == 302


def test_a_session_ends_when_nobody_uses_it(alice, clock):
    assert alice.client.get("/settings/me").status_code == 200
    clock.shift(IDLE)
    assert alice.client.get("/settings/me").status_code == 302


def test_a_session_in_use_ends_all_the_same_after_a_month(alice, clock):
    browser = alice.client
    passed = IDLE * 0
    while passed < ABSOLUTE:
        assert browser.get("/settings/me").status_code == 200
        clock.shift(IDLE / 2)
        passed += IDLE / 2
    assert browser.get("/settings/me").status_code == 302


def test_last_use_is_written_at_most_once_a_minute(acme, alice, clock):
    from datetime import timedelta

    browser, began = alice.client, clock.now
    clock.shift(timedelta(seconds=30))
    browser.get("/settings/me")
    assert last_seen(acme) == began
    clock.shift(timedelta(seconds=30))
    browser.get("/settings/me")
    assert last_seen(acme) == clock.now


def test_a_disabled_user_is_out_at_the_next_request(alice, bob, acme, outbox):
    from app.identity.operations.users import disable_user

    assert bob.client.get("/settings/me").status_code == 200
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    assert bob.client.get("/settings/me").status_code == 302


def test_sign_ins_and_failures_stand_in_the_audit(app, acme, alice):
    browser = visitor(app, acme)
    type_password(browser, alice.email, "not the password")
    type_password(browser, alice.email, alice.password)
    with acme.scope() as session:
        verbs = session.scalars(
            select(Event.verb).where(Event.record_id == alice.user_id).order_by(Event.at, Event.id)
        ).all()
    assert verbs[-2:] == ["sign_in_failed", "signed_in"]


def test_a_weak_hash_is_renewed_at_sign_in(app, acme, alice):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(alice.password)
    with acme.scope() as session:
        session.execute(update(User).where(User.id == alice.user_id).values(password_hash=weak))
    type_password(visitor(app, acme), alice.email, alice.password)
    assert "m=19456,t=2,p=1" in alice.user.password_hash


def last_seen(workspace):
    with workspace.scope() as session:
        return session.scalars(select(UserSession.last_seen_at)).one()


def token_of(answer):
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session="))
    return cookie.partition(";")[0]
