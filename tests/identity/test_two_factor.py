"""The second step: codes of the phone, recovery codes, each once."""

from datetime import timedelta

import pytest

from app.identity.models import User
from app.identity.operations.two_factor import end_two_factor, use_code
from app.kernel.errors import Refused
from tests.cast import visitor
from tests.identity.conftest import phone_of, totp_code, turn_on_two_factor, type_password


def test_signing_in_asks_for_the_code_and_takes_it(app, acme, alice, clock):
    turn_on_two_factor(alice)
    clock.shift(timedelta(minutes=5))
    browser = visitor(app, acme)
    answer = type_password(browser, alice.email, alice.password, next="/settings/me")
    assert answer.location == "/login/code"
    assert browser.get("/settings/me").status_code == 302
    answer = enter(browser, totp_code(alice, clock.now))
    assert answer.location == "/settings/me"
    assert browser.get("/settings/me").status_code == 200


def test_a_code_works_once(acme, alice, clock):
    turn_on_two_factor(alice)
    clock.shift(timedelta(minutes=5))
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        code = phone_of(by, user).at(by.now)
        assert use_code(by, user, code)
        assert not use_code(by, user, code)


def test_a_recovery_code_works_once(acme, alice):
    codes = turn_on_two_factor(alice)
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        assert use_code(by, user, codes[3].upper().replace("-", " "))
        assert not use_code(by, user, codes[3])
        assert use_code(by, user, codes[4])


def test_the_code_must_follow_the_password_soon(app, acme, alice, clock):
    turn_on_two_factor(alice)
    browser = visitor(app, acme)
    type_password(browser, alice.email, alice.password)
    open_code_page(browser)
    clock.shift(timedelta(minutes=11))
    answer = browser.post("/login/code", data={"code": totp_code(alice, clock.now)})
    assert answer.location == "/login"


def test_codes_can_t_be_guessed_for_long(app, acme, alice, clock):
    turn_on_two_factor(alice)
    clock.shift(timedelta(minutes=5))
    browser = visitor(app, acme)
    type_password(browser, alice.email, alice.password)
    for _attempt in range(10):
        assert enter(browser, "000000").status_code == 422
    assert enter(browser, totp_code(alice, clock.now)).status_code == 429


def test_without_a_right_password_there_is_no_second_step(app, acme):
    assert visitor(app, acme).get("/login/code").location == "/login"


def test_turning_it_off_takes_the_password(acme, alice):
    turn_on_two_factor(alice)
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        with pytest.raises(Refused):
            end_two_factor(by, user, password="not it")
        end_two_factor(by, user, password=alice.password)
        assert not user.has_two_factor


def test_the_qr_code_is_an_svg_without_style(alice):
    alice.client.post("/settings/me/two-factor", data={"password": alice.password})
    page = alice.client.get("/settings/me/two-factor").text
    assert "<svg" in page
    assert "style=" not in page


def test_recovery_codes_are_shown_once_set_up(alice, clock):
    alice.client.post("/settings/me/two-factor", data={"password": alice.password})
    code = totp_code(alice, clock.now)
    answer = alice.client.post("/settings/me/two-factor/confirm", data={"code": code})
    assert answer.text.count("<li>") >= 10
    assert alice.user.has_two_factor


def enter(browser, code):
    """Open the page of the second step and send its form."""
    open_code_page(browser)
    return browser.post("/login/code", data={"code": code})


def open_code_page(browser):
    """Read the page's forgery token: the visit is another one since the password was right."""
    page = browser.get("/login/code").text
    browser.token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
