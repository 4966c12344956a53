"""Group robots by API: made, changed and tried with what opens their group never told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.automation.conftest import Hooks, Receiver
from tests.cast import Person
from tests.records.api.conftest import Program, Programs, program
from tests.records.api.test_openapi import read
from tests.records.api.test_openapi_whole import problems

__all__ = ["program"]
KEY = "9f1c0d42-opens-the-group"
CHECKED = "chat-checks-this"
ASKED: dict[str, Any] = {
    "name": "Sales group",
    "kind": "wecom",
    "url": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    "events": ["account.created"],
}
SIGNED = {"kind": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=aaaa1111"}


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def test_a_program_makes_one_and_what_opens_the_group_is_never_told(of_alice: Program) -> None:
    made = of_alice.post("robots", ASKED)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/api/v1/robots/{made.json['id']}"
    shown = of_alice.get(f"robots/{made.json['id']}")
    assert KEY not in made.text + shown.text + of_alice.get("robots").text
    assert {key: shown.json[key] for key in ("name", "kind", "events")} == {
        key: ASKED[key] for key in ("name", "kind", "events")
    }
    assert (shown.json["checks_secret"], shown.json["view_ids"]) == (False, {})
    fresh = of_alice.get(f"robots/{made.json['id']}", If_None_Match=shown.headers["ETag"])
    assert fresh.status_code == 304
    document = read(of_alice)
    schema = document["components"]["schemas"]["Robot"]
    assert problems(document, schema, shown.json) == []


def test_robots_and_webhooks_do_not_stand_in_each_other_s_list(of_alice: Program) -> None:
    robot = of_alice.post("robots", ASKED).json["id"]
    hook = of_alice.post("webhooks", ASKED | {"url": "https://example.com/hook"} | {})
    assert hook.status_code == 422, "a webhook has no kind"
    assert of_alice.get("webhooks").json["data"] == []
    assert of_alice.get(f"webhooks/{robot}").status_code == 404
    assert of_alice.delete(f"webhooks/{robot}").status_code == 404


def test_what_is_not_given_stays_as_it_is(of_alice: Program) -> None:
    path = f"robots/{of_alice.post('robots', ASKED | SIGNED | {'secret': CHECKED}).json['id']}"
    changed = of_alice.patch(path, {"name": "Field group", "tells_details": True})
    assert changed.status_code == 200, changed.text
    assert (changed.json["name"], changed.json["tells_details"]) == ("Field group", True)
    assert changed.json["checks_secret"], "its secret stays"
    assert changed.json["url"].endswith("1111"), "its address stays"
    assert not of_alice.patch(path, {"secret": None}).json["checks_secret"]
    off = of_alice.patch(path, {"is_active": False}).json
    assert (off["is_active"], off["name"]) == (False, "Field group")


def test_a_change_that_came_second_is_refused(of_alice: Program) -> None:
    path = f"robots/{of_alice.post('robots', ASKED).json['id']}"
    seen = of_alice.get(path).headers["ETag"]
    assert of_alice.patch(path, {"name": "Shop"}, If_Match=seen).status_code == 200
    assert of_alice.patch(path, {"name": "Till"}, If_Match=seen).status_code == 412
    assert of_alice.get(path).json["name"] == "Shop"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://127.0.0.1:22/"}, "url"),
        ({"url": "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=1"}, "url"),
        ({"url": 7}, "url"),
        ({"kind": "fax"}, "kind"),
        ({"kind": None}, "kind"),
        ({"events": []}, "events"),
        ({"events": "account.created"}, "events"),
        ({"events": ["account.sold"]}, "events"),
        ({"view_ids": []}, "view_ids"),
        ({"view_ids": {"account": 1}}, "view_ids"),
        ({"view_ids": {"account": "01a20000-0000-7000-8000-000000000000"}}, "view_ids"),
        ({"name": ""}, "name"),
        ({"tells_details": "yes"}, "tells_details"),
        ({"secret": 1}, "secret"),
        ({"user_id": "0"}, "user_id"),
    ],
)
def test_what_does_not_fit_is_named(of_alice: Program, change: dict[str, Any], field: str) -> None:
    refused = of_alice.post("robots", ASKED | change)
    assert refused.status_code == 422, refused.text
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert of_alice.get("robots").json["data"] == []
    path = f"robots/{of_alice.post('robots', ASKED).json['id']}"
    refused = of_alice.patch(path, change)
    assert refused.status_code == 422, refused.text
    assert of_alice.get(path).json["name"] == ASKED["name"]


def test_it_is_made_once_for_one_key(of_alice: Program) -> None:
    first = of_alice.post("robots", ASKED, Idempotency_Key="robot-1")
    again = of_alice.post("robots", ASKED, Idempotency_Key="robot-1")
    assert (first.json, len(of_alice.get("robots").json["data"])) == (again.json, 1)


def test_it_is_tried_and_its_log_is_read(
    of_alice: Program, hooks: Hooks, receiver: Receiver
) -> None:
    receiver.text = b'{"errcode": 0}'
    made = of_alice.post("robots", ASKED | {"kind": "custom", "url": receiver.url})
    assert made.status_code == 201, made.text
    path = f"robots/{made.json['id']}"
    tested = of_alice.post(f"{path}/test")
    assert (tested.status_code, tested.json["state"]) == (202, "waiting")
    hooks.work()
    (one,) = of_alice.get(f"{path}/deliveries").json["data"]
    assert (one["id"], one["state"]) == (tested.json["id"], "delivered")
    assert of_alice.delete(path).status_code == 204
    assert of_alice.get(path).status_code == 404


def test_only_who_manages_webhooks_and_a_token_that_may_come_to_them(
    program: Programs, alice: Person, bob: Person
) -> None:
    assert program(bob).get("robots").status_code == 403
    assert program(alice, "account:read").get("robots").status_code == 403
    assert program(alice, "account:read").post("robots", ASKED).status_code == 403
