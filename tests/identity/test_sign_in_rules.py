"""What is asked of whoever signs in: at the door, inside, of programs; nobody is locked out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.events import Event
from app.identity.models import Notice, Role, User, UserSession
from app.identity.operations.roles import role_by_key
from app.identity.operations.second_step import TELL, tell_due
from app.identity.operations.sign_in_rules import change_rules
from app.identity.operations.two_factor import clear_two_factor, end_two_factor
from app.identity.operations.users import change_role, create_user
from app.identity.sign_in_rules import Rules, rules_of
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.identity.conftest import Outbox, totp_code, turn_on_two_factor
from tests.records.api.conftest import Programs, program

__all__ = ["program"]
PLACE = "/settings/sign-in"
USUAL: dict[str, Any] = {
    "two_factor": "free",
    "grace_days": "7",
    "password_length": "8",
    "idle_hours": "72",
    "longest_days": "30",
}
ALL = Rules(two_factor="all")


def decide(workspace: Workspace, person: Person, rules: Rules) -> None:
    with workspace.acting(person) as by:
        change_rules(by, rules)


def due(workspace: Workspace, person: Person) -> datetime | None:
    with workspace.scope() as session:
        return session.get_one(User, person.user_id).two_factor_due_at


def days_left(workspace: Workspace, person: Person, clock: Clock) -> int | None:
    found = due(workspace, person)
    return None if found is None else round((found - clock.now) / timedelta(days=1))


@pytest.fixture
def asked_of_all(acme: Workspace, alice: Person, clock: Clock) -> Person:
    """Alice, who has the second step, asks it of everybody within a week."""
    turn_on_two_factor(alice)
    decide(acme, alice, ALL)
    return alice


def test_the_page_changes_the_rules_and_the_audit_tells_it(acme: Workspace, alice: Person) -> None:
    page = alice.client.get(PLACE).text
    assert "Everybody decides for themselves" in page
    data = {**USUAL, "password_length": "12", "idle_hours": "8", "longest_days": "7"}
    assert alice.client.post(PLACE, data=data).status_code == 303
    with acme.scope() as session:
        assert rules_of(session) == Rules(password_length=12, idle_hours=8, longest_days=7)
        told = session.scalars(select(Event).where(Event.record_type == "sign_in_rules")).one()
        assert told.changes == {
            "password_length": [8, 12],
            "idle_hours": [72, 8],
            "longest_days": [30, 7],
        }
    assert "Sign-in rules" in alice.client.get("/settings/audit").text


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("password_length", "7", "Enter a number from 8 to 64."),
        ("password_length", "x", "Enter a number from 8 to 64."),
        ("grace_days", "365", "not one of the values"),
        ("idle_hours", "2", "not one of the values"),
        ("longest_days", "365", "not one of the values"),
        ("two_factor", "never", "not one of the values"),
        ("two_factor", "roles", "Choose at least one role."),
        ("two_factor", "all", "for yourself first"),
    ],
)
def test_what_is_not_right_is_told_beside_its_field(
    acme: Workspace, alice: Person, field: str, typed: str, told: str
) -> None:
    answer = alice.client.post(PLACE, data={**USUAL, field: typed})
    assert (answer.status_code, told in answer.text) == (422, True)
    with acme.scope() as session:
        assert rules_of(session) == Rules()


def test_a_session_can_not_be_idle_longer_than_it_lasts(alice: Person) -> None:
    answer = alice.client.post(PLACE, data={**USUAL, "idle_hours": "72", "longest_days": "1"})
    assert (answer.status_code, "longer than a session lasts" in answer.text) == (422, True)


def test_only_who_may_decides(acme: Workspace, bob: Person) -> None:
    assert bob.client.get(PLACE).status_code == 403
    assert bob.client.post(PLACE, data=USUAL).status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        change_rules(by, Rules(password_length=20))


def test_a_role_that_is_not_there_is_refused(acme: Workspace, alice: Person) -> None:
    wished = Rules(two_factor="roles", two_factor_roles=frozenset({new_id()}))
    with acme.acting(alice) as by, pytest.raises(Refused, match="check the marked"):
        change_rules(by, wished)


def test_until_the_time_is_over_everybody_works_on_under_a_bar(
    acme: Workspace, asked_of_all: Person, bob: Person, clock: Clock
) -> None:
    assert days_left(acme, bob, clock) == 7
    page = bob.client.get("/accounts")
    assert page.status_code == 200
    assert "asks for two-factor sign-in. Set it up by" in page.text
    assert "asks for two-factor" not in asked_of_all.client.get("/accounts").text
    assert "yet to set two-factor" in asked_of_all.client.get(PLACE).text


def test_after_it_nothing_but_setting_it_up_is_open(
    acme: Workspace, asked_of_all: Person, bob: Person, clock: Clock
) -> None:
    clock.shift(timedelta(days=7, minutes=1))
    client = bob.sign_in()
    for place in ("/", "/accounts", "/settings/me", "/notices"):
        assert client.get(place).location == "/settings/me/two-factor", place
    assert client.post("/accounts/new", data={"name": "Late"}).status_code == 403
    assert client.get("/accounts", headers={"HX-Request": "true"}).status_code == 403
    page = client.get("/settings/me/two-factor")
    assert (page.status_code, "Set it up now to go on" in page.text) == (200, True)
    for part in ("/palette", "/shortcuts"):  # The keys of this page work: there one signs out.
        assert client.get(part, headers={"HX-Request": "true"}).status_code == 200, part
    assert client.post("/logout").status_code == 303


@pytest.mark.parametrize("as_colleague", [False, True])
def test_looking_as_a_role_or_a_colleague_takes_nothing_of_it_off(
    acme: Workspace, alice: Person, bob: Person, clock: Clock, as_colleague: bool
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).two_factor_due_at = clock.now + timedelta(days=1)
        role = session.get_one(User, bob.user_id).role_id
    client, place = alice.client, "/settings/me/two-factor"
    data = {"user_id": str(bob.user_id) if as_colleague else ""}
    assert client.post(f"/settings/roles/{role}/preview", data=data).status_code == 303
    assert client.get("/accounts").status_code == 200
    clock.shift(timedelta(days=1, minutes=1))
    assert client.get("/accounts", headers={"HX-Request": "true"}).status_code == 403
    assert client.get("/api/v1/accounts").status_code == 403
    assert client.get("/accounts").location == place
    page = client.get(place)
    assert (page.status_code, "Set it up now to go on" in page.text) == (200, True)
    assert "You are looking as" not in page.text
    with acme.scope() as session:
        assert session.scalars(select(Event.id).where(Event.verb == "preview_ended")).all()
    assert client.get("/accounts").location == place


def test_the_button_that_ends_a_look_works_for_who_is_overdue(
    acme: Workspace, alice: Person, bob: Person, clock: Clock
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).two_factor_due_at = clock.now + timedelta(days=1)
        role = session.get_one(User, bob.user_id).role_id
    client = alice.client
    client.post(f"/settings/roles/{role}/preview", data={"user_id": ""})
    clock.shift(timedelta(days=1, minutes=1))
    assert client.post("/preview/end").location == f"/settings/roles/{role}"


def test_setting_it_up_opens_everything_again(
    acme: Workspace, asked_of_all: Person, bob: Person, clock: Clock
) -> None:
    clock.shift(timedelta(days=8))
    client = bob.sign_in()
    place = "/settings/me/two-factor"
    assert client.post(place, data={"password": bob.password}).status_code == 303
    code = totp_code(bob, clock.now)
    assert client.post(f"{place}/confirm", data={"code": code}).status_code == 200
    assert client.get("/accounts").status_code == 200
    assert due(acme, bob) is None


def test_programs_of_who_is_overdue_wait_too(
    acme: Workspace, alice: Person, bob: Person, clock: Clock, program: Programs
) -> None:
    robot = program(bob)
    turn_on_two_factor(alice)
    decide(acme, alice, replace(ALL, grace_days=3))
    assert robot.get("accounts").status_code == 200
    clock.shift(timedelta(days=3, minutes=1))
    answer = robot.get("accounts")
    assert (answer.status_code, "two-factor" in answer.text) == (403, True)
    with acme.scope() as session:
        mine = update(User).where(User.id == bob.user_id)
        session.execute(mine.values(two_factor_due_at=None, totp_confirmed_at=clock.now))
    assert robot.get("accounts").status_code == 200


def test_it_can_not_be_turned_off_while_it_is_asked_for(
    acme: Workspace, asked_of_all: Person
) -> None:
    with acme.acting(asked_of_all) as by:
        user = by.session.get_one(User, asked_of_all.user_id)
        with pytest.raises(Refused, match="stays on"):
            end_two_factor(by, user, password=asked_of_all.password)


def test_who_lost_the_phone_has_the_days_again(
    acme: Workspace, asked_of_all: Person, clock: Clock
) -> None:
    with acme.acting(asked_of_all) as by:
        user = by.session.get_one(User, asked_of_all.user_id)
        clear_two_factor(by, user)
        assert user.two_factor_due_at == by.now + timedelta(days=7)


def test_roles_can_be_asked_alone_and_who_comes_into_one_is_asked(
    acme: Workspace, alice: Person, bob: Person, dora: Person, clock: Clock
) -> None:
    with acme.scope() as session:
        rep = session.get_one(User, bob.user_id).role_id
    decide(acme, alice, Rules(two_factor="roles", two_factor_roles=frozenset({rep})))
    assert (due(acme, bob) is None, due(acme, dora) is None) == (False, True)
    assert due(acme, alice) is None
    with acme.acting(alice) as by:
        change_role(by, by.session.get_one(User, dora.user_id), by.session.get_one(Role, rep))
    assert days_left(acme, dora, clock) == 7
    with acme.acting(alice) as by:
        viewer = role_by_key(by.session, "viewer")
        change_role(by, by.session.get_one(User, dora.user_id), viewer)
    assert due(acme, dora) is None


def test_who_joins_later_has_as_many_days(
    acme: Workspace, asked_of_all: Person, clock: Clock
) -> None:
    clock.shift(timedelta(days=20))
    with acme.acting(asked_of_all) as by:
        role = role_by_key(by.session, "sales_rep")
        erin = create_user(by, email="erin@acme.example", name="Erin Elm", role=role)
        assert erin.two_factor_due_at == by.now + timedelta(days=7)


def test_less_time_holds_at_once_more_gives_nobody_more_and_none_takes_it_back(
    acme: Workspace, asked_of_all: Person, bob: Person, clock: Clock
) -> None:
    decide(acme, asked_of_all, replace(ALL, grace_days=3))
    assert days_left(acme, bob, clock) == 3
    clock.shift(timedelta(days=1))
    decide(acme, asked_of_all, replace(ALL, grace_days=30))
    assert days_left(acme, bob, clock) == 2
    decide(acme, asked_of_all, Rules())
    assert due(acme, bob) is None


def test_new_passwords_are_as_long_as_it_says_and_old_ones_still_open(
    acme: Workspace, alice: Person, bob: Person, app: Flask
) -> None:
    decide(acme, alice, Rules(password_length=30))
    assert bob.sign_in().get("/accounts").status_code == 200
    data = {"present": bob.password, "new": "nine green fir trees", "again": "nine green fir trees"}
    answer = bob.client.post("/settings/me/password", data=data)
    assert (answer.status_code, "at least 30 characters" in answer.text) == (422, True)
    assert "At least 30 characters" in bob.client.get("/settings/me/password").text


def test_shorter_sessions_end_those_that_are_open_too(
    acme: Workspace, alice: Person, bob: Person, clock: Clock
) -> None:
    before = bob.sign_in()
    assert before.get("/accounts").status_code == 200
    decide(acme, alice, Rules(idle_hours=1, longest_days=1))
    with acme.scope() as session:
        rows = session.scalars(select(UserSession).where(UserSession.user_id == bob.user_id)).all()
        assert all(one.idle_until <= one.last_seen_at + timedelta(hours=1) for one in rows)
        assert all(one.expires_at <= one.created_at + timedelta(days=1) for one in rows)
    clock.shift(timedelta(minutes=61))
    assert before.get("/accounts").status_code == 302
    client = bob.sign_in()
    for _hour in range(24):
        clock.shift(timedelta(minutes=59))
        last = client.get("/accounts").status_code
    clock.shift(timedelta(minutes=59))
    assert (last, client.get("/accounts").status_code) == (200, 302)


def test_programs_read_and_change_the_rules_by_scope(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    robot = program(alice)
    before = robot.get("sign_in_rules").json
    assert before is not None
    assert (before["two_factor"], before["password_length"]) == ("free", 8)
    changed = robot.patch("sign_in_rules", {"password_length": 14, "grace_days": 14})
    assert changed.json == {**before, "password_length": 14, "grace_days": 14}
    with acme.scope() as session:
        rep = session.get_one(User, bob.user_id).role_id
    wish = {"two_factor": "roles", "two_factor_role_ids": [str(rep)]}
    answer = robot.patch("sign_in_rules", wish).json
    assert answer is not None
    assert answer["two_factor_role_ids"] == [str(rep)]
    assert (answer["asked"], answer["missing"]) == (1, 1)
    refused = robot.patch("sign_in_rules", {"two_factor_role_ids": [str(new_id())]})
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["errors"][0]["field"] == "two_factor_role_ids"
    assert robot.patch("sign_in_rules", {"grace_days": None}).status_code == 422
    assert robot.patch("sign_in_rules", {"password": 1}).status_code == 422
    assert program(bob).get("sign_in_rules").status_code == 403
    assert program(alice, "contact:read").get("sign_in_rules").status_code == 403


def tell(workspace: Workspace) -> None:
    """Let the worker tell what waits to be told."""
    with workspace.engine_app.app_context(), control_session() as session:
        mine = (Job.kind == TELL, Job.tenant_id == workspace.facts.id)
        dues = [str(one.payload["due"]) for one in session.scalars(select(Job).where(*mine))]
        session.execute(delete(Job).where(*mine))
    for one in sorted(dues):
        with workspace.acting() as by:
            tell_due(by, datetime.fromisoformat(one))


def told(workspace: Workspace, person: Person) -> list[str]:
    with workspace.scope() as session:
        mine = (Notice.user_id == person.user_id, Notice.url == "/settings/me/two-factor")
        return list(
            session.scalars(select(Notice.text).where(*mine).order_by(Notice.at, Notice.id))
        )


def test_who_is_newly_asked_for_it_is_told_until_when_by_mail_and_bell(
    acme: Workspace, alice: Person, bob: Person, dora: Person, clock: Clock, outbox: Outbox
) -> None:
    turn_on_two_factor(alice)
    turn_on_two_factor(dora)
    decide(acme, alice, ALL)
    tell(acme)
    day = f"{clock.now + timedelta(days=7):%-d %b %Y}"
    (line,) = told(acme, bob)
    assert line == f"This workspace asks for two-factor sign-in. Set it up by {day}."
    assert told(acme, alice) == told(acme, dora) == []  # They have it.
    mine = [one for one in outbox.mails if one.to == bob.email]
    assert [one.template for one in mine] == ["identity/second_step"]
    assert mine[0].values["text"] == line
    assert str(mine[0].values["url"]).endswith("/settings/me/two-factor")
    # Less time is told anew, more time changes nothing and is not.
    decide(acme, alice, replace(ALL, grace_days=3))
    decide(acme, alice, replace(ALL, grace_days=30))
    tell(acme)
    assert len(told(acme, bob)) == 2
    assert f"{clock.now + timedelta(days=3):%-d %b %Y}" in told(acme, bob)[1]


def test_who_gets_a_role_of_which_it_is_asked_is_told(
    acme: Workspace, alice: Person, bob: Person, clock: Clock, outbox: Outbox
) -> None:
    turn_on_two_factor(alice)
    with acme.acting(alice) as by:
        viewer = role_by_key(by.session, "viewer")
        change_rules(by, Rules(two_factor="roles", two_factor_roles=frozenset({viewer.id})))
    tell(acme)
    assert told(acme, bob) == []
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        change_role(by, user, role_by_key(by.session, "viewer"))
    tell(acme)
    assert len(told(acme, bob)) == 1


def test_who_set_it_up_before_the_worker_came_is_not_told(
    acme: Workspace, alice: Person, bob: Person, outbox: Outbox
) -> None:
    turn_on_two_factor(alice)
    decide(acme, alice, ALL)
    turn_on_two_factor(bob)
    tell(acme)
    assert told(acme, bob) == []
