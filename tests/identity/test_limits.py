"""How often somebody may try, and who is never locked out."""

from datetime import timedelta

from app.identity import limits
from tests.cast import visitor
from tests.identity.conftest import type_password


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(app, acme, alice, clock):
    browser = visitor(app, acme)
    for _attempt in range(limits.ACCOUNT.n):
        assert type_password(browser, alice.email, "wrong").status_code == 422
    answer = type_password(browser, alice.email, alice.password)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= limits.ACCOUNT.seconds
    clock.shift(timedelta(seconds=limits.ACCOUNT.seconds))
    assert type_password(browser, alice.email, alice.password).status_code == 303


def test_an_unknown_address_is_limited_just_the_same(app, acme):
    browser = visitor(app, acme)
    for _attempt in range(limits.ACCOUNT.n):
        assert type_password(browser, "nobody@acme.example", "wrong").status_code == 422
    assert type_password(browser, "nobody@acme.example", "wrong").status_code == 429


def test_nobody_can_lock_the_owner_out_of_a_browser_she_has_used(app, acme, alice):
    known = alice.sign_in()
    known.delete_cookie("session", domain=acme.host)
    stranger = visitor(app, acme)
    for _attempt in range(limits.ACCOUNT.n + 2):
        type_password(stranger, alice.email, "wrong")
    assert type_password(stranger, alice.email, alice.password).status_code == 429
    assert type_password(known, alice.email, alice.password).status_code == 303


def test_a_known_browser_is_limited_too(app, acme, alice):
    known = alice.sign_in()
    for _attempt in range(limits.DEVICE.n):
        assert type_password(known, alice.email, "wrong").status_code == 422
    assert type_password(known, alice.email, alice.password).status_code == 429


def test_one_address_can_t_try_many_accounts(app, acme):
    browser = visitor(app, acme)
    with app.app_context():
        counter = limits.counter(acme.facts, limits.ADDRESS, "127.0.0.1")
        from app.kernel import clock as house

        for _attempt in range(limits.ADDRESS.n):
            limits.count([counter], house.now())
    assert type_password(browser, "somebody@acme.example", "wrong").status_code == 429


def test_a_limit_of_acme_says_nothing_at_globex(acme, globex):
    at_acme = limits.counter(acme.facts, limits.ACCOUNT, "x@y.example")
    at_globex = limits.counter(globex.facts, limits.ACCOUNT, "x@y.example")
    assert at_acme.key != at_globex.key
