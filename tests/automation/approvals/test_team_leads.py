"""The manager of somebody is the lead of their team, and of the team above where they lead it."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.automation.approvals.approvers import managers_of
from app.automation.approvals.decide import approve
from app.automation.approvals.facts import Level
from app.identity.models import Team, User
from app.identity.operations.teams import create_team, set_lead
from app.identity.operations.users import change_team, disable_user
from app.jobs.worker import Worker
from app.kernel.errors import NotPermitted, Refused
from tests.automation.approvals.conftest import Rule, asked, colleague, only_request
from tests.automation.approvals.test_gate import account, ask
from tests.cast import Person
from tests.records.api.conftest import Programs, fields_in, program

__all__ = ["program"]


@pytest.fixture
def teams(alice: Person, bob: Person) -> dict[str, UUID]:
    """North, and within it York, where Bob works."""
    with alice.workspace.acting(alice) as by:
        north = create_team(by, name="North")
        york = create_team(by, name="York", parent=north)
        change_team(by, by.session.get_one(User, bob.user_id), york)
        return {"North": north.id, "York": york.id}


def lead(alice: Person, team_id: UUID, who: Person | None) -> None:
    """Let somebody lead a team."""
    with alice.workspace.acting(alice) as by:
        user = by.session.get_one(User, who.user_id) if who is not None else None
        set_lead(by, by.session.get_one(Team, team_id), user)


def managers(person: Person) -> list[UUID]:
    with person.workspace.scope() as session:
        return managers_of(session, person.user_id)


def join(alice: Person, team_id: UUID, person: Person) -> None:
    with alice.workspace.acting(alice) as by:
        team = by.session.get_one(Team, team_id)
        change_team(by, by.session.get_one(User, person.user_id), team)


def test_the_lead_comes_before_the_role_and_the_nearest_team_before_those_above(
    alice: Person, bob: Person, teams: dict[str, UUID]
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    nick = colleague(alice, "Nick Nell")
    assert managers(bob) == []
    join(alice, teams["North"], mara)
    assert managers(bob) == [mara.user_id]  # By her role, in the team above.
    lead(alice, teams["North"], nick)
    assert managers(bob) == [nick.user_id]  # Who leads it need not be one of its people.
    lead(alice, teams["York"], mara)
    assert managers(bob) == [mara.user_id]
    lead(alice, teams["York"], bob)
    assert managers(bob) == [nick.user_id]  # Nobody is their own manager.
    lead(alice, teams["North"], None)
    assert managers(bob) == [mara.user_id]


def test_a_lead_who_can_not_sign_in_is_none(
    alice: Person, bob: Person, teams: dict[str, UUID]
) -> None:
    nick = colleague(alice, "Nick Nell")
    mara = colleague(alice, "Mara Moor", "manager")
    join(alice, teams["York"], mara)
    lead(alice, teams["York"], nick)
    with alice.workspace.acting(alice) as by:
        user = by.session.get_one(User, nick.user_id)
        disable_user(by, user)
    assert managers(bob) == [mara.user_id]
    with alice.workspace.acting(alice) as by:
        user, north = (
            by.session.get_one(User, nick.user_id),
            by.session.get_one(Team, teams["North"]),
        )
        with pytest.raises(Refused) as refused:
            set_lead(by, north, user)
    assert set(refused.value.errors) == {"lead_id"}


def test_another_lead_is_asked_from_then_on(
    alice: Person, bob: Person, rule: Rule, worker: Worker, teams: dict[str, UUID]
) -> None:
    nick, nora = colleague(alice, "Nick Nell"), colleague(alice, "Nora Nash")
    record_id = account(bob)
    lead(alice, teams["York"], nick)
    rule("account", "delete", Level("manager"))
    ask(bob, "delete", record_id)
    assert asked(alice, only_request(alice)) == [nick.user_id]
    lead(alice, teams["York"], nora)
    request_id = only_request(alice).id
    with nick.workspace.acting(nick) as by, pytest.raises(NotPermitted):
        approve(request_id, by)
    worker.drain()
    assert asked(alice, only_request(alice)) == [nora.user_id]
    with nora.workspace.acting(nora) as by:
        assert approve(request_id, by).is_done


def test_the_lead_is_chosen_in_the_settings(
    alice: Person, bob: Person, teams: dict[str, UUID]
) -> None:
    url = f"/settings/teams/{teams['York']}"
    assert 'name="lead_id"' in alice.client.get(url).text
    form = {"name": "York", "parent_id": str(teams["North"]), "lead_id": str(bob.user_id)}
    assert alice.client.post(url, data=form).status_code == 303
    assert f"<td>{bob.part.name}</td>" in alice.client.get("/settings/teams").text
    assert f'<option value="{bob.user_id}" selected>' in alice.client.get(url).text
    form.pop("lead_id")
    alice.client.post(url, data=form)  # A form of before leaves who leads.
    with alice.workspace.scope() as session:
        assert session.get_one(Team, teams["York"]).lead_id == bob.user_id
    audit = alice.client.get("/settings/audit").text
    assert "Lead changed" in audit
    made = alice.client.post(
        "/settings/teams/new", data={"name": "West", "lead_id": str(bob.user_id)}
    )
    assert made.status_code == 303
    assert bob.client.get("/settings/teams").status_code == 403


def test_programs_read_and_write_teams_and_who_leads_them(
    alice: Person, bob: Person, teams: dict[str, UUID], program: Programs
) -> None:
    of_alice = program(alice)
    listed = of_alice.get("teams").json["data"]
    assert [one["name"] for one in listed][-2:] == ["North", "York"]
    path = f"teams/{teams['York']}"
    changed = of_alice.patch(path, {"lead_id": str(bob.user_id), "name": "Yorkshire"})
    assert (changed.json["lead_id"], changed.json["name"]) == (str(bob.user_id), "Yorkshire")
    assert of_alice.patch(path, {"lead_id": None}).json["lead_id"] is None
    made = of_alice.post("teams", {"name": "West", "lead_id": str(bob.user_id)})
    assert (made.status_code, made.json["parent_id"]) == (201, None)
    assert of_alice.get(made.headers["Location"].removeprefix("/api/v1/")).json == made.json
    for wrong, field in (
        ({"lead_id": "x"}, "lead_id"),
        ({"lead_id": str(teams["York"])}, "lead_id"),
        ({"parent_id": 7}, "parent_id"),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
    ):
        assert fields_in(of_alice.patch(path, wrong)) == [field]
    assert of_alice.delete(f"teams/{teams['North']}").status_code == 422
    assert of_alice.delete(f"teams/{made.json['id']}").status_code == 204
    assert program(bob).get("teams").status_code == 403
