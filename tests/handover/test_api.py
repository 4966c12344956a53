"""Handovers for programs: tried first, then done, with the same checks as the page has."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.handover.jobs import hand_over_given_up
from app.handover.models import Handover
from app.identity.models import Grant, User
from app.identity.operations.tokens import create_token
from app.jobs.worker import Worker
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.handover.conftest import owner_of, promised

Estate = dict[str, UUID]
YORK = {"f": "city", "v": "York"}


class Program:
    """Calls the API as somebody."""

    def __init__(self, app: Flask, person: Person, *scopes: str) -> None:
        workspace = person.workspace
        with workspace.acting(person) as by:
            user = by.session.get_one(User, person.user_id)
            fresh = create_token(workspace.actor(), user, name="Test", scopes=scopes or ("*",))
            self.headers = {"Authorization": f"Bearer {fresh.secret}"}
        self.client, self.base = app.test_client(), f"http://{workspace.host}"

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1/{path}", headers=self.headers, base_url=self.base)

    def post(self, path: str) -> TestResponse:
        return self.client.post(f"/api/v1/{path}", headers=self.headers, base_url=self.base)

    def hand_over(self, person: Person, **body: Any) -> TestResponse:
        return self.client.post(
            f"/api/v1/users/{person.user_id}/handover",
            data=json.dumps(body),
            headers={**self.headers, "Content-Type": "application/json"},
            base_url=self.base,
        )


def fields_in(response: TestResponse) -> list[str]:
    assert response.status_code == 422, response.text
    assert response.json is not None
    return [one["field"] for one in response.json.get("errors", [])]


@pytest.fixture
def program(app: Flask, alice: Person) -> Program:
    return Program(app, alice)


def test_a_plan_is_tried_and_nothing_of_it_stays(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, program: Program
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    rule = {"record_type": "account", "filter": YORK, "to": [str(erin.user_id)]}
    answer = program.hand_over(bob, rest_to_id=str(fred.user_id), rules=[rule], dry_run=True)
    assert answer.status_code == 200, answer.text
    told = answer.json or {}
    assert (told["state"], told["id"], told["total"]) == ("trial", None, 8)
    shares = {(one["record_type"], one["why"]): one["number"] for one in told["shares"]}
    assert shares["account", "rule"] == 1
    assert shares["account", "rest"] == 1
    assert shares["contact", "customer"] == 2
    assert shares["activity", "rest"] == 1
    assert told["promises"] == [{"id": str(promise), "to_id": str(erin.user_id)}]
    assert owner_of(acme, estate["York"]) == bob.user_id
    with acme.scope() as session:
        assert session.scalars(select(Handover)).all() == []


def test_a_handover_is_done_once_its_promises_are_confirmed(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, program: Program
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    asked: dict[str, Any] = {"rest_to_id": str(erin.user_id)}
    assert fields_in(program.hand_over(bob, **asked)) == ["promises"]
    confirmed = [{"id": str(promise), "to_id": str(erin.user_id)}]
    made = program.hand_over(bob, **asked, promises=confirmed)
    assert made.status_code == 201, made.text
    told = made.json or {}
    assert (told["state"], told["done"], told["left_out"]) == ("done", 8, 0)
    assert owner_of(acme, estate["York"]) == erin.user_id
    assert made.headers["Location"] == f"/api/v1/handovers/{told['id']}"
    assert program.get(f"handovers/{told['id']}").json == told


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rest_to_id"),
        ({"rest_to_id": "x"}, "rest_to_id"),
        ({"leaves": "yes"}, "leaves"),
        ({"rules": {}}, "rules"),
        ({"rules": [{"record_type": "nothing", "to": []}]}, "rules[0].record_type"),
        ({"rules": [{"record_type": "account", "to": []}]}, "rules[0].to"),
        ({"rules": [{"record_type": "account", "to": ["x"]}]}, "rules[0].to"),
        ({"rules": [{"record_type": "account", "filter": 3, "to": []}]}, "rules[0].filter"),
        ({"rules": [{"record_type": "account", "nothing": 1}]}, "rules[0].nothing"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_bad_input_is_refused_by_its_name(
    bob: Person, estate: Estate, program: Program, body: dict[str, Any], field: str
) -> None:
    assert fields_in(program.hand_over(bob, **body)) == [field]


def test_promises_of_a_wrong_shape_are_refused(
    bob: Person, erin: Person, estate: Estate, program: Program
) -> None:
    for wrong in ({}, [1], [{"id": "x", "to_id": "y"}], [{"id": str(bob.user_id)}]):
        answer = program.hand_over(bob, rest_to_id=str(erin.user_id), promises=wrong)
        assert fields_in(answer) == ["promises"]


def test_a_token_needs_the_right_over_people_and_over_what_is_handed_over(
    acme: Workspace, app: Flask, alice: Person, bob: Person, dora: Person, erin: Person
) -> None:
    with acme.acting() as by:
        make_account(by, "Dora Ltd").owner_id = dora.user_id
        role_id = by.session.get_one(User, dora.user_id).role_id
        grants = by.session.scalars(select(Grant).where(Grant.role_id == role_id))
        hers = [f"{one.record_type}:{one.verb}" for one in grants]
    rest = str(erin.user_id)
    assert Program(app, bob).hand_over(dora, rest_to_id=rest).status_code == 403
    narrow = Program(app, alice, "user:manage", *hers)
    assert narrow.hand_over(dora, rest_to_id=rest).status_code == 403
    assert dora.user.is_active
    enough = Program(app, alice, "user:manage", "account:update", *hers)
    assert enough.hand_over(dora, rest_to_id=rest).status_code == 201


def test_a_handover_is_taken_back_by_a_program(
    acme: Workspace,
    app: Flask,
    alice: Person,
    bob: Person,
    erin: Person,
    estate: Estate,
    program: Program,
) -> None:
    made = program.hand_over(bob, leaves=False, rest_to_id=str(erin.user_id))
    assert made.status_code == 201, made.text
    place = f"handovers/{(made.json or {})['id']}"
    assert owner_of(acme, estate["York"]) == erin.user_id
    assert program.post(f"{place}/resume").status_code == 422
    narrow = Program(app, alice, "account:*", "user:manage")
    assert narrow.post(f"{place}/undo").status_code == 403
    back = program.post(f"{place}/undo")
    assert back.status_code == 200, back.text
    assert (back.json or {})["state"] == "taken_back"
    assert owner_of(acme, estate["York"]) == bob.user_id
    assert program.post(f"{place}/undo").status_code == 422


def test_whoever_manages_nobody_takes_no_handover_back(
    acme: Workspace, app: Flask, bob: Person, erin: Person, estate: Estate, program: Program
) -> None:
    made = program.hand_over(bob, leaves=False, rest_to_id=str(erin.user_id))
    place = f"handovers/{(made.json or {})['id']}"
    for verb in ("undo", "resume"):
        assert Program(app, erin).post(f"{place}/{verb}").status_code == 403
    assert owner_of(acme, estate["York"]) == erin.user_id


def test_a_handover_that_was_given_up_goes_on(
    acme: Workspace,
    bob: Person,
    erin: Person,
    estate: Estate,
    program: Program,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.handover.operations.begin.AT_ONCE", 2)
    made = program.hand_over(bob, leaves=False, rest_to_id=str(erin.user_id))
    handover_id = UUID((made.json or {})["id"])
    assert (made.json or {})["state"] == "under_way"
    with acme.acting() as by:
        hand_over_given_up.run(by, {"handover_id": str(handover_id), "step": 0})
    answer = program.post(f"handovers/{handover_id}/resume")
    assert answer.status_code == 200, answer.text
    worker.drain()
    assert (program.get(f"handovers/{handover_id}").json or {})["state"] == "done"
    assert owner_of(acme, estate["York"]) == erin.user_id
