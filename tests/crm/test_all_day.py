"""What is due on a day and at no hour of it: the same date for everybody, late once it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, Reminder
from app.events import Event
from app.home.counts import counts
from app.home.due import due
from app.identity.models import FieldRule, User
from app.kernel.actor import Actor, FieldAccess
from app.kernel.days import end_of
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.filters import Filter
from app.records.query import Query, page
from app.records.registry import registry
from app.records.worktime import operations
from app.records.worktime.reading import Wish as Hours
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 11, 24)  # A Tuesday.
END = end_of(DAY, LONDON)
READERS = ("Europe/London", "Asia/Shanghai", "America/New_York", "Pacific/Auckland")


@pytest.fixture(autouse=True)
def _the_day_before(clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


def live_in(person: Person, zone: str) -> None:
    with person.workspace.scope() as session:
        session.get_one(User, person.user_id).zone = zone


def noon_of(clock: Clock, day: date, zone: str) -> None:
    clock.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)))


@pytest.fixture
def task(acme: Workspace, bob: Person) -> UUID:
    """Bob's task of Tuesday, at no hour, with a firm of his."""
    with acme.acting(bob) as by:
        firm = make_account(by)
        return make_activity(
            by, "task", subject="Ring them", due_at="2026-11-24", account_id=str(firm.id)
        ).id


def held(acme: Workspace, task: UUID) -> tuple[datetime | None, bool]:
    with acme.scope() as session:
        found = session.get_one(Activity, task)
        return found.due_at, found.all_day


def change(acme: Workspace, person: Person, task: UUID, **inputs: Any) -> None:
    with acme.acting(person) as by:
        perform("activity", "update", by.session.get_one(Activity, task), by=by, **inputs)


def test_a_date_without_an_hour_is_the_whole_day(acme: Workspace, task: UUID) -> None:
    assert held(acme, task) == (END, True)


@pytest.mark.parametrize("written", ["2026-11-24T14:00", "2026-11-24T00:00"])
def test_a_date_with_an_hour_is_not(acme: Workspace, bob: Person, task: UUID, written: str) -> None:
    change(acme, bob, task, due_at=written)
    moment = datetime.fromisoformat(written).replace(tzinfo=UTC)
    assert held(acme, task) == (moment, False)
    change(acme, bob, task, due_at="2026-11-24")
    assert held(acme, task) == (END, True)
    change(acme, bob, task, due_at="")
    assert held(acme, task) == (None, False)


def test_the_tick_makes_the_day_of_what_has_an_hour(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    live_in(bob, "Pacific/Auckland")
    change(acme, bob, task, due_at="2026-11-24T23:30", all_day="1")
    assert held(acme, task) == (END, True), "the date that was typed, though London's is another"
    change(acme, bob, task, due_at="2026-11-25T05:00")
    change(acme, bob, task, all_day="1")
    assert held(acme, task) == (END + timedelta(days=1), True), "the day on which Bob sees it"


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"all_day": "0"}, "all_day"),
        ({"all_day": "0", "due_at": END.isoformat()}, None),
        ({"all_day": "1", "due_at": ""}, "due_at"),
        ({"due_at": "2026-11-31"}, "due_at"),
        ({"due_at": "9999-12-31"}, "due_at"),
        ({"due_at": "2026-11-24", "all_day": "perhaps"}, "all_day"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    acme: Workspace, bob: Person, task: UUID, inputs: dict[str, str], field: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        change(acme, bob, task, **inputs)
    assert set(refused.value.errors) == {field or "due_at"}
    assert held(acme, task) == (END, True)


def test_whoever_may_not_write_the_date_does_not_move_it_by_its_flag(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    change(acme, bob, task, due_at="2026-11-24T14:00")
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(
            role_id=role.id, record_type="activity", field="due_at", access=int(FieldAccess.READ)
        )
        session.add(rule)
        role.stamp = new_id()
    with pytest.raises(Refused) as refused:
        change(acme, bob, task, all_day="1")
    assert set(refused.value.errors) == {"all_day"}


@pytest.mark.parametrize("zone", READERS)
def test_every_reader_sees_the_same_date_and_never_an_hour(
    acme: Workspace, bob: Person, task: UUID, zone: str
) -> None:
    live_in(bob, zone)
    with acme.scope() as session:
        firm = session.scalars(select(Account)).one()
        url = f"/accounts/{firm.id}"
    for place in ("/activities", f"/activities/{task}", url, "/accounts", "/"):
        shown = bob.client.get(place).text
        assert "24 Nov" in shown, place
        assert "25 Nov" not in shown, place
        assert "23:59" not in shown, place


@pytest.mark.parametrize("zone", READERS)
def test_it_is_late_once_the_reader_s_day_is_over(
    acme: Workspace, bob: Person, task: UUID, clock: Clock, zone: str
) -> None:
    live_in(bob, zone)
    noon_of(clock, DAY, zone)
    with acme.acting(bob) as by:
        found = due(by)
        assert counted(by) == {"late": 0, "today": 1}
        assert [one.when for one in found.today] == ["All day"]
        assert (found.late, found.soon, found.late_count) == ([], [], 0)
        assert found_by(by, "today") == ["Ring them"]
        assert (found_by(by, "today", "lt"), found_by(by, "now", "lt")) == ([], [])
        assert (found_by(by, "yesterday"), found_by(by, "tomorrow")) == ([], [])
    assert "is-late" not in bob.client.get("/activities").text
    noon_of(clock, DAY + timedelta(days=1), zone)
    with acme.acting(bob) as by:
        found = due(by)
        assert [one.is_late for one in found.late] == [True]
        assert found.late_count == 1
        assert counted(by) == {"late": 1, "today": 0}
        assert found_by(by, "yesterday") == ["Ring them"]
        assert found_by(by, "today", "lt") == found_by(by, "now", "lt") == ["Ring them"]
    assert "is-late" in bob.client.get("/activities").text


def counted(by: Actor) -> dict[str, int]:
    """What Home counts as late and as of today."""
    return {one.key: one.number for one in counts(by) if one.key in ("late", "today")}


def found_by(by: Actor, text: str, operator: str = "eq") -> list[str]:
    """The tasks that a list with this filter has."""
    activity = registry().type("activity")
    asked = Query(filters=(Filter("due_at", operator, text),), sort="created_at", limit=200)
    return [row.subject for row in page(activity, asked, by, ("subject",)).rows]


def test_a_list_by_an_hour_and_one_by_a_day_count_both(
    acme: Workspace, bob: Person, task: UUID, clock: Clock
) -> None:
    live_in(bob, "America/New_York")
    with acme.acting(bob) as by:
        make_activity(by, "task", subject="At nine", due_at="2026-11-24T21:00")
        make_activity(by, "task", subject="At night", due_at="2026-11-25T01:00")
    noon_of(clock, DAY, "America/New_York")
    with acme.acting(bob) as by:
        assert found_by(by, "today") == ["Ring them", "At nine"]
        assert found_by(by, "2026-11-24,2026-11-24", "between") == ["Ring them", "At nine"]


def test_the_next_step_of_its_customer_is_that_day(acme: Workspace, task: UUID) -> None:
    with acme.scope() as session:
        assert session.scalars(select(Account.next_step_at)).one() == END


def test_a_next_follow_up_without_an_hour_is_of_that_day(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        make_activity(by, "follow_up", body="They think", next_at="2026-11-24")
    with acme.scope() as session:
        planned = session.scalars(select(Activity).where(Activity.done_at.is_(None))).one()
        assert (planned.due_at, planned.all_day) == (END, True)


def test_so_is_a_step_that_is_planned_with_what_is_done(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    answer = bob.client.post(
        f"/activities/{task}/done",
        data={"when": "other", "kind": "call", "due_at": ["2026-11-24", ""]},
    )
    assert answer.status_code == 303
    with acme.scope() as session:
        planned = session.scalars(select(Activity).where(Activity.done_at.is_(None))).one()
        assert (planned.kind, planned.due_at, planned.all_day) == ("call", END, True)


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        (["2026-11-24", ""], END),
        (["2026-11-24", "14:00", "all_day"], END),
        (["2026-11-24", "14:00"], datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (["2026-11-24T14:00"], datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (["", ""], None),
    ],
)
def test_a_form_needs_no_script_for_it(
    acme: Workspace, bob: Person, task: UUID, sent: list[str], moment: datetime | None
) -> None:
    answer = bob.client.post(f"/activities/{task}/edit", data={"due_at": sent})
    assert answer.status_code == 303
    assert held(acme, task) == (moment, moment == END)


def test_a_time_without_its_date_is_refused_with_what_was_typed(bob: Person, task: UUID) -> None:
    answer = bob.client.post(f"/activities/{task}/edit", data={"due_at": ["", "14:00"]})
    assert answer.status_code == 422
    assert "Enter a date and time" in answer.text


def test_a_form_that_was_not_touched_changes_nothing(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    live_in(bob, "Pacific/Auckland")
    page = bob.client.get(f"/activities/{task}/edit").text
    assert 'value="2026-11-24"' in page
    bob.client.post(f"/activities/{task}/edit", data={"due_at": ["2026-11-24", "", "all_day"]})
    with acme.scope() as session:
        assert session.get_one(Activity, task).version == 1


def test_what_was_changed_is_told_and_taken_back(acme: Workspace, bob: Person, task: UUID) -> None:
    answer = bob.client.post(
        f"/activities/{task}/move", data={"field": "due_at", "value": "2026-11-24T14:00"}
    )
    assert answer.status_code == 303
    with acme.scope() as session:
        changed = select(Event.changes).where(Event.record_id == task, Event.verb == "updated")
        changes = session.scalars(changed).one()
        assert changes["all_day"] == [True, False]
        before = changes["due_at"][0]
    bob.client.post(f"/activities/{task}/move", data={"field": "due_at", "value": before})
    assert held(acme, task) == (END, True)
    told = bob.client.get(f"/activities/{task}/history/due_at").text
    assert "23:59" not in told


@pytest.fixture
def reminded(acme: Workspace) -> Iterator[Any]:
    def at() -> datetime | None:
        with acme.scope() as session:
            return session.scalars(select(Reminder.at)).one_or_none()

    return at


def test_it_is_brought_to_mind_in_the_morning_of_its_owner(
    acme: Workspace, bob: Person, task: UUID, reminded: Any
) -> None:
    assert reminded() == datetime(2026, 11, 24, 9, tzinfo=LONDON)
    live_in(bob, "America/New_York")
    change(acme, bob, task, due_at="2026-11-25")
    assert reminded() == datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("America/New_York"))
    change(acme, bob, task, remind="1440")
    assert reminded() == datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/New_York"))
    change(acme, bob, task, remind="none")
    assert reminded() is None


def test_or_as_the_firm_s_work_begins_where_it_said_when(
    acme: Workspace, alice: Person, bob: Person, task: UUID, reminded: Any
) -> None:
    with acme.acting(alice) as by:
        week = ("08:30-17:00",) * 5 + ("", "")
        wish = Hours("Desk", "Europe/London", week=week, is_default=True)
        operations.create_calendar(by, wish)
    change(acme, bob, task, due_at="2026-11-25")
    assert reminded() == datetime(2026, 11, 25, 8, 30, tzinfo=LONDON)
    change(acme, bob, task, due_at="2026-11-28")  # A Saturday, on which nobody works.
    assert reminded() == datetime(2026, 11, 28, 9, tzinfo=LONDON)


def test_moments_that_a_filter_spells_out_are_those_that_are_kept(
    acme: Workspace, bob: Person, task: UUID
) -> None:
    for zone in READERS:  # As links from a report do, whose days are the firm's.
        live_in(bob, zone)
        with acme.acting(bob) as by:
            assert found_by(by, "2026-11-24T00:00:00Z", "gte") == ["Ring them"], zone
            assert found_by(by, "2026-11-25T00:00:00Z", "lt") == ["Ring them"], zone
            assert found_by(by, "2026-11-24T23:00:00Z", "lt") == [], zone
