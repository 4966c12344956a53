"""Rules of assignment: changed in place, over the API, with people who are named or away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.automation.approvals.absences import add_absence
from app.identity.models import User
from app.identity.operations.roles import role_by_key
from app.kernel.errors import Refused
from app.records.assignment import rules
from app.records.registry import registry
from app.records.views.operations import Wish as ViewWish
from app.records.views.operations import save_view
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.api.conftest import Programs, fields_in, program
from tests.records.assignment.test_assignment import URL, firm, give, reps, rule

__all__ = ["program", "reps"]


def test_a_rule_is_changed_in_place_and_keeps_its_filters_and_turns(
    acme: Workspace, alice: Person, bob: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        account = registry().type("account")
        york = save_view(by, account, ViewWish("York", "private", "city=York"))
        made = rule(by, "York", view=str(york.id), capacity="9")
        assert give(by, firm(by, "A", city="York"), reps) == "Bob"
    form = alice.client.get(f"{URL}/{made.id}/edit").text
    assert 'value="York"' in form
    assert "As it stands: City: York" in form
    sent = {"name": "Yorkshire", "group": f"role:{_role(acme, alice)}", "strategy": "in_turn"}
    sent |= {"view": "keep", "capacity": ""}
    assert alice.client.post(f"{URL}/{made.id}/edit", data=sent).status_code == 303
    with acme.acting(alice) as by:
        row = rules.get_rule(by, made.id)
        assert (row.name, row.capacity, bool(row.conditions)) == ("Yorkshire", None, True)
        assert give(by, firm(by, "B", city="York"), reps) == "Erin", "whose turn it is stays"
    odd = alice.client.post(f"{URL}/{made.id}/edit", data=sent | {"capacity": "many"})
    assert odd.status_code == 422
    assert 'value="many"' in odd.text
    assert bob.client.post(f"{URL}/{made.id}/edit", data=sent).status_code == 403
    assert bob.client.get(f"{URL}/{made.id}/edit").status_code == 403


def _role(workspace: Workspace, person: Person) -> UUID:
    with workspace.acting(person) as by:
        return role_by_key(by.session, "sales_rep").id


def test_people_are_named_beside_a_group_or_in_its_place(
    acme: Workspace, alice: Person, dora: Person, reps: dict[UUID, str]
) -> None:
    names = {**reps, alice.user_id: "Alice", dora.user_id: "Dora"}
    by_name = {name: user_id for user_id, name in names.items()}
    with acme.acting(alice) as by:
        two = [str(by_name["Finn"]), str(by_name["Alice"]), str(dora.user_id)]
        made = rule(by, group="", people=two)
        assert [give(by, firm(by, f"{at}"), names) for at in range(3)] == ["Alice", "Finn", "Alice"]
        rules.delete_rule(by, made)
        rule(by, people=[str(alice.user_id)])
        got = [give(by, firm(by, f"{at}"), names) for at in range(4)]
        assert got == ["Alice", "Bob", "Erin", "Finn"], "the group and whoever is named, once each"
    page = alice.client.get(URL).text
    assert "Alice" in page
    for people in (["x"], [str(UUID(int=5))]):
        with acme.acting(alice) as by, pytest.raises(Refused) as refused:
            rule(by, people=people)
        assert list(refused.value.errors) == ["people"]


def test_whoever_is_away_gets_nothing_until_they_are_back(
    acme: Workspace, alice: Person, bob: Person, clock: Clock, reps: dict[UUID, str]
) -> None:
    clock.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))
    with acme.acting(bob) as by:
        stand_in = by.session.get_one(User, alice.user_id)
        add_absence(by, stand_in, date(2026, 11, 23), date(2026, 11, 24))
    with acme.acting(alice) as by:
        rule(by)
        got = [give(by, firm(by, f"Firm {at}"), reps) for at in range(4)]
        assert got == ["Erin", "Finn", "Erin", "Finn"]
    clock.move_to(datetime(2026, 11, 25, 12, tzinfo=UTC))
    with acme.acting(alice) as by:
        assert give(by, firm(by), reps) == "Bob"


def test_programs_make_change_order_and_remove_rules(
    acme: Workspace, alice: Person, bob: Person, program: Programs, reps: dict[UUID, str]
) -> None:
    api, role = program(alice), str(_role(acme, alice))
    york = {"and": [{"field": "city", "op": "eq", "value": "York"}]}
    sent = {"record_type": "account", "name": "Reps", "group_kind": "role", "group_id": role}
    made = api.post("assignment-rules", sent)
    assert made.status_code == 201, made.text
    one = f"assignment-rules/{made.json['id']}"
    assert made.headers["Location"].endswith(one)
    assert api.get(one).json == made.json
    second = api.post(
        "assignment-rules",
        {"record_type": "account", "name": "Me", "user_ids": [str(alice.user_id)], "position": 1},
    ).json
    listed = api.get("assignment-rules?record_type=account").json["data"]
    assert [row["name"] for row in listed] == ["Me", "Reps"]
    changed = api.patch(one, {"capacity": 7, "is_on": False, "position": 1})
    assert changed.json | {"capacity": None, "is_on": True, "position": 1} == made.json
    assert (changed.json["capacity"], changed.json["is_on"]) == (7, False)
    for body, field in (
        ({"group_kind": "team"}, "group_id"),
        ({"user_ids": ["x"]}, "user_ids"),
        ({"conditions": york | {"or": []}}, "conditions"),
        ({"capacity": 0}, "capacity"),
        ({"calendar_id": str(UUID(int=3))}, "calendar_id"),
        ({"strategy": "dice"}, "strategy"),
        ({"more": 1}, "more"),
    ):
        assert fields_in(api.patch(one, body)) == [field], body
    assert api.patch(f"assignment-rules/{second['id']}", {"user_ids": []}).status_code == 422
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert program(bob).get("assignment-rules").status_code == 403
    assert program(bob).post("assignment-rules", sent).status_code == 403
