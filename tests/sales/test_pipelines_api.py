"""Pipelines by API: read by who sells, laid out by who manages them, nobody overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.actor import FieldAccess
from app.modules import install_record_types
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field, retire_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from app.sales.models import Opportunity
from tests.cast import Person, Workspace
from tests.factories import make_opportunity
from tests.records.api.conftest import Program, Programs, fields_in, program
from tests.records.api.test_openapi import read
from tests.records.api.test_openapi_whole import check
from tests.sales.conftest import narrow, repairs, usual

__all__ = ["program"]
install_record_types()
ONE = "/pipelines/{pipeline_id}"
ASKED: dict[str, Any] = {
    "name": {"en": "Rentals", "zh-CN": "租赁"},
    "stages": [
        {"name": "Ask", "probability": 10, "colour": "blue", "stale_after": 7},
        {"name": {"en": "Sign"}, "probability": 90.5, "forecast_category": "commit"},
    ],
}


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def first_of(api: Program) -> dict[str, Any]:
    found: dict[str, Any] = api.get("pipelines").json["data"][0]
    return found


def test_they_answer_as_they_are_described(acme: Workspace, of_alice: Program) -> None:
    made = check(of_alice, "post", "pipelines", "/pipelines", ASKED)
    assert [one["name"] for one in made["stages"]] == [{"en": "Ask"}, {"en": "Sign"}]
    assert made["stages"][1]["probability"] == 90.5
    one = f"pipelines/{made['id']}"
    assert check(of_alice, "get", one, ONE) == made
    listed = check(of_alice, "get", "pipelines", "/pipelines")["data"]
    assert [each["is_first"] for each in listed] == [True, False]
    changed = check(of_alice, "patch", one, ONE, {"name": "Lettings"})
    assert (changed["name"], changed["stages"]) == ({"en": "Lettings"}, made["stages"])
    assert check(of_alice, "post", f"{one}/first", f"{ONE}/first")["is_first"]
    with acme.acting() as by:
        other = usual(by).id
    assert other == made["id"]
    assert check(of_alice, "post", f"{one}/retire", f"{ONE}/retire")["is_retired"]
    assert not check(of_alice, "post", f"{one}/offer", f"{ONE}/offer")["is_retired"]
    remove = f"{one}/stages/{made['stages'][0]['id']}/remove"
    gone = check(of_alice, "post", remove, f"{ONE}/stages/{{stage_id}}/remove", {})
    assert gone["batch_id"] is None
    assert [each["name"] for each in gone["pipeline"]["stages"]] == [{"en": "Sign"}]


def test_a_stage_keeps_what_is_not_said_of_it_and_stages_stand_in_the_order_sent(
    of_alice: Program,
) -> None:
    made = of_alice.post("pipelines", ASKED).json
    ask, sign = made["stages"]
    sent = [{"id": sign["id"]}, {"id": ask["id"], "probability": 20}, {"name": "New"}]
    refused = of_alice.patch(f"pipelines/{made['id']}", {"stages": sent})
    assert fields_in(refused) == ["stages[2].probability"]
    sent[2]["probability"] = 5
    changed = of_alice.patch(f"pipelines/{made['id']}", {"stages": sent}).json["stages"]
    assert changed[0] == sign
    assert changed[1] == ask | {"probability": 20}
    assert (changed[2]["name"], changed[2]["stale_after"]) == ({"en": "New"}, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": {"fr": "Ventes"}}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": 7}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"stages": []}, "stages"),
        ({"stages": "Ask"}, "stages"),
        ({"stages": ["Ask"]}, "stages[0]"),
        ({"stages": [{"name": "Ask", "probability": 101}]}, "stages[0].probability"),
        ({"stages": [{"name": "Ask", "probability": "1e999"}]}, "stages[0].probability"),
        ({"stages": [{"name": "", "probability": 1}]}, "stages[0].name"),
        ({"stages": [{"name": "Ask", "probability": 1, "colour": "plaid"}]}, "stages[0].colour"),
        ({"stages": [{"name": "Ask", "probability": 1, "days": 1}]}, "stages[0].days"),
        (
            {"stages": [{"name": "Ask", "probability": 1, "stale_after": -1}]},
            "stages[0].stale_after",
        ),
        (
            {"stages": [{"name": "Ask", "probability": 1, "forecast_category": "won"}]},
            "stages[0].forecast_category",
        ),
        (
            {"stages": [{"name": "Ask", "probability": 1, "required": ["stage_id"]}]},
            "stages[0].required",
        ),
        (
            {"stages": [{"name": "Ask", "probability": 1, "required": {"amount": 1}}]},
            "stages[0].required",
        ),
        (
            {"stages": [{"id": "01a20000-0000-7000-8000-000000000000", "name": "Ask"}]},
            "stages[0].id",
        ),
        ({"position": 1}, "position"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(
    of_alice: Program, change: dict[str, Any], field: str
) -> None:
    stood = of_alice.get("pipelines").json
    assert fields_in(of_alice.post("pipelines", ASKED | change)) == [field]
    one = f"pipelines/{stood['data'][0]['id']}"
    assert fields_in(of_alice.patch(one, change)) == [field]
    assert of_alice.get("pipelines").json == stood


def test_two_stages_of_one_name_are_told_at_the_second(of_alice: Program) -> None:
    twice = [{"name": "Ask", "probability": 1}, {"name": " ask ", "probability": 2}]
    assert fields_in(of_alice.post("pipelines", ASKED | {"stages": twice})) == ["stages[1].name"]


def test_a_stage_that_is_given_twice_is_told_at_the_second_and_none_is_lost(
    of_alice: Program,
) -> None:
    stood = first_of(of_alice)
    first, second = (one["id"] for one in stood["stages"][:2])
    twice = [{"id": first}, {"id": first, "name": "Again"}, {"id": second}]
    refused = of_alice.patch(f"pipelines/{stood['id']}", {"stages": twice})
    assert fields_in(refused) == ["stages[1].id"]
    assert first_of(of_alice) == stood


def test_a_pipeline_is_changed_after_a_field_that_it_asks_for_was_retired(
    acme: Workspace, alice: Person, of_alice: Program
) -> None:
    with acme.acting(alice) as by:
        wood = define_field(by, tailored("opportunity", by), "text", Wish({"en": "Wood"}))
        wood_id, key = wood.id, wood.key
    stages = [{"name": "Ask", "probability": 10, "required": ["amount", key]}]
    made = of_alice.post("pipelines", {"name": "Rentals", "stages": stages})
    assert made.status_code == 201, made.text
    with acme.acting(alice) as by:
        retire_field(by, by.session.get_one(CustomField, wood_id))
    answer = of_alice.patch(f"pipelines/{made.json['id']}", {"name": "Lettings"})
    assert answer.status_code == 200, answer.text
    assert [one["required"] for one in answer.json["stages"]] == [["amount"]]


def test_a_change_that_came_second_is_refused(of_alice: Program) -> None:
    made = of_alice.post("pipelines", ASKED)
    one, seen = f"pipelines/{made.json['id']}", made.headers["ETag"]
    assert of_alice.get(one, If_None_Match=seen).status_code == 304
    assert of_alice.patch(one, {"name": "First"}, If_Match=seen).status_code == 200
    stage = made.json["stages"][0]["id"]
    for refused in (
        of_alice.patch(one, {"name": "Second"}, If_Match=seen),
        of_alice.patch(one, {}, If_Match=seen),
        of_alice.post(f"{one}/retire", If_Match=seen),
        of_alice.post(f"{one}/first", If_Match=seen),
        of_alice.post(f"{one}/stages/{stage}/remove", {}, If_Match=seen),
    ):
        assert refused.status_code == 412, refused.text
    stands = of_alice.get(one).json
    assert (stands["name"], len(stands["stages"])) == ({"en": "First"}, 2)
    assert (stands["is_first"], stands["is_retired"]) == (False, False)


def test_it_is_made_once_for_one_key(of_alice: Program) -> None:
    first = of_alice.post("pipelines", ASKED, Idempotency_Key="pipeline-1")
    again = of_alice.post("pipelines", ASKED, Idempotency_Key="pipeline-1")
    assert first.json == again.json
    assert len(of_alice.get("pipelines").json["data"]) == 2


def test_what_is_open_in_a_stage_is_moved_where_the_program_says(
    acme: Workspace, alice: Person, of_alice: Program
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        moved = make_opportunity(by).id
    place = f"pipelines/{first.pipeline_id}/stages/{first.id}/remove"
    assert fields_in(of_alice.post(place)) == ["to"]
    assert fields_in(of_alice.post(place, {"to": first.id})) == ["to"]
    gone = of_alice.post(place, {"to": second.id}, Idempotency_Key="gone-1")
    assert gone.status_code == 200, gone.text
    assert of_alice.post(place, {"to": second.id}, Idempotency_Key="gone-1").json == gone.json
    batch = of_alice.get(f"opportunities/bulk/{gone.json['batch_id']}")
    assert (batch.status_code, batch.json["done"]) == (200, 1)
    assert of_alice.post(place, {"to": second.id}).status_code == 404
    with acme.scope() as session:
        assert session.get_one(Opportunity, moved).stage_id == second.id
        verbs = select(Event.verb).where(Event.record_type == "pipeline")
        assert (
            session.scalars(verbs.order_by(Event.at.desc(), Event.id.desc())).first() == "updated"
        )


def test_what_is_in_use_is_not_retired(acme: Workspace, alice: Person, of_alice: Program) -> None:
    only = first_of(of_alice)
    assert of_alice.post(f"pipelines/{only['id']}/retire").status_code == 422
    with acme.acting(alice) as by:
        other = repairs(by)
        make_opportunity(by, pipeline_id=other.id)
    assert of_alice.post(f"pipelines/{other.id}/retire").status_code == 422
    assert of_alice.post(f"pipelines/{only['id']}/retire").status_code == 200
    assert of_alice.post(f"pipelines/{only['id']}/first").status_code == 422


def test_a_stage_of_another_pipeline_is_not_found(
    acme: Workspace, alice: Person, of_alice: Program
) -> None:
    with acme.acting(alice) as by:
        stage, other = usual(by).in_use[0], repairs(by)
    missed = of_alice.post(f"pipelines/{other.id}/stages/{stage.id}/remove")
    assert missed.status_code == 404


def test_who_sells_reads_them_and_only_who_manages_them_changes_them(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    his = program(bob)
    one = f"pipelines/{first_of(his)['id']}"
    assert his.get(one).status_code == 200
    stage = f"{one}/stages/{first_of(his)['stages'][0]['id']}/remove"
    answers = [
        his.post("pipelines", ASKED),
        his.patch(one, {"name": "Mine"}),
        *(his.post(f"{one}/{verb}") for verb in ("first", "retire", "offer")),
        his.post(stage),
    ]
    assert [one.status_code for one in answers] == [403] * 6
    narrowed = program(alice, "account:read")
    assert narrowed.get("pipelines").status_code == 403
    assert narrowed.post("pipelines", ASKED).status_code == 403
    told = read(his)["paths"]
    assert set(told["/pipelines"]) == {"get"}
    assert f"{ONE}/retire" not in told


def test_what_a_stage_asks_for_and_a_role_does_not_see_is_not_told_to_it(
    acme: Workspace, bob: Person, program: Programs
) -> None:
    asked = [set(one["required"]) for one in first_of(program(bob))["stages"]]
    assert {"amount", "close_on"} in asked
    narrow(acme, bob, "amount", FieldAccess.HIDDEN)
    asked = [set(one["required"]) for one in first_of(program(bob))["stages"]]
    assert {"close_on"} in asked
    assert not any("amount" in one for one in asked)


def test_another_workspace_s_pipelines_are_unknown_here(
    acme: Workspace, of_alice: Program, charlie: Person, program: Programs
) -> None:
    theirs = first_of(program(charlie))["id"]
    assert of_alice.get(f"pipelines/{theirs}").status_code == 404
    assert of_alice.patch(f"pipelines/{theirs}", {"name": "Ours"}).status_code == 404
