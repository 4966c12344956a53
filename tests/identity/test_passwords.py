"""Which passwords are taken, and what a new one ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.identity.models import User
from app.identity.operations.passwords import find_reset, reset_password, send_reset
from app.identity.passwords import check_new_password, hash_password, verify_password
from app.kernel.errors import Missing, Refused
from tenants.control import Job
from tests.cast import visitor
from tests.identity.conftest import turn_on_two_factor, type_password
from tests.isolation.routes import plain

NEW = "a quite different sentence"


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password",
        "Password123!",
        "P@ssw0rd",
        "12345678",
        "qwertyuiop",
        "aaaaaaaaaa",
        "woaini1314",
        "87654321",
        "x" * 201,
    ],
)
def test_passwords_that_are_tried_first_are_refused(password):
    with pytest.raises(Refused):
        check_new_password(password)


@pytest.mark.parametrize(
    "password", ["我的狗喜欢吃苹果派", "correct horse battery", "z" + "äx7" * 60, "demo-Zuke-2026"]
)
def test_long_and_chinese_passwords_are_taken(password):
    check_new_password(password)


def test_one_s_own_address_is_no_password():
    with pytest.raises(Refused):
        check_new_password("alice@acme.example", email="Alice@Acme.example")


def test_a_password_typed_full_width_is_the_same_password():
    assert verify_password(hash_password("ｃｏｒｒｅｃｔ horse"), "correct horse")


def test_changing_the_password_signs_every_other_browser_out(acme, alice):
    other, here = alice.sign_in(), alice.sign_in()
    form = {"present": alice.password, "new": NEW}
    assert here.post("/settings/me/password", data=form).status_code == 303
    assert here.get("/settings/me").status_code == 200
    assert other.get("/settings/me").status_code == 302


def test_changing_the_password_takes_the_present_one(alice):
    form = {"present": "not it", "new": NEW}
    assert alice.client.post("/settings/me/password", data=form).status_code == 422


def test_asking_for_a_reset_answers_alike_for_known_and_unknown(app, acme, alice):
    browser = visitor(app, acme)
    known = browser.post("/password/forgot", data={"email": alice.email})
    unknown = browser.post("/password/forgot", data={"email": "nobody@acme.example"})
    assert known.status_code == unknown.status_code == 200
    assert plain(known) == plain(unknown)


def test_a_reset_is_work_for_a_job_and_limited_per_account(app, acme, alice, owner):
    browser = visitor(app, acme)
    for _attempt in range(5):
        assert browser.post("/password/forgot", data={"email": alice.email}).status_code == 200
    with owner.connect() as connection:
        kinds = connection.scalars(select(Job.kind).where(Job.tenant_id == acme.facts.id)).all()
    assert kinds == ["send_reset"] * 3


def test_a_reset_link_sets_a_password_once(app, acme, alice, outbox):
    secret = asked_reset(acme, alice, outbox)
    browser = visitor(app, acme)
    assert browser.get(f"/password/reset/{secret}").status_code == 200
    assert browser.post(f"/password/reset/{secret}", data={"password": NEW}).location == "/login"
    assert verify_password(alice.user.password_hash, NEW)
    fresh = visitor(app, acme)
    assert fresh.post(f"/password/reset/{secret}", data={"password": NEW}).status_code == 404


def test_the_mail_names_the_workspace_s_own_host_whatever_was_asked(acme, alice, outbox):
    asked_reset(acme, alice, outbox)
    assert str(outbox.last.values["url"]).startswith(f"http://{acme.host}/password/reset/")
    assert outbox.last.to == alice.email


def test_a_reset_link_dies_after_45_minutes(acme, alice, outbox, clock):
    secret = asked_reset(acme, alice, outbox)
    clock.shift(timedelta(minutes=45))
    with acme.scope() as session, pytest.raises(Missing):
        find_reset(session, secret, clock.now)


def test_a_reset_link_dies_with_a_new_password(acme, alice, outbox, clock):
    secret = asked_reset(acme, alice, outbox)
    alice.client.post("/settings/me/password", data={"present": alice.password, "new": NEW})
    with acme.scope() as session, pytest.raises(Missing):
        find_reset(session, secret, clock.now)


def test_a_reset_link_dies_with_its_user_s_generation(acme, alice, outbox, clock):
    secret = asked_reset(acme, alice, outbox)
    with acme.scope() as session:
        session.get_one(User, alice.user_id).generation += 1
    with acme.scope() as session, pytest.raises(Missing):
        find_reset(session, secret, clock.now)


def test_a_reset_ends_every_session_and_skips_no_second_step(app, acme, alice, outbox, clock):
    turn_on_two_factor(alice)
    browser = alice.client
    secret = asked_reset(acme, alice, outbox)
    with acme.scope() as session:
        reset_password(session, acme.facts, secret=secret, password=NEW, now=clock.now)
    assert browser.get("/settings/me").status_code == 302
    answer = type_password(visitor(app, acme), alice.email, NEW)
    assert answer.location == "/login/code"


def test_a_reset_for_a_disabled_user_sends_nothing(acme, bob, outbox):
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    with acme.acting() as by:
        send_reset(by, login=bob.email)
    assert outbox.mails == []


def asked_reset(workspace, person, outbox):
    with workspace.acting() as by:
        send_reset(by, login=person.email)
    return outbox.last.secret
