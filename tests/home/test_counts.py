"""The three numbers of the day, against the same numbers worked out from the seeds alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from app.demo.diary import activities
from app.demo.generate import accounts
from app.demo.load import WITHOUT, Amounts, load
from app.demo.seeds import ActivitySeed
from app.home.counts import counts
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

AMOUNTS = Amounts(accounts=60, contacts=120, activities=900, seed=11, workspace="mixed")
LONDON = ZoneInfo("Europe/London")
Numbers = tuple[int, int, int]


def due_of(seed: ActivitySeed) -> datetime | None:
    """When what is planned is due; None for what is done, and for what has no moment."""
    if seed.done or seed.kind in WITHOUT:
        return None
    return seed.due or seed.at


def worked_out(as_of: datetime, person: int, people: int, day: date) -> Numbers:
    """Overdue, due today and without a next step, of one person on one day, from the seeds."""
    made: Sequence[ActivitySeed] = tuple(
        activities(
            AMOUNTS.seed,
            AMOUNTS.activities,
            AMOUNTS.workspace,
            accounts=AMOUNTS.accounts,
            contacts=AMOUNTS.contacts,
            as_of=as_of.astimezone(LONDON),
        )
    )
    mine = [one for one in made if one.owner % people == person]
    days = [due.astimezone(LONDON).date() for one in mine if (due := due_of(one)) is not None]
    planned = {one.account for one in made if due_of(one) is not None}
    firms = accounts(AMOUNTS.seed, AMOUNTS.accounts, AMOUNTS.workspace)
    quiet = [
        number
        for number, one in enumerate(firms)
        if one.owner % people == person and one.lifecycle != "former" and number not in planned
    ]
    return sum(one < day for one in days), sum(one == day for one in days), len(quiet)


def told(acme: Workspace, person: Person) -> Numbers:
    with acme.acting(person) as by:
        found = {one.key: one.number for one in counts(by)}
        return found["late"], found["today"], found["quiet"]


@pytest.mark.parametrize(
    "begun",
    [
        datetime(2026, 3, 11, 10, tzinfo=UTC),
        datetime(2026, 3, 27, 23, 30, tzinfo=UTC),  # Over the clocks' change of the 29th.
    ],
)
def test_moving_the_clock_a_day_moves_the_numbers_as_the_seeds_say(
    acme: Workspace, alice: Person, bob: Person, begun: datetime
) -> None:
    people = (alice, bob)
    with time_machine.travel(begun, tick=False) as clock:
        with acme.acting() as by:
            for _written in load(by, [one.user_id for one in people], AMOUNTS):
                pass
        met: list[Numbers] = []
        for days in range(4):
            now = begun + timedelta(days=days)
            clock.move_to(now)
            today = now.astimezone(LONDON).date()
            for number, person in enumerate(people):
                expected = worked_out(begun, number, len(people), today)
                assert told(acme, person) == expected, (person.name, today)
                met.append(expected)
    assert len(set(met[::2])) > 1, "a day later something is late that was not"
    assert all(any(one[place] for one in met) for place in range(3)), "each number counts something"


def test_the_page_says_the_numbers_and_each_opens_as_many(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        for due in ("2020-01-01T09:00", "2020-01-02T09:00", f"{by.today()}T23:59"):
            make_activity(by, "task", subject=f"Ring {due}", due_at=due)
        make_activity(by, "task", subject="Far", due_at="2099-01-01T09:00")
        make_account(by, "Quiet")
        make_account(by, "Gone", lifecycle="former")
    client = bob.sign_in()
    page = client.get("/").text
    links = dict(re.findall(r'href="([^"]*)" data-day="(\w+)"', page))
    told_by_key = {key: url.replace("&amp;", "&") for url, key in links.items()}
    assert set(told_by_key) == {"late", "today", "quiet"}
    assert "2 overdue" in page
    assert "1 due today" in page
    assert "1 account without a next step" in page
    for key, number in (("late", 2), ("today", 1), ("quiet", 1)):
        opened = client.get(told_by_key[key]).text
        assert opened.count('<tr id="row-') == number, key


def test_what_was_just_done_is_counted_no_more(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        task = make_activity(by, "task", subject="Ring", due_at="2020-01-01T09:00").id
    client = bob.sign_in()
    client.post(f"/activities/{task}/complete")
    part = client.get("/", headers={"HX-Request": "true", "HX-Target": "div#due"}).text
    assert 'id="home-counts" data-hx-swap-oob' in part
    assert "0 overdue" in part


def hide(acme: Workspace, person: Person, kind: str, key: str) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        access = int(FieldAccess.HIDDEN)
        session.add(FieldRule(role_id=role.id, record_type=kind, field=key, access=access))
        role.stamp = new_id()


@pytest.mark.parametrize(
    ("kind", "key", "left"),
    [
        ("activity", "due_at", ["quiet"]),
        ("account", "next_step_at", ["late", "today"]),
        ("account", "lifecycle", ["late", "today"]),
    ],
)
def test_who_may_not_see_what_a_number_is_made_of_is_not_told_it(
    acme: Workspace, bob: Person, kind: str, key: str, left: list[str]
) -> None:
    hide(acme, bob, kind, key)
    with acme.acting(bob) as by:
        assert [one.key for one in counts(by)] == left
    assert bob.sign_in().get("/home/wall").status_code == 200


def test_a_list_that_its_reader_could_not_open_is_no_link(acme: Workspace, bob: Person) -> None:
    hide(acme, bob, "activity", "done_at")
    with acme.acting(bob) as by:
        assert [one.url for one in counts(by) if one.key != "quiet"] == ["", ""]


def test_what_is_overdue_besides_promises_is_called_so(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        past = (by.now - timedelta(days=3)).isoformat()
        make_activity(by, "task", subject="Write the offer", body="", due_at=past)
    page = bob.client.get("/").text
    assert "1 overdue" in page
    assert 'aria-label="Overdue"' in page
    with acme.acting(bob) as by:
        promised = {"subject": "Ring back", "is_promise": True, "due_at": past}
        make_activity(by, "task", body="", **promised)
    page = bob.client.get("/").text
    assert "2 overdue" in page
    assert 'aria-label="Overdue, besides promises"' in page
    assert 'aria-label="Overdue"' not in page
    assert 'aria-label="Today, besides promises"' not in page
