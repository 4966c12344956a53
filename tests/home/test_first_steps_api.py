"""Programs read the first steps of whoever sets the workspace up, and put them away."""

from __future__ import annotations

from sqlalchemy import update

from app.identity.models import User
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, program

__all__ = ["program"]


def fresh(acme: Workspace, alice: Person) -> None:
    with acme.scope() as session:
        mine = update(User).where(User.id == alice.user_id)
        session.execute(mine.values(has_first_steps=True))


def told(robot: Program) -> dict[str, bool]:
    answer = robot.get("first_steps").json
    assert answer is not None
    assert answer["is_shown"] is bool(answer["steps"])
    return {one["key"]: one["is_done"] for one in answer["steps"]}


def test_colleagues_have_none(program: Programs, alice: Person) -> None:
    assert told(program(alice)) == {}


def test_the_modules_are_chosen_by_a_switch_or_by_keeping_them(
    program: Programs, acme: Workspace, alice: Person
) -> None:
    fresh(acme, alice)
    assert told(program(alice))["modules"] is False
    page = alice.client.get("/").text
    assert "Choose what you work with" in page
    answer = alice.client.post("/settings/modules/keep", data={"next": "/"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert told(program(alice))["modules"] is True
    assert "Left as it was" in alice.client.get("/settings/audit").text


def test_only_who_may_keeps_the_modules(bob: Person) -> None:
    assert bob.client.post("/settings/modules/keep").status_code == 403


def test_they_are_put_away(program: Programs, acme: Workspace, alice: Person) -> None:
    fresh(acme, alice)
    narrow = program(alice, "contact:read")
    assert narrow.post("first_steps/end").status_code == 403
    answer = program(alice).post("first_steps/end")
    assert (answer.status_code, answer.json) == (200, {"is_shown": False, "steps": []})
    assert told(program(alice)) == {}
