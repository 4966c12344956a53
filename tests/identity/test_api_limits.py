"""How fast programs may call, and what they are told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.identity.api_limits import SECONDS
from config.settings import Settings
from tests.cast import Person, find_person
from tests.conftest import Clock
from tests.records.api.conftest import Program, Programs, program

__all__ = ["program"]
RATE = 2  # Calls a second in these tests, so ten at once.


@pytest.fixture(scope="module")
def slow_app(settings: Settings, owner: object) -> Flask:
    """The application as it lets programs call no faster than RATE."""
    made = create_app(settings.model_copy(update={"api_per_second": RATE}))
    made.testing = True
    return made


@pytest.fixture
def calls(slow_app: Flask, program: Programs, alice: Person, clock: Clock) -> Program:
    """A program of Alice's, at the beginning of a window."""
    clock.move_to(clock.now + timedelta(seconds=SECONDS - clock.now.timestamp() % SECONDS))
    made = program(alice)
    return Program(slow_app, made.host, made.token)


def statuses(calls: Program, number: int) -> list[int]:
    return [calls.get("contacts?limit=1").status_code for _one in range(number)]


def test_a_program_may_spend_its_calls_at_once_and_has_to_wait_then(
    calls: Program, clock: Clock
) -> None:
    assert statuses(calls, 11) == [200] * 10 + [429]
    refused = calls.get("contacts")
    assert 0 < int(refused.headers["Retry-After"]) <= SECONDS
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["status"] == 429
    clock.shift(timedelta(seconds=2 * SECONDS))
    assert calls.get("contacts").status_code == 200


def test_the_window_rolls(calls: Program, clock: Clock) -> None:
    assert statuses(calls, 10) == [200] * 10
    clock.shift(timedelta(seconds=SECONDS * 1.5))
    # Half of the last window still counts.
    assert statuses(calls, 6) == [200] * 5 + [429]


def test_a_program_that_goes_on_calling_gets_its_share(calls: Program, clock: Clock) -> None:
    done = 0
    for _step in range(100):  # Twenty seconds, five times as fast as it may.
        done += statuses(calls, 2).count(200)
        clock.shift(timedelta(seconds=0.2))
    assert 35 <= done <= 55


def test_what_is_left_is_told_with_each_answer(calls: Program) -> None:
    answer = calls.get("contacts")
    assert answer.headers["RateLimit-Policy"] == '"token";q=10;w=5, "workspace";q=30;w=5'
    assert answer.headers["RateLimit"] == '"token";r=9;t=5, "workspace";r=29;t=5'
    statuses(calls, 9)
    assert '"token";r=0' in calls.get("contacts").headers["RateLimit"]


def test_a_refusal_is_told_in_the_language_asked_for(calls: Program) -> None:
    statuses(calls, 10)
    assert "慢" in calls.get("contacts", Accept_Language="zh-CN").json["detail"]


def test_each_token_has_its_own_limit_and_the_workspace_one_for_all(
    calls: Program, program: Programs, slow_app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    others = [program(one) for one in (bob, alice, bob)]
    others = [Program(slow_app, one.host, one.token) for one in others]
    assert statuses(calls, 10) == [200] * 10
    assert statuses(others[0], 10) == [200] * 10
    assert statuses(others[1], 10) == [200] * 10
    assert statuses(others[2], 1) == [429]


def test_another_workspace_is_not_held_up(
    calls: Program, program: Programs, slow_app: Flask, charlie: Person
) -> None:
    statuses(calls, 11)
    made = program(charlie)
    assert statuses(Program(slow_app, made.host, made.token), 1) == [200]


def test_a_person_in_a_browser_is_not_counted(
    calls: Program, slow_app: Flask, alice: Person
) -> None:
    client = find_person(alice.part, alice.workspace, slow_app).client
    answers = [client.get("/api/v1/contacts?limit=1") for _one in range(15)]
    assert {one.status_code for one in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_a_refused_call_changes_nothing(calls: Program, clock: Clock) -> None:
    statuses(calls, 10)
    assert calls.post("accounts", {"name": "Never"}).status_code == 429
    clock.shift(timedelta(seconds=2 * SECONDS))
    assert calls.get("accounts?name=Never").json["data"] == []
