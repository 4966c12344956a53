"""The calendars of colleagues beside each other: a column for each in a day, a colour in a week."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from app.identity.models import FieldRule, Grant, User
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from app.kernel.actor import FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.pages.colleagues import MOST
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.pages.test_calendar import BUDGET, HTMX, plan

DAY = "/activities/calendar?span=day&on=2026-11-20"
WEEK = "/activities/calendar?span=week&on=2026-11-20"


@pytest.fixture(autouse=True)
def _in_november(clock: Clock) -> None:
    clock.move_to(datetime(2026, 11, 18, 12, tzinfo=UTC))


def of(address: str, *people: Person) -> str:
    return f"{address}&owner_id__in={','.join(str(one.user_id) for one in people)}"


def columns(html: str) -> dict[str, list[str]]:
    """The titles of the entries in the column of each colleague."""
    found = {}
    for part in html.split('<section class="calendar-day')[1:]:
        name = re.search(r'data-owner="[^"]+" aria-label="([^"]+)"', part)
        if name:
            found[name[1]] = re.findall(r'class="entry-title">(?:<span.*?</span>)?([^<]*)<', part)
    return found


def tones(html: str) -> dict[str, str]:
    """The colour of each entry, by its title."""
    found = re.findall(
        r'<li class="entry([^"]*)".*?class="entry-title">(?:<span.*?</span>)?([^<]*)<', html
    )
    return {title: (re.findall(r"tone-(\w+)", words) or [""])[0] for words, title in found}


def test_a_day_has_a_column_for_each_of_those_who_are_chosen(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    plan(acme, alice, "Hers", "2026-11-20T09:00")
    plan(acme, bob, "His", "2026-11-20T09:00", minutes=90)
    plan(acme, alice, "Of somebody else", "2026-11-20T09:00", owner_id=str(dora.user_id))
    shown = alice.client.get(of(DAY, bob, alice)).text
    assert columns(shown) == {"Alice Archer": ["Hers"], "Bob Baker": ["His"]}
    assert "people-2" in shown
    assert "Of somebody else" not in shown


def test_one_who_is_chosen_has_the_whole_day(acme: Workspace, alice: Person, bob: Person) -> None:
    plan(acme, bob, "His", "2026-11-20T09:00")
    for address in (of(DAY, bob), f"{DAY}&owner_id=me", DAY):
        shown = alice.client.get(address).text
        assert columns(shown) == {}
        assert "is-people" not in shown


def test_a_week_gives_each_a_colour_and_tells_whose_it_is(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    plan(acme, alice, "Hers", "2026-11-20T09:00")
    plan(acme, bob, "His", "2026-11-19T09:00")
    plain = tones(alice.client.get(WEEK).text)
    assert plain == {"His": "warn", "Hers": "warn"}, "both are tasks"
    shown = alice.client.get(of(WEEK, alice, bob)).text
    assert tones(shown) == {"Hers": "info", "His": "good"}
    legend = shown.split('<ul class="calendar-people"')[1].split("</ul>")[0]
    assert re.findall(r'tone-(\w+)"><span[^>]*>(\w+)</span>([^<]+)<', legend) == [
        ("info", "AA", "Alice Archer"),
        ("good", "BB", "Bob Baker"),
    ]
    assert '<span class="visually-hidden">Bob Baker</span>' in shown


def test_a_reader_sees_of_colleagues_what_they_may_read_and_nothing_of_the_rest(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    plan(acme, alice, "Secret plan", "2026-11-20T09:00")
    plan(acme, bob, "His", "2026-11-20T10:00")
    shown = bob.client.get(of(DAY, alice, bob)).text
    assert columns(shown) == {"Alice Archer": [], "Bob Baker": ["His"]}
    assert "Secret" not in shown


def test_what_is_planned_in_a_column_is_that_colleague_s(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    shown = alice.client.get(of(DAY, alice, bob)).text
    link = re.search(r'href="([^"]+)" data-drawer aria-label="Add for Bob Baker"', shown)
    assert link is not None
    assert parse_qs(urlsplit(unescape(link[1])).query)["owner_id"] == [str(bob.user_id)]
    form = alice.client.get(unescape(link[1])).text
    assert str(bob.user_id) in form
    assert 'value="2026-11-20"' in form
    assert 'value="09:00"' in form


def test_a_team_of_several_is_set_side_by_side_too(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        team = create_team(by, name="North")
        for person in (alice, bob):
            change_team(by, by.session.get_one(User, person.user_id), team)
        role = by.session.get_one(User, bob.user_id).role
        by.session.execute(
            update(Grant)
            .where(Grant.role_id == role.id, Grant.record_type == "activity")
            .values(reach=int(Reach.TEAM))
        )
        role.stamp = new_id()
    shown = bob.client.get(f"{DAY}&owner_id=my_team").text
    assert list(columns(shown)) == ["Alice Archer", "Bob Baker"]


def test_of_more_than_can_be_told_apart_the_first_are_shown_and_it_is_said(
    acme: Workspace, alice: Person, bob: Person, dora: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.pages.colleagues.TONES", ("info", "good"))
    shown = alice.client.get(of(DAY, alice, bob, dora)).text
    assert list(columns(shown)) == ["Alice Archer", "Bob Baker"]
    assert "2 of 3 colleagues have a place of their own." in shown


def test_colleagues_are_ticked_and_the_address_says_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    page = alice.client.get(f"{DAY}&q=ring&owner_id=me").text
    link = re.search(r'href="(/activities/calendar/colleagues[^"]+)"', page)
    assert link is not None
    form = alice.client.get(unescape(link[1])).text
    assert re.search(f'value="{alice.user_id}" checked', form)
    assert not re.search(f'value="{bob.user_id}" checked', form)
    query = re.search(r'name="query" value="([^"]+)"', form)
    assert query is not None
    sent = {"query": unescape(query[1]), "who": [str(alice.user_id), str(bob.user_id)]}
    answer = alice.client.post("/activities/calendar/colleagues", data=sent)
    assert answer.status_code == 303
    led = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert led == {
        "owner_id__in": [f"{alice.user_id},{bob.user_id}"],
        "q": ["ring"],
        "span": ["day"],
        "on": ["2026-11-20"],
    }
    none = alice.client.post("/activities/calendar/colleagues", data={"query": sent["query"]})
    assert "owner_id" not in none.headers["Location"]


def test_too_many_are_refused_and_stay_ticked(acme: Workspace, alice: Person) -> None:
    many = [str(alice.user_id), *(str(new_id()) for _ in range(MOST))]
    sent = {"query": "span=day", "who": many}
    answer = alice.client.post("/activities/calendar/colleagues", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert f"Choose at most {MOST} colleagues." in answer.text
    assert re.search(f'value="{alice.user_id}" checked', answer.text)


@pytest.mark.parametrize("who", ["nonsense", "", "'; --"])
def test_what_is_no_colleague_is_left_out(acme: Workspace, alice: Person, who: str) -> None:
    sent = {"query": "span=day&on=nonsense", "who": [who]}
    answer = alice.client.post("/activities/calendar/colleagues", data=sent)
    assert answer.status_code == 303
    assert alice.client.get(answer.headers["Location"]).status_code == 200


def test_who_may_not_see_owners_has_no_colleagues(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, dora.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field="owner_id", access=hidden)
        )
        role.stamp = new_id()
    shown = dora.client.get(DAY)
    assert shown.status_code == 200
    assert "/calendar/colleagues" not in shown.text
    assert dora.client.get(of(DAY, alice, bob)).status_code == 422
    refused = dora.client.get("/activities/calendar/colleagues?span=day")
    assert refused.status_code == 403
    assert "Bob" not in refused.text


def test_colleagues_take_one_statement_more_however_many_they_are(
    acme: Workspace,
    alice: Person,
    bob: Person,
    dora: Person,
    count_statements: Callable[[Person, str], int],
) -> None:
    plan(acme, bob, "His", "2026-11-20T10:00")
    for address in (DAY, WEEK):
        two = count_statements(alice, of(address, alice, bob))
        assert two <= BUDGET + 1
        assert count_statements(alice, of(address, alice, bob, dora)) == two
