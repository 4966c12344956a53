"""Reports by mail on schedule: to oneself and to colleagues, each in their own rights, stopped."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.events.models import Event
from app.identity import outside
from app.identity.models import Grant, User
from app.identity.operations.users import disable_user
from app.jobs.registry import Registry, connect
from app.kernel.ids import new_id
from app.mail.message import build
from app.mail.send import send_mail
from app.modules import JOBS
from app.reports.mailings import find
from app.reports.mailings.models import ReportMailing, ReportReader
from app.reports.mailings.plan import arm_mailings
from app.reports.mailings.send import mail_report
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace, visitor
from tests.conftest import Clock
from tests.factories import make_account
from tests.jobs.conftest import Queue, queue

__all__ = ["queue"]
SUNDAY = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
BY_COUNTRY = {"record_type": "account", "groups": [{"field": "country"}]}


@pytest.fixture
def sunday(clock: Clock) -> Clock:
    clock.move_to(SUNDAY)
    return clock


@pytest.fixture(autouse=True)
def _real_mail(engine_app: Flask, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are rendered and enqueued as they are, in whichever application."""
    for name in (outside.SEND_MAIL, "settings"):
        monkeypatch.setitem(engine_app.extensions, name, app.extensions[name])
    assert app.extensions[outside.SEND_MAIL] is send_mail
    connect(engine_app, Registry(JOBS))


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person, sunday: Clock) -> None:
    with acme.acting(alice) as by:
        for name, country, owner in (("Zug", "DE", bob), ("Öl", "DE", bob), ("Rye", "GB", alice)):
            make_account(by, name, country=country, owner_id=owner.user_id)


def kept(person: Person, audience: str = "everyone") -> str:
    """The id of a report that somebody keeps."""
    form = {"definition": json.dumps(BY_COUNTRY), "name": "By country", "audience": audience}
    answer = person.client.post("/reports/save", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).rpartition("/")[2]


def plan(person: Person, report: str, *readers: Person, **more: str) -> Any:
    form = {"report": report, "rhythm": "weekly", "weekday": "0", "day": "1", "at": "08:00"}
    ids = [str(one.user_id) for one in readers]
    return person.client.post("/reports/mail", data={**form, **more, "readers": ids})


def work(acme: Workspace) -> None:
    """Run the job of every reader, due or not."""
    with acme.scope() as session:
        ids = session.scalars(select(ReportReader.id).order_by(ReportReader.id)).all()
    for one in ids:
        with acme.acting() as by:
            mail_report(by, one)


def mails(queue: Queue) -> dict[str, dict[str, Any]]:
    """The mails that wait to be sent, by whom they are for."""
    found = [one.payload for one in queue.jobs() if one.kind == "send_mail"]
    assert len({one["to"] for one in found}) == len(found)
    return {one["to"]: dict(one) for one in found}


def reader(acme: Workspace, person: Person) -> ReportReader:
    with acme.scope() as session:
        return session.scalars(
            select(ReportReader).where(ReportReader.user_id == person.user_id)
        ).one()


@pytest.mark.usefixtures("firms")
def test_each_gets_it_with_what_they_may_see_once_when_it_is_due(
    acme: Workspace, alice: Person, bob: Person, queue: Queue, sunday: Clock
) -> None:
    report = kept(alice)
    assert plan(alice, report, alice, bob).status_code == 303
    work(acme)
    assert mails(queue) == {}
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    work(acme)
    found = mails(queue)
    assert set(found) == {alice.email, bob.email}
    hers, his = found[alice.email], found[bob.email]
    assert "United Kingdom: 1" in hers["text"]
    assert "All: 3" in hers["text"]
    assert "United Kingdom" not in his["text"] + his["html"]
    assert "All: 2" in his["text"]
    assert "Alice Archer has it mailed to you" in his["text"]
    assert "has it mailed to you" not in hers["text"]
    assert f"/reports/{report}" in his["html"]
    # The file goes to who may export, and to nobody else.
    assert not his["files"]
    (file,) = hers["files"]
    inside = ZipFile(io.BytesIO(b64decode(file["content"])))
    assert "United Kingdom" in "".join(
        inside.read(name).decode() for name in inside.namelist() if name.endswith(".xml")
    )
    assert reader(acme, bob).next_at == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.mark.usefixtures("firms")
def test_the_message_carries_the_file_and_the_address_that_stops_it(
    acme: Workspace, alice: Person, queue: Queue, sunday: Clock
) -> None:
    plan(alice, kept(alice), alice)
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    payload = mails(queue)[alice.email]
    message = build(payload, Address("Acme", "mail", "zuke.test"), SUNDAY)
    (part,) = message.iter_attachments()
    assert part.get_filename() == "By country.xlsx"
    assert part.get_content() == b64decode(payload["files"][0]["content"])
    body = message.get_body(("plain",))
    assert body is not None
    assert "All: 3" in body.get_content()
    assert "/reports/mail/stop/" in str(message["List-Unsubscribe"])


@pytest.mark.usefixtures("firms")
def test_hours_missed_in_a_standstill_are_mailed_once(
    acme: Workspace, alice: Person, queue: Queue, sunday: Clock
) -> None:
    plan(alice, "accounts-by-lifecycle", alice, rhythm="daily", at="07:30")
    sunday.move_to(datetime(2026, 11, 27, 12, 0, tzinfo=UTC))
    work(acme)
    assert set(mails(queue)) == {alice.email}
    assert reader(acme, alice).next_at == datetime(2026, 11, 28, 7, 30, tzinfo=UTC)


@pytest.mark.usefixtures("firms")
def test_business_days_are_those_of_the_firm_and_the_hour_is_the_reader_s(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope() as session:
        session.get_one(User, bob.user_id).zone = "Asia/Shanghai"
    # The 25th of December 2026 is a Friday, and the 28th is kept instead of the 26th in Britain.
    form = {"rhythm": "monthly", "day": "25", "at": "09:00", "business_days": "1"}
    plan(alice, "accounts-by-lifecycle", alice, bob, **form)
    assert reader(acme, alice).next_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert reader(acme, bob).next_at == datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


@pytest.mark.usefixtures("firms")
def test_a_mail_is_stopped_by_a_button_behind_its_address(
    acme: Workspace, alice: Person, bob: Person, queue: Queue, sunday: Clock, app: Flask
) -> None:
    report = kept(alice)
    plan(alice, report, alice, bob)
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    address = mails(queue)[bob.email]["stop_url"]
    place = "/reports/mail/stop/" + address.rpartition("/")[2]
    stranger = visitor(app, acme)
    assert "Stop these mails" in stranger.get(place).text
    assert reader(acme, bob).stopped_at is None  # Looking stops nothing.
    assert stranger.post(place, csrf=False).status_code == 200
    assert reader(acme, bob).next_at is None
    # Whoever set it up can't begin it again for him; he can, and then the old address is spent.
    plan(alice, report, alice, bob)
    assert reader(acme, bob).next_at is None
    one = reader(acme, bob).id
    again = {"report": report, "on": "1"}
    sunday.shift(timedelta(minutes=1))
    assert alice.client.post(f"/reports/mail/{one}/reading", data=again).status_code == 404
    assert bob.client.post(f"/reports/mail/{one}/reading", data=again).status_code == 303
    assert reader(acme, bob).next_at is not None
    assert stranger.post(place, csrf=False).status_code == 200
    assert reader(acme, bob).stopped_at is None
    with acme.scope() as session:
        told = session.scalars(select(Event.verb).where(Event.verb == "mailing_stopped")).all()
        assert told == ["mailing_stopped"]


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("forged", ["", "x", "A" * 54, "Ä", "%00", "a/../b"])
def test_an_address_that_is_not_ours_stops_nothing(
    acme: Workspace, alice: Person, app: Flask, forged: str
) -> None:
    plan(alice, kept(alice), alice)
    answer = visitor(app, acme).post(f"/reports/mail/stop/{forged}", csrf=False)
    assert answer.status_code in (400, 404, 405, 422)
    assert reader(acme, alice).stopped_at is None


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("who", ["owner", "reader"])
def test_whoever_left_ends_it(
    acme: Workspace, alice: Person, bob: Person, dora: Person, queue: Queue, sunday: Clock, who: str
) -> None:
    report = kept(alice)
    # Bob has it mailed to Alice; or Alice to Bob.
    setter, other = (bob, alice) if who == "owner" else (alice, bob)
    assert plan(setter, report, other).status_code == 303
    with acme.scope() as session:
        disable_user(acme.actor(), session.get_one(User, bob.user_id))
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    assert mails(queue) == {}
    assert reader(acme, other).next_at is None


@pytest.mark.usefixtures("firms")
def test_whoever_may_not_see_it_gets_none(
    acme: Workspace, alice: Person, bob: Person, queue: Queue, sunday: Clock
) -> None:
    private = kept(alice, "private")
    refused = plan(alice, private, bob)
    assert refused.status_code == 422
    assert "may not see this report" in refused.text
    assert bob.client.get(f"/reports/mail?report={private}").status_code == 404
    report = kept(alice)
    plan(alice, report, alice, bob)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        reads = (Grant.role_id == role.id, Grant.record_type == "account")
        session.execute(delete(Grant).where(*reads))
        role.stamp = new_id()
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    assert set(mails(queue)) == {alice.email}
    assert "Bob" not in alice.client.get(f"/reports/mail?report={report}").text.split("<form")[-1]


@pytest.mark.usefixtures("firms")
def test_a_report_that_can_t_be_made_is_mailed_with_the_reason(
    acme: Workspace, alice: Person, bob: Person, queue: Queue, sunday: Clock
) -> None:
    narrowed = {**BY_COUNTRY, "filter": {"f": "city", "op": "eq", "v": "Secretford"}}
    form = {"definition": json.dumps(narrowed), "name": "Narrow", "audience": "everyone"}
    place = str(alice.client.post("/reports/save", data=form).headers["Location"])
    plan(alice, place.rpartition("/")[2], bob)
    hide(acme, bob, "account", "city")
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    mail = mails(queue)[bob.email]
    assert "narrowed by a field that you may not see" in mail["text"]
    assert "Secretford" not in mail["text"] + mail["html"]
    assert not mail["files"]


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rhythm", "hourly"),
        ("weekday", "9"),
        ("weekday", "x"),
        ("day", "0"),
        ("day", "32"),
        ("day", "1e9"),
        ("at", "25:00"),
        ("at", "8"),
        ("at", ""),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(
    alice: Person, field: str, value: str
) -> None:
    answer = plan(alice, "accounts-by-lifecycle", alice, **{field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert plan(alice, "accounts-by-lifecycle").status_code == 422


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("rhythm", "needed"), [("daily", ""), ("weekly", "weekday"), ("monthly", "day")]
)
def test_a_form_sends_only_the_day_that_its_rhythm_needs(
    acme: Workspace, alice: Person, rhythm: str, needed: str
) -> None:
    kept_as = {"weekday": "3", "day": "12"}
    plan(alice, "accounts-by-lifecycle", alice, **kept_as)
    form = {"report": "accounts-by-lifecycle", "rhythm": rhythm, "at": "07:00"}
    form["readers"] = str(alice.user_id)
    sent = {needed: "2"} if needed else {}
    assert alice.client.post("/reports/mail", data={**form, **sent}).status_code == 303
    with acme.scope() as session:
        row = session.scalars(select(ReportMailing)).one()
        as_kept = {"weekday": str(row.weekday), "day": str(row.day)}
        assert (row.rhythm, as_kept) == (rhythm, {**kept_as, **sent})
    if needed:
        answer = alice.client.post("/reports/mail", data=form)
        assert answer.status_code == 422
        assert f'id="{needed}-error"' in answer.text


@pytest.mark.usefixtures("firms")
def test_it_is_changed_and_ended_by_whoever_set_it_up(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = kept(alice)
    plan(alice, report, alice, bob)
    plan(alice, report, alice, rhythm="daily")
    with acme.scope() as session:
        assert session.scalars(select(ReportMailing.rhythm)).all() == ["daily"]
        assert session.scalars(select(ReportReader.user_id)).all() == [alice.user_id]
    assert bob.client.post("/reports/mail/end", data={"report": report}).status_code == 404
    assert alice.client.post("/reports/mail/end", data={"report": report}).status_code == 303
    with acme.scope() as session:
        assert session.scalars(select(ReportMailing.id)).all() == []
        assert session.scalars(select(ReportReader.id)).all() == []


@pytest.mark.usefixtures("firms")
def test_a_job_that_was_lost_is_made_anew(
    acme: Workspace, alice: Person, queue: Queue, sunday: Clock
) -> None:
    plan(alice, kept(alice), alice)
    with acme.scope() as session:
        session.execute(update(ReportReader).values(next_at=SUNDAY + timedelta(hours=1)))
    with acme.acting() as by:
        arm_mailings(by)
        arm_mailings(by)
    due = [one.run_at for one in queue.jobs() if one.kind == "mail_report"]
    assert due.count(SUNDAY + timedelta(hours=1)) == 1


@pytest.mark.usefixtures("firms")
def test_a_colleague_beyond_those_that_a_form_names_is_looked_up_and_stays(
    acme: Workspace, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_OFFERED", 0)
    report = kept(alice)
    form = alice.client.get(f"/reports/mail?report={report}").text
    assert f'value="{bob.user_id}"' not in form
    assert 'data-lookup="/lookup/user"' in form
    assert plan(alice, report, alice, bob).status_code == 303
    shown = alice.client.get(f"/reports/mail?report={report}").text
    assert re.search(rf'value="{bob.user_id}" checked', shown)
    assert plan(alice, report, alice, bob, rhythm="daily").status_code == 303
    assert reader(acme, bob).next_at is not None
    assert plan(alice, kept(alice, "private"), alice, bob).status_code == 422


@pytest.mark.usefixtures("firms")
def test_a_colleague_who_was_disabled_gets_it_again_once_they_are_back(
    acme: Workspace, alice: Person, bob: Person, queue: Queue, sunday: Clock
) -> None:
    report = kept(alice)
    plan(alice, report, alice, bob)
    with acme.acting(alice) as by:
        by.session.get_one(User, bob.user_id).is_active = False
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    assert reader(acme, bob).next_at is None
    assert plan(alice, report, alice, rhythm="daily").status_code == 303
    with acme.acting() as by:
        arm_mailings(by)
    assert reader(acme, bob).next_at is None, "as long as they are away"
    with acme.acting(alice) as by:
        by.session.get_one(User, bob.user_id).is_active = True
    with acme.acting() as by:
        arm_mailings(by)
    assert reader(acme, bob).next_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_a_mail_in_chinese_is_in_chinese(
    acme: Workspace, alice: Person, queue: Queue, sunday: Clock
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "上海", country="CN")
        by.session.get_one(User, alice.user_id).language = "zh-CN"
    plan(alice, "accounts-by-industry", alice)
    sunday.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    work(acme)
    mail = mails(queue)[alice.email]
    assert not re.search(r"Hello|Open the report|Stop these", mail["text"] + mail["html"])
