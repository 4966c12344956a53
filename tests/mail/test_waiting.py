"""Mails that must not go now wait uncounted: beyond an hour's limit, or while the server fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.jobs.enqueue import enqueue
from app.jobs.errors import NotYet, TryLater
from app.mail import breaker, hourly
from app.mail.breaker import Breaker
from app.mail.trouble import Kind, ServerAway, Trouble, Uncertain
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice

Deliver = Callable[[], int]
HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def write(workspace: Workspace, n: int = 1) -> None:
    with workspace.scope():
        for number in range(n):
            payload = {
                "to": "bob@acme.example",
                "subject": str(number),
                "text": "Hello",
                "html": "<p>Hello</p>",
                "language": "en",
                "message_id": f"<{number}@zuke.test>",
            }
            enqueue(workspace.actor(), "send_mail", payload)


def waiting(app: Flask, workspace: Workspace) -> list[Job]:
    mine = select(Job).where(Job.tenant_id == workspace.facts.id, Job.state == "ready")
    with app.app_context(), control_session() as session:
        return list(session.scalars(mine.order_by(Job.run_at, Job.id)))


def change_settings(app: Flask, **changes: Any) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=changes)


def test_mails_beyond_the_hours_limit_go_in_the_next_hour(
    acme: Workspace, mail_app: Flask, deliver: Deliver, post_office: PostOffice, clock: Clock
) -> None:
    change_settings(mail_app, mails_per_hour=3)
    clock.move_to(NINE + timedelta(minutes=20))
    write(acme, 5)
    deliver()
    assert len(post_office.accepted) == 3
    held = waiting(mail_app, acme)
    assert [(job.attempts, job.error) for job in held] == [(0, hourly.HELD)] * 2
    assert held[0].run_at == NINE + HOUR
    clock.move_to(NINE + 2 * HOUR - timedelta(seconds=1))
    deliver()
    assert len(post_office.accepted) == 5
    assert waiting(mail_app, acme) == []


def test_a_long_queue_comes_back_at_the_limits_pace(
    acme: Workspace, mail_app: Flask, deliver: Deliver, post_office: PostOffice, clock: Clock
) -> None:
    change_settings(mail_app, mails_per_hour=2)
    clock.move_to(NINE)
    write(acme, 8)
    deliver()
    hours = [(job.run_at - NINE) // HOUR for job in waiting(mail_app, acme)]
    assert hours == [1, 1, 2, 2, 3, 3]


def test_one_workspaces_limit_holds_nobody_else(
    acme: Workspace,
    globex: Workspace,
    mail_app: Flask,
    deliver: Deliver,
    post_office: PostOffice,
    clock: Clock,
) -> None:
    change_settings(mail_app, mails_per_hour=1)
    clock.move_to(NINE)
    write(acme, 4)
    write(globex)
    deliver()
    senders = [str(message["From"]) for message in post_office.messages]
    assert sorted(sender.split(" <")[0] for sender in senders) == ["Acme Ltd", "Globex Corp"]


def test_a_mail_that_waited_for_a_month_is_a_dead_letter(
    acme: Workspace, mail_app: Flask, deliver: Deliver, clock: Clock
) -> None:
    change_settings(mail_app, mails_per_hour=1)
    clock.move_to(NINE)
    write(acme, 2)
    with mail_app.app_context(), control_session() as session:
        session.execute(update(Job).values(created_at=NINE - timedelta(days=31)))
    deliver()
    with mail_app.app_context(), control_session() as session:
        (dead,) = session.scalars(select(Job).where(Job.state == "dead"))
    assert dead.error == f"It waited for 30 days: {hourly.HELD}"


def test_a_server_that_fails_again_and_again_is_left_alone_and_tried_again(
    acme: Workspace, mail_app: Flask, deliver: Deliver, post_office: PostOffice, clock: Clock
) -> None:
    working = mail_app.extensions["settings"].smtp_url
    clock.move_to(NINE)
    change_settings(mail_app, smtp_url="smtp://127.0.0.1:1")
    write(acme, 7)
    deliver()
    jobs = waiting(mail_app, acme)
    tried = [job for job in jobs if job.attempts]
    held = [job for job in jobs if not job.attempts]
    assert (len(tried), len(held)) == (5, 2)
    assert {job.error for job in held} == {breaker.HELD.plain}

    # The server is back, but nobody asks it before the pause is over.
    change_settings(mail_app, smtp_url=working)
    write(acme)
    deliver()
    assert post_office.accepted == []
    clock.move_to(NINE + HOUR)
    deliver()
    assert len(post_office.accepted) == 8
    assert waiting(mail_app, acme) == []


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "451 4.7.1 Greylisted"])
def test_a_server_that_refuses_recipients_is_there(
    acme: Workspace, mail_app: Flask, deliver: Deliver, post_office: PostOffice, answer: str
) -> None:
    post_office.at_recipient = [answer] * 8
    write(acme, 9)
    deliver()
    assert len(post_office.accepted) == 1


def test_a_server_that_closes_to_everybody_is_left_alone(
    acme: Workspace, mail_app: Flask, deliver: Deliver, post_office: PostOffice
) -> None:
    post_office.at_recipient = ["421 4.3.2 Shutting down"] * 5
    write(acme, 6)
    deliver()
    assert post_office.accepted == []
    assert breaker.HELD.plain in [job.error for job in waiting(mail_app, acme)]


def ask(guard: Breaker, moment: datetime, error: Exception | None = None) -> None:
    with guard.asking(moment):
        if error is not None:
            raise error


def opened(moment: datetime) -> Breaker:
    guard = Breaker(most=2, first_pause=timedelta(minutes=1), longest_pause=timedelta(minutes=3))
    for _mail in range(2):
        with pytest.raises(ServerAway):
            ask(guard, moment, ServerAway(Trouble(Kind.LOST)))
    return guard


def test_one_mail_alone_is_the_trial() -> None:
    guard = opened(NINE)
    with pytest.raises(NotYet):
        ask(guard, NINE + timedelta(seconds=59))
    later = NINE + timedelta(minutes=1)
    with guard.asking(later), pytest.raises(NotYet):
        ask(guard, later)
    ask(guard, later)


def test_a_trial_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    guard, moment = opened(NINE), NINE
    for minutes in (1, 2, 3, 3):
        with pytest.raises(NotYet):
            ask(guard, moment + timedelta(minutes=minutes, seconds=-1))
        moment += timedelta(minutes=minutes)
        with pytest.raises(ServerAway):
            ask(guard, moment, ServerAway(Trouble(Kind.LOST)))


def test_a_success_between_forgets_the_failures() -> None:
    guard = Breaker(most=2)
    for _round in range(3):
        with pytest.raises(ServerAway):
            ask(guard, NINE, ServerAway(Trouble(Kind.LOST)))
        ask(guard, NINE)


def test_a_server_that_answers_a_refusal_to_the_trial_is_back() -> None:
    guard = opened(NINE)
    later = NINE + timedelta(minutes=1)
    with pytest.raises(TryLater):
        ask(guard, later, TryLater("greylisted"))
    ask(guard, later)


def test_a_trial_that_asked_nobody_proves_nothing() -> None:
    guard = opened(NINE)
    later = NINE + timedelta(minutes=1)
    with pytest.raises(NotYet, match="limit"):
        ask(guard, later, NotYet("the limit", HOUR))
    with pytest.raises(NotYet, match="answers again"):
        ask(guard, later)


def test_one_that_falls_silent_after_each_mail_is_left_alone_too() -> None:
    guard = Breaker()
    for _time in range(5):
        with pytest.raises(Uncertain):
            ask(guard, NINE, Uncertain(Trouble(Kind.TIME)))
    with pytest.raises(NotYet):
        ask(guard, NINE)
