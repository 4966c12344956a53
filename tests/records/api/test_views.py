"""Saved views over the API: as in the browser, with the token's scopes on top."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from app.kernel.actor import FieldAccess, Reach
from app.records.views.models import SavedView
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, fields_in

NEVER = "01a20172-c7fd-73c7-b690-51729345771b"


def make(api: Program, **fields: Any) -> dict[str, Any]:
    body = {"record_type": "account", "name": "Leeds", "query": "city=Leeds"} | fields
    answer = api.post("views", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(answer.json["id"])
    made: dict[str, Any] = answer.json
    return made


def listed(api: Program, path: str = "views") -> list[str]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json["data"]]


def test_a_view_is_made_read_changed_deleted_and_brought_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    view = make(api, is_pinned=True, is_default=True)
    assert view["audience"] == "private"
    assert view["owner_id"] == str(alice.user_id)
    assert (view["is_pinned"], view["is_default"], view["role_ids"]) == (True, True, [])
    one = f"views/{view['id']}"
    got = api.get(one)
    assert got.json == view
    assert api.get(one, If_None_Match=got.headers["ETag"]).status_code == 304
    changed = api.patch(one, {"name": "York", "query": "?city=York&sort=-name", "is_pinned": False})
    assert changed.json["query"] == "city=York&sort=-name"
    assert (changed.json["name"], changed.json["is_pinned"]) == ("York", False)
    assert changed.json["version"] == view["version"] + 1
    assert api.patch(one, {"name": "Late"}, If_Match=got.headers["ETag"]).status_code == 412
    assert f"view={view['id']}" in alice.client.get("/accounts").text
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert listed(api) == []
    assert api.post(f"{one}/restore").json["name"] == "York"
    assert listed(api, "views?record_type=account") == ["York"]
    assert listed(api, "views?record_type=contact") == []
    with acme.scope() as session:
        told = session.scalars(select(Event.verb).where(Event.via == "api").order_by(Event.id))
        assert list(told) == ["created", "updated", "deleted", "restored"]


def test_views_are_seen_by_those_with_whom_they_are_shared(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    mine, his = program(alice), program(bob)
    secret = make(mine, name="Mine")
    shared = make(mine, name="All", audience="everyone")
    assert listed(his) == ["All"]
    assert his.get(f"views/{secret['id']}").status_code == 404
    assert his.patch(f"views/{secret['id']}", {"name": "x"}).status_code == 404
    assert his.patch(f"views/{shared['id']}", {"name": "x"}).status_code == 403
    assert his.delete(f"views/{shared['id']}").status_code == 403
    assert his.post(f"views/{secret['id']}/restore").status_code == 404
    assert his.patch(f"views/{shared['id']}", {"is_pinned": True}).json["is_pinned"] is True
    assert mine.get(f"views/{shared['id']}").json["is_pinned"] is False
    body = {"record_type": "account", "name": "x", "audience": "everyone"}
    assert fields_in(his.post("views", body)) == ["audience"]
    assert fields_in(his.post("views", body | {"audience": "team"})) == ["audience"]
    with acme.acting(alice) as by:
        team = create_team(by, name="Sales")
        for person in (alice, bob):
            change_team(by, by.session.get_one(User, person.user_id), team)
    ours = make(mine, name="Ours", audience="team")
    assert listed(his) == ["All", "Ours"]
    assert his.get(f"views/{ours['id']}").status_code == 200


def test_a_role_begins_with_a_view_that_everyone_sees(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.scope() as session:
        role = str(role_by_key(session, "sales_rep").id)
    api = program(alice)
    view = make(api, audience="everyone", role_ids=[role])
    assert view["role_ids"] == [role]
    assert "view-menu" in bob.client.get("/accounts").text
    one = f"views/{view['id']}"
    assert program(bob).patch(one, {"role_ids": []}).status_code == 403
    assert fields_in(api.patch(one, {"role_ids": ["x"]})) == ["role_ids"]
    assert fields_in(api.patch(one, {"role_ids": "x"})) == ["role_ids"]
    assert api.patch(one, {"audience": "private"}).json["role_ids"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"record_type": "nothing"}, "record_type"),
        ({"record_type": 1}, "record_type"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"audience": "world"}, "audience"),
        ({"query": "secret=1"}, "secret"),
        ({"query": "created_at=someday"}, "created_at"),
        ({"query": "sort=tax_profile"}, "sort"),
        ({"query": ["x"]}, "query"),
        ({"query": "city=" + "x" * 4001}, "city"),
        ({"is_pinned": "yes"}, "is_pinned"),
        ({"is_default": 1}, "is_default"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_view_is_refused_by_its_name(
    acme: Workspace, alice: Person, program: Programs, body: dict[str, Any], field: str
) -> None:
    api = program(alice)
    answer = api.post("views", {"record_type": "account", "name": "x", "query": ""} | body)
    assert fields_in(answer) == [field]
    with acme.scope() as session:
        assert session.scalars(select(SavedView)).all() == []


def test_a_field_that_is_hidden_makes_no_view(
    acme: Workspace, bob: Person, program: Programs
) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        grants = {("account", "read"): Reach.OWN}
        write_rights(by, role, grants, {("account", "city"): FieldAccess.HIDDEN})
    api = program(bob)
    body = {"record_type": "account", "name": "x", "query": "city=Leeds"}
    assert fields_in(api.post("views", body)) == ["city"]
    assert api.post("views", body | {"record_type": "contact"}).status_code == 403
    assert api.get("views?record_type=contact").status_code == 403


@pytest.mark.parametrize("query", ["city=Leeds", "sort=-industry", "group=lifecycle"])
def test_what_a_view_asks_by_a_hidden_field_is_not_told(
    acme: Workspace, alice: Person, bob: Person, program: Programs, query: str
) -> None:
    view = make(program(alice), query=query, audience="everyone")
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        hidden = {("account", key): FieldAccess.HIDDEN for key in ("city", "industry", "lifecycle")}
        write_rights(by, role, {("account", "read"): Reach.OWN}, hidden)
    api = program(bob)
    assert [one["query"] for one in api.get("views").json["data"]] == [None]
    assert api.get(f"views/{view['id']}").json["query"] is None
    assert program(alice).get(f"views/{view['id']}").json["query"] == query


def test_a_token_s_scopes_narrow_what_is_done_with_views(
    acme: Workspace, alice: Person, charlie: Person, program: Programs
) -> None:
    view = make(program(alice), audience="everyone")
    one = f"views/{view['id']}"
    reader = program(alice, "account:read")
    assert listed(reader) == ["Leeds"]
    assert reader.get(one).status_code == 200
    for answer in (
        reader.post("views", {"record_type": "account", "name": "x"}),
        reader.patch(one, {"is_pinned": True}),
        reader.delete(one),
        reader.post(f"{one}/restore"),
    ):
        assert answer.status_code == 403, answer.text
    other = program(alice, "contact:read", "view:*")
    assert listed(other) == []
    assert other.get(one).status_code == 404
    assert other.delete(one).status_code == 404
    writer = program(alice, "account:read", "view:share")
    assert writer.patch(one, {"name": "By scope"}).json["name"] == "By scope"
    stranger = program(charlie)
    assert stranger.get(one).status_code == stranger.get(f"views/{NEVER}").status_code == 404


def test_the_same_key_makes_one_view(alice: Person, program: Programs) -> None:
    api = program(alice)
    body = {"record_type": "account", "name": "Once"}
    first = api.post("views", body, Idempotency_Key="k1")
    again = api.post("views", body, Idempotency_Key="k1")
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert listed(api) == ["Once"]


def test_a_browser_reads_views_by_its_cookie_and_writes_none(alice: Person) -> None:
    assert alice.client.get("/api/v1/views").status_code == 200
    body = {"record_type": "account", "name": "x"}
    assert alice.client.post("/api/v1/views", json=body).status_code == 401
    assert alice.client.get("/api/v1/views?odd=1").status_code == 422
    assert alice.client.get("/api/v1/views?record_type=x").status_code == 422
