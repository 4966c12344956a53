"""Reports by mail, set up by those who want others to read them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from app.reports.mailings.models import ReportMailing, ReportReader
from tests.attacks.together import statuses
from tests.cast import Person, Workspace
from tests.reports.test_mailings import _real_mail, firms, kept, plan, reader, sunday

__all__ = ["_real_mail", "firms", "sunday"]


def stop(acme: Workspace, person: Person, report: str) -> None:
    place = f"/reports/mail/{reader(acme, person).id}/reading"
    assert person.client.post(place, data={"report": report}).status_code == 303


def end(person: Person, report: str) -> int:
    return person.client.post("/reports/mail/end", data={"report": report}).status_code


@pytest.mark.usefixtures("firms")
def test_who_stopped_a_report_stays_without_it_however_it_is_set_up_anew(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = kept(alice)
    plan(alice, report, alice, bob)
    stop(acme, bob, report)
    for taken_out in (
        lambda: plan(alice, report, alice).status_code,
        lambda: end(alice, report),
    ):
        assert taken_out() == 303
        assert plan(alice, report, alice, bob).status_code == 303
        assert reader(acme, bob).stopped_at is not None
        assert reader(acme, bob).next_at is None
        assert reader(acme, alice).next_at is not None


@pytest.mark.usefixtures("firms")
def test_a_report_that_is_mailed_no_more_is_begun_again_by_no_reader(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = kept(alice)
    plan(alice, report, alice, bob)
    stop(acme, bob, report)
    assert end(alice, report) == 303
    assert "Mail it no more" not in alice.client.get(f"/reports/mail?report={report}").text
    assert "From Alice" not in bob.client.get(f"/reports/mail?report={report}").text
    again = {"report": report, "on": "1"}
    place = f"/reports/mail/{reader(acme, bob).id}/reading"
    assert bob.client.post(place, data=again).status_code == 404
    assert reader(acme, bob).next_at is None
    assert end(alice, report) == 404


@pytest.mark.usefixtures("firms")
def test_a_form_that_is_sent_several_times_at_once_plans_one_mailing(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = kept(alice)
    form = {"report": report, "rhythm": "weekly", "weekday": "0", "day": "1", "at": "08:00"}
    sent = {**form, "readers": [str(alice.user_id), str(bob.user_id)]}
    browsers = [alice.sign_in() for _number in range(4)]
    asks = [partial(one.post, "/reports/mail", data=sent) for one in browsers]
    assert statuses(asks) == [303] * 4
    with acme.scope() as session:
        assert len(session.scalars(select(ReportMailing.id)).all()) == 1
        assert len(session.scalars(select(ReportReader.id)).all()) == 2


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    "odd",
    [
        {"report": "\x00"},
        {"report": "x" * 5_000},
        {"rhythm": "<b>"},
        {"weekday": "9" * 50},
        {"day": "٣"},
        {"at": "24:00"},
        {"at": "\x00"},
        {"readers": ["x"] * 300},
        {"readers": []},
    ],
)
def test_odd_forms_plan_nothing(acme: Workspace, alice: Person, odd: dict[str, Any]) -> None:
    form = {"rhythm": "weekly", "weekday": "0", "day": "1", "at": "08:00"}
    wish = {"report": kept(alice), **form, "readers": [str(alice.user_id)], **odd}
    assert alice.client.post("/reports/mail", data=wish).status_code in (404, 422)
    with acme.scope() as session:
        assert session.scalars(select(ReportMailing.id)).all() == []
