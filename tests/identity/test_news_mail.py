"""News by mail, as each person chooses: at once, or what is unread once a working day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.crm.models import Activity
from app.identity.models import Notice, User
from app.identity.operations.news_mail import (
    arm_digests,
    choose_mails,
    mail_digest,
    mail_news,
    next_digest,
)
from app.identity.operations.notices import read_all
from app.identity.operations.users import disable_user, update_profile
from app.kernel.errors import Refused
from app.mail.render import render
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity
from tests.identity.conftest import Outbox
from tests.jobs.conftest import Queue, queue

__all__ = ["queue"]
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WORDS = "Could @Dora Dunn look?"


@pytest.fixture
def monday(clock: Clock) -> Clock:
    """Six in the morning of a Monday in London, where Acme is."""
    clock.move_to(MONDAY)
    return clock


def choose(acme: Workspace, person: Person, at: str = "", **ways: str) -> None:
    with acme.acting(person) as by:
        choose_mails(by, by.session.get_one(User, person.user_id), ways, at)


def mention(acme: Workspace, person: Person, body: str = WORDS) -> UUID:
    with acme.acting(person) as by:
        return make_activity(by, body=body, account_id=str(make_account(by).id)).id


def work(acme: Workspace, person: Person | None = None) -> None:
    """Run the job of the mails at once, or that of somebody's daily mail."""
    with acme.acting() as by:
        if person is None:
            mail_news(by)
        else:
            mail_digest(by, person.user_id)


def due(acme: Workspace, person: Person) -> datetime | None:
    with acme.scope() as session:
        return session.get_one(User, person.user_id).digest_at


def texts(outbox: Outbox) -> list[list[str]]:
    """The lines of each mail."""
    return [[line[0] for line in one.values["lines"]] for one in outbox.mails]  # type: ignore[attr-defined]


LINE = f"Alice Archer mentioned you on Fence & Sons: “{WORDS}”"


def test_what_is_wanted_at_once_is_mailed_once(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="once")
    mention(acme, alice)
    work(acme)
    work(acme)
    assert [one.to for one in outbox.mails] == [dora.email]
    assert texts(outbox) == [[LINE]]
    assert str(outbox.last.values["settings_url"]).endswith("/settings/me#news")


def test_a_worker_that_dies_mails_it_in_the_next_run(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="once")
    mention(acme, alice)
    with acme.acting() as by:
        mail_news(by)
        by.session.rollback()  # The mail is a job of this transaction, so it is gone as well.
    with acme.scope() as session:
        assert session.query(Notice).one().mailed_at is None
    work(acme)
    assert len(outbox.mails) == 2


def test_a_change_asks_for_the_mails_only_where_somebody_wants_them(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, queue: Queue, monday: Clock
) -> None:
    mention(acme, alice)
    assert not queue.jobs(acme)
    choose(acme, dora, mentioned="once")
    mention(acme, alice)
    assert [one.kind for one in queue.jobs(acme)] == ["mail_news"]


def test_the_daily_mail_comes_once_a_working_day(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock, queue: Queue
) -> None:
    choose(acme, dora, "07:30", mentioned="daily")
    assert due(acme, dora) == MONDAY + timedelta(minutes=90)
    [job] = queue.jobs(acme)
    assert (job.kind, job.run_at) == ("mail_digest", MONDAY + timedelta(minutes=90))
    mention(acme, alice)
    work(acme, dora)
    assert outbox.mails == []  # It is not time yet.
    monday.shift(timedelta(minutes=90))
    work(acme, dora)
    work(acme, dora)
    assert texts(outbox) == [[LINE]]
    assert due(acme, dora) == MONDAY + timedelta(days=1, minutes=90)
    assert len(queue.jobs(acme)) == 2


def test_nothing_is_mailed_where_there_is_nothing_new(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="daily")
    mention(acme, alice)
    with acme.acting(dora) as by:
        read_all(by)
    monday.shift(timedelta(hours=3))
    work(acme, dora)
    assert outbox.mails == []
    mention(acme, alice)
    for _day in range(3):
        monday.shift(timedelta(days=1))
        work(acme, dora)
    assert len(outbox.mails) == 1


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-23T07:59", "", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "", "2026-11-24T08:00"),
        ("2026-11-27T09:00", "", "2026-11-30T08:00"),
        ("2026-11-28T05:00", "", "2026-11-30T08:00"),
        ("2026-11-23T01:00", "Asia/Shanghai", "2026-11-24T00:00"),
        ("2026-11-27T12:00", "America/New_York", "2026-11-27T13:00"),
    ],
)
def test_the_next_daily_mail_by_the_person_s_clock(
    acme: Workspace, dora: Person, clock: Clock, now: str, zone: str, expected: str
) -> None:
    clock.move_to(datetime.fromisoformat(now).replace(tzinfo=UTC))
    with acme.acting(dora) as by:
        user = by.session.get_one(User, dora.user_id)
        user.zone = zone or None
        assert next_digest(user, by) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_another_zone_moves_the_daily_mail(
    acme: Workspace, dora: Person, monday: Clock, outbox: Outbox
) -> None:
    choose(acme, dora, mentioned="daily")
    with acme.acting(dora) as by:
        user = by.session.get_one(User, dora.user_id)
        update_profile(by, user, name=dora.name, phone="", language="", zone="Asia/Shanghai")
    assert due(acme, dora) == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_only_the_kinds_that_were_chosen_are_mailed_each_its_way(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="once", given="daily")
    mention(acme, alice)
    with acme.acting(alice) as by:
        make_activity(by, "task", subject="Ring", body="", owner_id=str(dora.user_id))
    work(acme)
    assert texts(outbox) == [[LINE]]
    monday.shift(timedelta(hours=3))
    work(acme, dora)
    assert texts(outbox)[1:] == [["Alice Archer added Ring for you"]]


def test_what_may_not_be_read_any_more_is_not_mailed(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="once")
    note = mention(acme, alice)
    with acme.acting(alice) as by:
        perform("activity", "delete", by.session.get_one(Activity, note), by=by)
    work(acme)
    assert outbox.mails == []


def test_who_was_disabled_is_mailed_nothing(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    choose(acme, dora, mentioned="once", given="daily")
    mention(acme, alice)
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, dora.user_id))
    work(acme)
    monday.shift(timedelta(hours=3))
    work(acme, dora)
    assert outbox.mails == []


def test_what_was_unread_before_the_choice_is_not_mailed(
    acme: Workspace, alice: Person, dora: Person, outbox: Outbox, monday: Clock
) -> None:
    mention(acme, alice)
    choose(acme, dora, mentioned="once")
    work(acme)
    assert outbox.mails == []


def test_lost_jobs_are_made_anew(
    acme: Workspace, dora: Person, outbox: Outbox, monday: Clock, queue: Queue
) -> None:
    choose(acme, dora, mentioned="daily")
    with acme.acting() as by:
        arm_digests(by)
    assert len(queue.jobs(acme)) == 1
    monday.shift(timedelta(days=3))
    with acme.acting() as by:
        by.session.get_one(User, dora.user_id).digest_at = MONDAY + timedelta(days=1)
        by.session.flush()
        arm_digests(by)
    assert len(queue.jobs(acme)) == 2


@pytest.mark.parametrize(
    "sent",
    [
        {"mail_mentioned": "hourly"},
        {"digest_time": "25:00"},
        {"digest_time": "morning"},
        {"digest_time": "8"},
    ],
)
def test_a_choice_that_is_none_is_refused_and_nothing_lost(
    acme: Workspace, dora: Person, sent: dict[str, str]
) -> None:
    answer = dora.client.post("/settings/me/news", data={"news": ["owned"], **sent})
    assert answer.status_code == 422
    assert f'value="{dora.name}"' in answer.text
    assert re.findall(r'name="news" value="(\w+)" checked', answer.text) == ["owned"]
    assert dora.user.muted == []


def test_the_profile_keeps_what_was_chosen(acme: Workspace, dora: Person) -> None:
    sent: dict[str, Any] = {
        "news": ["mentioned"],
        "mail_mentioned": "daily",
        "mail_due": "once",
        "digest_time": "17:45",
    }
    assert dora.client.post("/settings/me/news", data=sent).status_code == 303
    assert dora.user.mailed == {"mentioned": "daily", "due": "once"}
    page = dora.client.get("/settings/me").text
    assert 'name="digest_time" value="17:45"' in page
    assert page.count('<option value="daily" selected>') == 1
    dora.client.post("/settings/me/news", data={"news": ["mentioned"]})
    assert (dora.user.mailed, dora.user.digest_at) == ({}, None)


def test_choosing_for_a_kind_that_there_is_not_is_refused(acme: Workspace, dora: Person) -> None:
    with pytest.raises(Refused):
        choose(acme, dora, nonsense="once")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_mail_escapes_what_people_wrote(language: str) -> None:
    values = {
        "name": "Dora",
        "workspace": "Acme",
        "workspace_url": "https://acme.zuke.example",
        "lines": [("<b>Bob</b> mentioned you", "24 Nov, 08:00", "https://acme.zuke.example/n/1")],
        "total": 1,
        "more": 0,
        "settings_url": "https://acme.zuke.example/settings/me#news",
        "stop": "https://acme.zuke.example/news/stop/x",
    }
    made = render("identity/news", values, language)
    assert "&lt;b&gt;Bob&lt;/b&gt;" in made.html
    assert "<b>Bob</b>" not in made.html
    assert 'href="https://acme.zuke.example/n/1"' in made.html
    assert "https://acme.zuke.example/settings/me#news" in made.text
    assert ("1 notification from Acme" in made.subject) is (language == "en")
