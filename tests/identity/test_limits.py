"""How often somebody may try, and who is never locked out."""

from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import func, select

from app.identity import limits
from app.identity.operations import sign_in
from tenants.control import Hit
from tenants.database import control_session
from tests.cast import visitor
from tests.identity.conftest import turn_on_two_factor, type_password
from tests.identity.test_two_factor import open_code_page


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
            limits.take([counter], house.now())
    assert type_password(browser, "somebody@acme.example", "wrong").status_code == 429


def test_attempts_at_the_same_moment_never_overshoot(app, acme, clock):
    counters = [limits.counter(acme.facts, kind, "same") for kind in (limits.CODE, limits.ADDRESS)]
    start, allowed, refused = Barrier(8), [], []

    def hammer():
        with app.app_context():
            start.wait()
            for _attempt in range(5):
                try:
                    limits.take(counters, clock.now)
                    allowed.append(1)
                except limits.TooMany:
                    refused.append(1)

    together(hammer, 8)
    assert len(allowed) == limits.CODE.n
    assert len(refused) == 40 - limits.CODE.n
    assert counted(app, counters) == {limits.CODE.n}


def test_codes_tried_at_the_same_moment_are_looked_at_ten_times_at_most(
    app, acme, alice, clock, monkeypatch
):
    turn_on_two_factor(alice)
    clock.shift(timedelta(minutes=5))
    looked = []
    monkeypatch.setattr(sign_in, "use_code", lambda *_given: looked.append(1) and False)
    browsers = []
    for _window in range(4):
        browser = visitor(app, acme)
        type_password(browser, alice.email, alice.password)
        open_code_page(browser)
        browsers.append(browser)
    start, answers = Barrier(4), []

    def guess():
        browser = browsers.pop()
        start.wait()
        tried = (browser.post("/login/code", data={"code": "000000"}) for _attempt in range(6))
        answers.extend(answer.status_code for answer in tried)

    together(guess, 4)
    assert len(looked) == limits.CODE.n
    assert sorted(set(answers)) == [422, 429]
    assert answers.count(422) == limits.CODE.n


def test_what_was_none_after_all_is_given_back(app, acme, alice, clock):
    browser = visitor(app, acme)
    for _attempt in range(3):
        type_password(browser, alice.email, "wrong")
    address = limits.counter(acme.facts, limits.ADDRESS, "127.0.0.1")
    assert counted(app, [address]) == {3}
    assert type_password(browser, alice.email, alice.password).status_code == 303
    assert counted(app, [address]) == {3}
    for _attempt in range(limits.PROOF.n + 2):
        form = {"present": alice.password, "new": "short"}
        assert alice.client.post("/settings/me/password", data=form).status_code == 422


def test_a_past_window_is_dropped_with_the_first_attempt_of_the_next(app, acme, clock):
    counter = limits.counter(acme.facts, limits.CODE, "somebody")
    for _window in range(3):
        with app.app_context():
            limits.take([counter], clock.now)
        clock.shift(timedelta(seconds=limits.CODE.seconds))
    with app.app_context(), control_session() as session:
        assert session.scalar(select(func.count()).where(Hit.key == counter.key)) == 1


def test_a_limit_of_acme_says_nothing_at_globex(acme, globex):
    at_acme = limits.counter(acme.facts, limits.ACCOUNT, "x@y.example")
    at_globex = limits.counter(globex.facts, limits.ACCOUNT, "x@y.example")
    assert at_acme.key != at_globex.key


def together(work, threads):
    """Do `work` in several threads at once and wait for all of them."""
    running = [Thread(target=work) for _thread in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def counted(app, counters):
    """What the table says of these counters, as a set of numbers."""
    keys = [counter.key for counter in counters]
    with app.app_context(), control_session() as session:
        return set(session.scalars(select(Hit.n).where(Hit.key.in_(keys))))
