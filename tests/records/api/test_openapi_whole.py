"""Every route of the API stands in the document, and what it answers is what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.identity.operations.roles import role_by_key
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan
from tests.records.api.conftest import Program, Programs
from tests.records.api.test_openapi import read

PREFIX = "/api/v1"
TREE = {"f": "lifecycle", "v": "customer"}


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Every method and address of the API, as the service answers them."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{PREFIX}/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method.lower(), rule.rule.removeprefix(PREFIX)


def test_every_route_of_the_api_stands_in_the_document(
    app: Flask, alice: Person, program: Programs
) -> None:
    document = read(program(alice))
    validate(document)
    missing = []
    for method, rule in addresses(app):
        pattern = re.compile(re.sub(r"<[^>]+>", r"[^/]+", rule))
        paths = [path for path in document["paths"] if pattern.fullmatch(path)]
        if not any(method in document["paths"][path] for path in paths):
            missing.append(f"{method} {rule}")
    assert missing == []
    assert len(list(addresses(app))) > 25, "the routes were found at all"


def test_no_call_is_named_twice(alice: Person, program: Programs) -> None:
    paths = read(program(alice))["paths"]
    names = [call["operationId"] for methods in paths.values() for call in methods.values()]
    assert len(names) == len(set(names))


def check(api: Program, method: str, path: str, told: str, body: Any = None) -> Any:
    """Call it, and hold the answer against what the document says of the call."""
    document = read(api)
    call = document["paths"][told][method]
    if body is not None:
        sent = call["requestBody"]["content"]["application/json"]["schema"]
        assert problems(document, sent, body) == []
    answer = api.call(method.upper(), path, body)
    assert str(answer.status_code) in call["responses"], answer.text
    response = call["responses"][str(answer.status_code)]
    assert "$ref" not in response, answer.text
    if "content" in response:
        schema = response["content"]["application/json"]["schema"]
        assert problems(document, schema, answer.json) == [], answer.text
    return answer.json


def problems(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What stands against a value in a schema."""
    whole = {**schema, "components": document["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [one.message for one in validator.iter_errors(value)]


def test_views_answer_as_they_are_described(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    with acme.scope() as session:
        role = str(role_by_key(session, "viewer").id)
    asked = {"record_type": "account", "name": "Ours", "query": "kind=organisation"}
    made = check(api, "post", "views", "/views", asked | {"audience": "everyone"})
    one, told = f"views/{made['id']}", "/views/{view_id}"
    check(api, "get", "views?record_type=account", "/views")
    check(api, "get", one, told)
    check(api, "patch", one, told, {"name": "Theirs", "is_pinned": True, "role_ids": [role]})
    check(api, "delete", one, told)
    check(api, "post", f"{one}/restore", f"{told}/restore")


def test_what_is_kept_around_records_answers_as_it_is_described(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    api = program(alice)
    account = api.make(tags=["vip"])
    place = f"accounts/{account['id']}/followers"
    path = "/accounts/{record_id}/followers"
    check(api, "put", f"{place}/{bob.user_id}", f"{path}/{{user_id}}")
    followers = check(api, "get", place, path)
    assert [one["name"] for one in followers["data"]] == ["Bob Baker"]
    check(api, "delete", f"{place}/{bob.user_id}", f"{path}/{{user_id}}")
    team = {"group_kind": "team", "group_id": str(alice.user.team_id)}
    rule = {"record_type": "account", "filter": TREE, "access": "read", **team}
    made = check(api, "post", "sharing-rules", "/sharing-rules", rule)
    assert check(api, "get", "sharing-rules", "/sharing-rules")["data"] == [made]
    one = f"sharing-rules/{made['id']}"
    check(api, "get", one, "/sharing-rules/{rule_id}")
    check(api, "delete", one, "/sharing-rules/{rule_id}")
    tag = {"record_type": "account", "name": "Gold", "colour": "green"}
    tag = check(api, "post", "tags", "/tags", tag)
    assert len(check(api, "get", "tags?record_type=account", "/tags")["data"]) == 2
    check(api, "patch", f"tags/{tag['id']}", "/tags/{tag_id}", {"name": "Silver"})
    check(api, "delete", f"tags/{tag['id']}", "/tags/{tag_id}")
    assert api.delete(f"accounts/{account['id']}").status_code == 204
    deleted = check(api, "get", "recycle-bin", "/recycle-bin")["data"]
    assert [one["id"] for one in deleted] == [account["id"]]
    erased = f"recycle-bin/accounts/{account['id']}"
    check(api, "delete", erased, "/recycle-bin/accounts/{record_id}")
    assert check(api, "get", "audit?limit=200", "/audit")["data"]


def test_activity_plans_answer_as_they_are_described(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        make_plan(by)
    listed = check(program(alice), "get", "activity-plans", "/activity-plans")
    assert len(listed["data"]) == 1


def test_who_lacks_the_right_is_not_told_of_the_call(dora: Person, program: Programs) -> None:
    document = read(program(dora))
    assert "/audit" not in document["paths"]
    assert "/sharing-rules" not in document["paths"]
    assert "Event" not in document["components"]["schemas"]
    assert set(document["paths"]["/tags"]) == {"get"}
