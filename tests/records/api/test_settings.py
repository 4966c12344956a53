"""Recycle bin, audit, sharing rules, followers and tags over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.crm.models import Account
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel import clock
from app.kernel.actor import FieldAccess, Reach
from app.records.registry import registry
from app.records.sharing.models import SharingRule
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Program, Programs, fields_in

YORK = {"f": "city", "op": "eq", "v": "York"}


def role_of(acme: Workspace, key: str = "sales_rep") -> str:
    with acme.scope() as session:
        return str(role_by_key(session, key).id)


def let_reps(acme: Workspace, *grants: tuple[str, str], reach: Reach = Reach.OWN) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        write_rights(by, role, dict.fromkeys(grants, reach), {})


def test_no_record_type_takes_an_address_of_the_api_s_own(app: Flask) -> None:
    own = {
        rule.rule.split("/")[3]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.split("/")[3].startswith("<")
        # What is done with a record of that very type.
        if not rule.rule.endswith("/snooze") and "/<uuid:record_id>" not in rule.rule
    }
    assert {"views", "recycle-bin", "audit", "sharing-rules", "tags"} <= own
    assert not own & {one.collection for one in registry()}


def test_the_bin_tells_what_can_be_brought_back_page_by_page(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    firm = api.make(name="Fence Ltd")
    with acme.acting(alice) as by:
        make_contact(by, account_id=firm["id"])
    others = [api.make(name=f"Gate {n}") for n in range(3)]
    for one in (firm, *others):
        assert api.delete(f"accounts/{one['id']}").status_code == 204
    first = api.get("recycle-bin?limit=3").json
    assert [one["title"] for one in first["data"]] == ["Gate 2", "Gate 1", "Gate 0"]
    (last,) = api.get(f"recycle-bin?limit=3&cursor={first['next']}").json["data"]
    assert last["title"] == "Fence Ltd"
    assert (last["record_type"], last["deleted_with_it"]) == ("account", 1)
    assert last["deleted_by_id"] == str(alice.user_id)
    assert last["days_left"] in (29, 30)
    assert api.get("recycle-bin?q=fence").json["data"] == [last]
    assert api.get("recycle-bin?record_type=contact").json == {"data": [], "next": None}
    assert api.post(last["restore_url"].removeprefix("/api/v1/")).status_code == 200
    assert api.get("recycle-bin?q=fence").json["data"] == []
    assert api.get(f"accounts/{firm['id']}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("record_type=nothing", "record_type"),
        ("cursor=zzz", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("odd=1", "odd"),
        ("q=a&q=b", "q"),
    ],
)
def test_a_bin_that_is_asked_for_wrongly_is_refused(
    alice: Person, program: Programs, query: str, field: str
) -> None:
    assert fields_in(program(alice).get(f"recycle-bin?{query}")) == [field]


def test_the_bin_shows_nobody_what_they_could_not_bring_back(
    acme: Workspace, alice: Person, bob: Person, dora: Person, program: Programs
) -> None:
    api = program(alice)
    firm = api.make(name="Hers")
    api.delete(f"accounts/{firm['id']}")
    for other in (program(bob), program(dora), program(alice, "account:read")):
        assert other.get("recycle-bin").json["data"] == []


def test_erasing_takes_its_own_permission(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    api = program(alice)
    gone, kept = api.make(name="Gone"), api.make(name="Kept")
    path = f"recycle-bin/accounts/{gone['id']}"
    assert api.delete(f"recycle-bin/accounts/{kept['id']}").status_code == 404
    api.delete(f"accounts/{gone['id']}")
    assert program(bob).delete(path).status_code == 403
    assert program(alice, "account:*").delete(path).status_code == 403
    assert program(charlie).delete(path).status_code == 404
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 404
    with acme.scope() as session:
        assert [one.name for one in session.scalars(select(Account))] == ["Kept"]


def test_the_audit_tells_events_with_their_values(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    firm = api.make(name="Fence Ltd", city="Leeds")
    api.patch(f"accounts/{firm['id']}", {"city": "York"})
    changed, created = api.get(f"audit?record_id={firm['id']}").json["data"]
    assert changed["changes"] == {"city": ["Leeds", "York"]}
    assert (changed["verb"], changed["via"], changed["title"]) == ("updated", "api", "Fence Ltd")
    assert (changed["actor_id"], changed["actor"]) == (str(alice.user_id), "Alice Archer")
    assert created["changes"] == {}
    only = api.get(f"audit?record_type=account&verb=created&via=api&actor_id={alice.user_id}")
    assert [one["id"] for one in only.json["data"]] == [created["id"]]
    assert api.get("audit?verb=created&actor_id=service&via=api").json["data"] == []
    now = clock.now()
    since = (now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = (now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(api.get(f"audit?record_id={firm['id']}&since={since}").json["data"]) == 2
    assert api.get(f"audit?since={until}").json["data"] == []
    assert api.get(f"audit?until={since}&record_id={firm['id']}").json["data"] == []
    day = now.date()
    within = f"since={day - timedelta(days=1)}&until={day + timedelta(days=1)}"
    assert len(api.get(f"audit?record_id={firm['id']}&{within}").json["data"]) == 2


def test_the_audit_is_read_page_by_page_without_a_gap(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_account(by, f"Firm {n}").id) for n in range(7)]
    api, met, cursor = program(alice), [], ""
    for _page in range(9):
        page = api.get(f"audit?record_type=account&limit=2{cursor}").json
        met += [one["record_id"] for one in page["data"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert met == ids[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("record_type=nothing", "record_type"),
        ("verb=flown", "verb"),
        ("via=pigeon", "via"),
        ("actor_id=me", "actor_id"),
        ("record_id=x", "record_id"),
        ("since=yesterday", "since"),
        ("since=2026-13-01T00:00:00Z", "since"),
        ("since=2026-01-02&until=2026-01-01", "until"),
        ("cursor=zzz", "cursor"),
        ("limit=999", "limit"),
        ("person=x", "person"),
    ],
)
def test_an_audit_that_is_asked_for_wrongly_is_refused(
    alice: Person, program: Programs, query: str, field: str
) -> None:
    assert fields_in(program(alice).get(f"audit?{query}")) == [field]


def test_the_audit_tells_no_value_that_its_reader_may_not_see(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        grants = {("account", "read"): Reach.OWN, ("audit", "read"): Reach.ALL}
        write_rights(by, role, grants, {("account", "phone"): FieldAccess.HIDDEN})
    hers = program(alice)
    secret = hers.make(name="Secret Plc")
    hers.patch(f"accounts/{secret['id']}", {"city": "York"})
    his = hers.make(name="His", owner_id=str(bob.user_id))
    hers.patch(f"accounts/{his['id']}", {"city": "Leeds", "phone": "+442079460018"})
    api = program(bob)
    answer = api.get("audit?record_type=account&verb=updated")
    about_his, about_hers = answer.json["data"]
    assert about_his["changes"] == {"city": [None, "Leeds"]}
    assert about_hers["changes"] == {}
    assert about_hers["title"] is None
    assert "Secret" not in answer.text
    assert "York" not in answer.text
    assert program(bob, "account:read").get("audit").status_code == 403


def rule(acme: Workspace, **changes: Any) -> dict[str, Any]:
    body = {
        "record_type": "account",
        "filter": YORK,
        "access": "read",
        "group_kind": "role",
        "group_id": role_of(acme),
    }
    return body | changes


def test_a_sharing_rule_is_made_read_and_removed(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    let_reps(acme, ("account", "read"))
    with acme.acting(alice) as by:
        make_account(by, "York Ltd", city="York")
    api, his = program(alice), program(bob)
    assert his.get("accounts").json["data"] == []
    made = api.post("sharing-rules", rule(acme))
    assert made.status_code == 201, made.text
    one = f"sharing-rules/{made.json['id']}"
    assert made.headers["Location"] == f"/api/v1/{one}"
    assert made.json["filter"] == YORK
    assert [row["name"] for row in his.get("accounts").json["data"]] == ["York Ltd"]
    assert api.get(one).json == made.json
    assert api.get("sharing-rules").json == {"data": [made.json], "next": None}
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert api.delete(one).status_code == 404
    assert his.get("accounts").json["data"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"record_type": "nothing"}, "record_type"),
        ({"filter": None}, "filter"),
        ({"filter": [YORK]}, "filter"),
        ({"filter": {}}, "filter"),
        ({"filter": {"and": []}}, "filter"),
        ({"filter": {"f": "owner_id", "v": "me"}}, "filter"),
        ({"filter": {"f": "secret", "v": "x"}}, "filter"),
        ({"access": "delete"}, "access"),
        ({"access": None}, "access"),
        ({"group_kind": "user"}, "group_id"),
        ({"group_id": "x"}, "group_id"),
        ({"group_id": "01a20172-c7fd-73c7-b690-51729345771b"}, "group_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_name(
    acme: Workspace, alice: Person, program: Programs, changes: dict[str, Any], field: str
) -> None:
    answer = program(alice).post("sharing-rules", rule(acme, **changes))
    assert fields_in(answer) == [field]
    with acme.scope() as session:
        assert session.scalars(select(SharingRule)).all() == []


def test_rules_are_for_those_who_manage_them(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    made = program(alice).post("sharing-rules", rule(acme)).json
    for other in (program(bob), program(alice, "account:*")):
        assert other.get("sharing-rules").status_code == 403
        assert other.post("sharing-rules", rule(acme)).status_code == 403
        assert other.delete(f"sharing-rules/{made['id']}").status_code == 403
    assert program(charlie).get(f"sharing-rules/{made['id']}").status_code == 404
    narrow = program(alice, "sharing:manage")  # Nobody shares what the token does not reach.
    assert narrow.post("sharing-rules", rule(acme)).status_code == 403


def test_a_follower_is_let_in_and_out(
    acme: Workspace, alice: Person, bob: Person, dora: Person, program: Programs
) -> None:
    let_reps(acme, ("account", "read"))
    api, his = program(alice), program(bob)
    firm = api.make()
    path = f"accounts/{firm['id']}/followers"
    assert his.get(path).status_code == 404
    assert api.call("PUT", f"{path}/{bob.user_id}").status_code == 204
    assert api.call("PUT", f"{path}/{bob.user_id}").status_code == 204
    told = [{"user_id": str(bob.user_id), "name": "Bob Baker"}]
    assert his.get(path).json == {"data": told, "next": None}
    assert his.call("PUT", f"{path}/{dora.user_id}").status_code == 403
    assert api.call("PUT", f"{path}/{firm['id']}").status_code == 404
    reader = program(alice, "account:read")
    assert reader.call("PUT", f"{path}/{dora.user_id}").status_code == 403
    assert reader.delete(f"{path}/{bob.user_id}").status_code == 403
    assert api.delete(f"{path}/{bob.user_id}").status_code == 204
    assert his.get(path).status_code == 404
    assert api.delete(f"{path}/{bob.user_id}").status_code == 204


def tags(api: Program) -> list[str]:
    return [one["name"] for one in api.get("tags?record_type=account").json["data"]]


def test_tags_are_kept_by_those_who_may(
    acme: Workspace, alice: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    api = program(alice)
    made = api.post("tags", {"record_type": "account", "name": " VIP  guests ", "colour": "red"})
    assert made.status_code == 201, made.text
    assert (made.json["key"], made.json["name"]) == ("vip guests", "VIP guests")
    one = f"tags/{made.json['id']}"
    firm = api.make(tags=["vip guests"])
    assert api.patch(one, {"name": "Guests"}).json["colour"] == "red"
    assert tags(api) == tags(program(dora)) == ["Guests"]
    assert api.get(f"accounts/{firm['id']}").json["tags"] == ["vip guests"]
    assert program(dora).post("tags", {"record_type": "account", "name": "x"}).status_code == 403
    assert program(charlie).delete(one).status_code == 404
    assert api.delete(one).status_code == 422
    api.patch(f"accounts/{firm['id']}", {"tags": []})
    assert api.delete(one).status_code == 204
    assert tags(api) == []
    assert api.get("tags").json["data"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"record_type": "nothing"}, "record_type"),
        ({"name": ""}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "Known"}, "name"),
        ({"name": 1}, "name"),
        ({"colour": "plaid"}, "colour"),
        ({"odd": 1}, "odd"),
    ],
)
def test_a_tag_that_is_none_is_refused(
    acme: Workspace, alice: Person, program: Programs, body: dict[str, Any], field: str
) -> None:
    api = program(alice)
    assert api.post("tags", {"record_type": "account", "name": "Known"}).status_code == 201
    answer = api.post("tags", {"record_type": "account", "name": "New"} | body)
    assert fields_in(answer) == [field]
    assert tags(api) == ["Known"]
