"""A workspace that can't be made: who waits is told soon, and goes on without typing anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.founding import jobs
from app.front import limits
from app.jobs.worker import Worker
from tenants.control import Job
from tests.cast import HostClient, visitor
from tests.conftest import Clock
from tests.front.conftest import Sign, mails, rows, sign_ups, tenant


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing can be founded until this is undone."""

    def fail(*_args: object, **_named: object) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(jobs, "found_workspace", fail)
    return monkeypatch


def fail_for_good(founding: Worker, owner: Engine, clock: Clock) -> timedelta:
    """Let the worker try until it gives up; answers with how long that took."""
    began = clock.now
    while not any(one.failed_at for one in sign_ups(owner)):
        founding.drain()
        if any(one.failed_at for one in sign_ups(owner)):
            break
        clock.shift(timedelta(seconds=1))
        assert clock.now - began < timedelta(minutes=2), "told too late"
    return clock.now - began


def test_within_half_a_minute_the_page_says_that_it_failed(
    guest: HostClient,
    sign_up: Sign,
    founding: Worker,
    owner: Engine,
    clock: Clock,
    broken: pytest.MonkeyPatch,
) -> None:
    sign_up()
    assert fail_for_good(founding, owner, clock) < timedelta(seconds=30)
    answer = guest.get("/signup/wait")
    assert "Your workspace could not be made" in answer.text
    assert "Try again now" in answer.text
    assert "fiona@fir.example" in answer.text
    assert "data-hx-trigger" not in answer.text
    assert "Refresh" not in answer.headers


def test_one_press_goes_on_with_all_that_was_typed(
    guest: HostClient,
    sign_up: Sign,
    founding: Worker,
    owner: Engine,
    clock: Clock,
    broken: pytest.MonkeyPatch,
) -> None:
    sign_up()
    fail_for_good(founding, owner, clock)
    broken.undo()
    assert guest.post("/signup/again").location == "/signup/wait"
    assert "This takes a few seconds." in guest.get("/signup/wait").text
    founding.drain()
    assert "welcome#" in guest.get("/signup/wait").text
    assert tenant(owner) is not None


def test_who_has_left_gets_the_workspace_when_it_is_tried_again_by_itself(
    sign_up: Sign,
    founding: Worker,
    owner: Engine,
    clock: Clock,
    broken: pytest.MonkeyPatch,
) -> None:
    sign_up()
    fail_for_good(founding, owner, clock)
    broken.undo()
    founding.drain()
    assert tenant(owner) is None
    clock.shift(timedelta(minutes=11))
    founding.drain()
    assert tenant(owner) is not None
    texts = [mail["text"] for mail in mails(owner) if mail.get("to") == "fiona@fir.example"]
    assert any("http://fir-sons.zuke.test" in text for text in texts)


def test_meanwhile_nobody_else_gets_the_address(
    sign_up: Sign,
    founding: Worker,
    owner: Engine,
    clock: Clock,
    broken: pytest.MonkeyPatch,
    app: Flask,
) -> None:
    sign_up()
    fail_for_good(founding, owner, clock)
    other = sign_up(visitor(app), email="other@fir.example")
    assert "This address is taken." in other.text


def test_after_a_day_in_vain_a_mail_says_so_and_nothing_is_kept(
    sign_up: Sign,
    founding: Worker,
    owner: Engine,
    clock: Clock,
    broken: pytest.MonkeyPatch,
) -> None:
    sign_up()
    fail_for_good(founding, owner, clock)
    clock.shift(timedelta(hours=25))
    for _second in range(60):
        founding.drain()
        clock.shift(timedelta(seconds=1))
    (row,) = sign_ups(owner)
    assert (row.state, row.wishes) == ("expired", {})
    (mail,) = mails(owner, "send_service_mail")
    assert mail["to"] == "fiona@fir.example"
    assert "http://zuke.test/signup" in mail["text"]
    waiting = select(Job).where(Job.kind == "found_workspace", Job.state == "ready")
    assert not rows(owner, waiting)


def test_without_a_worker_the_page_says_so_after_a_minute_and_stops_asking_after_ten(
    guest: HostClient, sign_up: Sign, clock: Clock
) -> None:
    sign_up()
    assert "delay:250ms" in guest.get("/signup/wait").text
    clock.shift(timedelta(seconds=20))
    assert "delay:3000ms" in guest.get("/signup/wait").text
    clock.shift(timedelta(seconds=50))
    page = guest.get("/signup/wait").text
    assert "New workspaces are not being made at the moment" in page
    assert "delay:15000ms" in page
    clock.shift(timedelta(minutes=10))
    answer = guest.get("/signup/wait")
    assert "Try again now" in answer.text
    assert "data-hx-trigger" not in answer.text
    assert "Refresh" not in answer.headers


def test_pressing_again_asks_for_one_workspace_only(
    guest: HostClient, sign_up: Sign, owner: Engine, clock: Clock, founding: Worker
) -> None:
    sign_up()
    for _press in range(3):
        guest.post("/signup/again")
    waiting = select(Job).where(Job.kind == "found_workspace", Job.state == "ready")
    assert len(rows(owner, waiting)) == 1
    founding.drain()
    assert guest.post("/signup/again").location == "/signup/wait"
    assert not rows(owner, waiting)


def test_who_presses_on_and_on_is_asked_to_wait(guest: HostClient, sign_up: Sign) -> None:
    sign_up()
    for _press in range(limits.AGAIN.n):
        assert guest.post("/signup/again").status_code == 303
    answer = guest.post("/signup/again")
    assert answer.status_code == 429
    assert "Too many attempts." in answer.text


def test_a_stranger_s_press_leads_to_the_form(guest: HostClient) -> None:
    assert guest.post("/signup/again").location == "/signup/wait"
    assert guest.get("/signup/wait").location == "/signup"
