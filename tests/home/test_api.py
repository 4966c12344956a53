"""Programs read and arrange the Home of their person, and those of roles."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.identity.models import User
from app.identity.operations.tokens import create_token
from tests.cast import Person, Workspace, visitor
from tests.home.conftest import keep_report, titles

HOME, HOMES = "/api/v1/home", "/api/v1/homes"
FIRMS = {"kind": "list", "of": "account", "query": "country=DE", "name": "Firms", "rows": 10}


class Program:
    """What calls the API with a token of a person."""

    def __init__(self, person: Person, scopes: tuple[str, ...] = ("*",)) -> None:
        workspace = person.workspace
        with workspace.acting(person) as by:
            by.session.info["tenant"] = workspace.facts
            user = by.session.get_one(User, person.user_id)
            made = create_token(workspace.actor(), user, name="Test", scopes=scopes)
        self.client = visitor(person._app(), workspace)
        self.bearer = f"Bearer {made.secret}"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        more = {"Authorization": self.bearer, **headers}
        return self.client.open(path, method=method, json=body, headers=more)


@pytest.fixture
def program(alice: Person) -> Program:
    return Program(alice)


@pytest.fixture
def role_id(acme: Workspace, bob: Person) -> str:
    with acme.scope() as session:
        return str(session.get_one(User, bob.user_id).role_id)


def test_a_program_reads_and_arranges_its_person_s_home(program: Program, alice: Person) -> None:
    shipped = program("GET", HOME)
    assert shipped.json["origin"] == "shipped"
    assert [one["of"] for one in shipped.json["widgets"]][:1] == ["team-day"]
    wishes = [FIRMS, {"kind": "report", "of": "new-contacts", "width": "full"}]
    arranged = program("PUT", HOME, {"widgets": wishes})
    assert arranged.status_code == 200, arranged.text
    first, second = arranged.json["widgets"]
    assert (first["title"], first["rows"], first["query"]) == ("Firms", 10, "country=DE")
    assert (second["title"], second["width"]) == ("New contacts by month", "full")
    assert arranged.json["origin"] == "own"
    assert titles(alice.sign_in().get("/").text) == ["Firms", "New contacts by month"]
    assert program("DELETE", HOME).status_code == 204
    assert program("GET", HOME).json["origin"] == "shipped"


def test_what_stands_there_keeps_its_id(program: Program) -> None:
    first = program("PUT", HOME, {"widgets": [FIRMS]}).json["widgets"][0]
    sent = {key: first[key] for key in ("id", "kind", "of", "query")}
    [kept] = program("PUT", HOME, {"widgets": [sent]}).json["widgets"]
    assert kept["id"] == first["id"]
    assert kept["name"] == ""


def test_two_programs_at_once_are_told(program: Program) -> None:
    mark = program("GET", HOME).headers["ETag"]
    assert program("PUT", HOME, {"widgets": [FIRMS]}, **{"If-Match": mark}).status_code == 200
    late = program("PUT", HOME, {"widgets": []}, **{"If-Match": mark})
    assert late.status_code == 412
    assert program("DELETE", HOME, **{"If-Match": mark}).status_code == 412
    mark = program("GET", HOME).headers["ETag"]
    assert program("PUT", HOME, {"widgets": []}, **{"If-Match": mark}).status_code == 200


@pytest.mark.parametrize(
    ("widgets", "field"),
    [
        ("all", "widgets"),
        ([1], "widgets"),
        ([FIRMS] * 25, "widgets"),
        ([{"kind": "teapot", "of": "x"}], "widgets.0.kind"),
        ([{"kind": "report", "of": "no-such"}], "widgets.0.of"),
        ([FIRMS, {**FIRMS, "query": "no_such=1"}], "widgets.1.no_such"),
        ([{**FIRMS, "rows": 7}], "widgets.0.rows"),
        ([{**FIRMS, "rows": "5"}], "widgets.0.rows"),
        ([{**FIRMS, "width": "huge"}], "widgets.0.width"),
        ([{**FIRMS, "name": "x" * 81}], "widgets.0.name"),
        ([{**FIRMS, "name": "\x00"}], "widgets.0.name"),
        ([{**FIRMS, "colour": "red"}], "widgets.0.colour"),
        ([{"kind": "list"}], "widgets.0.of"),
    ],
)
def test_what_can_t_be_is_refused_beside_its_name(
    program: Program, widgets: Any, field: str
) -> None:
    answer = program("PUT", HOME, {"widgets": widgets})
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert program("GET", HOME).json["origin"] == "shipped"


def test_a_report_of_somebody_else_is_not_told_from_none(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    hers = keep_report(acme, alice)
    of_bob = Program(bob)
    nobody = "00000000-0000-7000-8000-000000000000"
    texts = {
        of_bob("PUT", HOME, {"widgets": [{"kind": "report", "of": one}]}).json["detail"]
        for one in (hers, nobody)
    }
    assert len(texts) == 1


def test_a_home_shows_what_its_reader_may_not_read_as_such(
    acme: Workspace, alice: Person, program: Program
) -> None:
    report = keep_report(acme, alice, name="Secret")
    program("PUT", HOME, {"widgets": [{"kind": "report", "of": report}]})
    program("DELETE", f"/api/v1/reports/{report}")
    [one] = program("GET", HOME).json["widgets"]
    assert (one["is_readable"], one["title"]) == (False, "Report")
    kept = {key: one[key] for key in ("id", "kind", "of")}
    assert program("PUT", HOME, {"widgets": [kept, FIRMS]}).status_code == 200


def test_a_token_that_only_reads_arranges_nothing(alice: Person) -> None:
    reader = Program(alice, ("account:read",))
    assert reader("GET", HOME).status_code == 200
    assert reader("PUT", HOME, {"widgets": []}).status_code == 403
    assert reader("DELETE", HOME).status_code == 403
    assert reader("GET", HOMES).status_code == 403


def test_homes_of_roles_are_read_and_arranged(program: Program, bob: Person, role_id: str) -> None:
    every = program("GET", HOMES).json["data"]
    assert {one["origin"] for one in every} == {"shipped"}
    assert role_id in {one["role_id"] for one in every}
    one = program("PUT", f"{HOMES}/{role_id}", {"widgets": [FIRMS]})
    assert one.status_code == 200, one.text
    assert (one.json["origin"], one.json["role_id"]) == ("role", role_id)
    assert titles(bob.sign_in().get("/").text) == ["Firms"]
    assert Program(bob)("GET", HOME).json["origin"] == "role"
    stale = program("PUT", f"{HOMES}/{role_id}", {"widgets": []}, **{"If-Match": '"0-x"'})
    assert stale.status_code == 412
    assert program("DELETE", f"{HOMES}/{role_id}").status_code == 204
    assert program("GET", f"{HOMES}/{role_id}").json["origin"] == "shipped"


def test_homes_of_roles_need_the_right(bob: Person, role_id: str) -> None:
    of_bob = Program(bob)
    for method, path in (("GET", HOMES), ("GET", f"{HOMES}/{role_id}")):
        assert of_bob(method, path).status_code == 403
    assert of_bob("PUT", f"{HOMES}/{role_id}", {"widgets": []}).status_code == 403
    assert of_bob("DELETE", f"{HOMES}/{role_id}").status_code == 403


def test_a_role_of_another_workspace_is_not_there(program: Program, charlie: Person) -> None:
    with charlie.workspace.scope() as session:
        theirs = session.get_one(User, charlie.user_id).role_id
    assert program("GET", f"{HOMES}/{theirs}").status_code == 404
    assert program("PUT", f"{HOMES}/{theirs}", {"widgets": []}).status_code == 404


def test_the_description_tells_of_homes(program: Program) -> None:
    paths = program("GET", "/api/v1/openapi.json").json["paths"]
    assert {"get", "put", "delete"} <= set(paths["/home"])
    assert {"get", "put", "delete"} <= set(paths["/homes/{role_id}"])
