"""Webhooks by API and in the settings: the same rights, the same answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.automation.webhooks.models import Webhook
from app.identity.models import User
from tests.automation.conftest import Hooks, Receiver
from tests.automation.test_webhooks import let_manage, make_account
from tests.cast import Person, visitor
from tests.records.api.conftest import Program, Programs, program

__all__ = ["program"]
ASKED = {"name": "Stock", "url": "https://example.com/hook", "events": ["account.created"]}


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def test_a_program_makes_one_and_its_secret_is_told_once(of_alice: Program) -> None:
    made = of_alice.post("webhooks", ASKED)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    assert made.headers["Location"] == f"/api/v1/webhooks/{made.json['id']}"
    shown = of_alice.get(f"webhooks/{made.json['id']}")
    assert "secret" not in shown.json
    assert {key: shown.json[key] for key in ASKED} == ASKED
    fresh = of_alice.get(f"webhooks/{made.json['id']}", If_None_Match=shown.headers["ETag"])
    assert fresh.status_code == 304
    (one,) = of_alice.get("webhooks").json["data"]
    assert one == shown.json


def test_a_change_that_came_second_is_refused(of_alice: Program) -> None:
    made = of_alice.post("webhooks", ASKED).json
    seen = of_alice.get(f"webhooks/{made['id']}").headers["ETag"]
    path = f"webhooks/{made['id']}"
    assert of_alice.patch(path, {"name": "Shop"}, If_Match=seen).status_code == 200
    assert of_alice.patch(path, {"name": "Till"}, If_Match=seen).status_code == 412
    assert of_alice.patch(path, {"is_active": False}, If_Match=seen).status_code == 412
    assert of_alice.get(path).json["name"] == "Shop"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://127.0.0.1:22/"}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": "account.created"}, "events"),
        ({"events": ["account.sold"]}, "events"),
        ({"events": [1]}, "events"),
        ({"name": ""}, "name"),
        ({"is_active": "no"}, "is_active"),
        ({"secret": 1}, "secret"),
        ({"user_id": "0"}, "user_id"),
    ],
)
def test_what_does_not_fit_is_named(of_alice: Program, change: dict[str, Any], field: str) -> None:
    refused = of_alice.post("webhooks", ASKED | change)
    assert refused.status_code == 422, refused.text
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert of_alice.get("webhooks").json["data"] == []
    made = of_alice.post("webhooks", ASKED).json
    refused = of_alice.patch(f"webhooks/{made['id']}", change)
    assert refused.status_code == 422, refused.text
    shown = of_alice.get(f"webhooks/{made['id']}").json
    assert {key: shown[key] for key in ASKED} == ASKED


def test_a_program_tests_reads_the_log_and_sends_again(
    of_alice: Program, alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    made = of_alice.post("webhooks", ASKED | {"url": receiver.url}).json
    path = f"webhooks/{made['id']}"
    tested = of_alice.post(f"{path}/test")
    assert (tested.status_code, tested.json["state"]) == (202, "waiting")
    hooks.work()
    assert of_alice.get(f"{path}/deliveries?state=waiting").json["data"] == []
    (one,) = of_alice.get(f"{path}/deliveries?state=delivered").json["data"]
    assert (one["id"], one["status"], one["type"]) == (tested.json["id"], 204, "webhook.test")


def test_failed_ones_are_sent_again_by_a_program(
    of_alice: Program, alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    receiver.answers = [410, 200]
    made = of_alice.post("webhooks", ASKED | {"url": receiver.url}).json
    path = f"webhooks/{made['id']}"
    make_account(alice)
    hooks.work()
    shown = of_alice.get(path).json
    assert (shown["is_active"], shown["stopped"]) == (False, "gone")
    refused = of_alice.post(f"{path}/replay", {})
    assert refused.status_code == 422
    assert of_alice.patch(path, {"is_active": True}).json["stopped"] is None
    failed = of_alice.get(
        f"{path}/deliveries",
    ).json["data"][0]
    assert failed["type"] == "account.created"
    again = of_alice.post(f"{path}/deliveries/{failed['id']}/replay")
    assert again.status_code == 202, again.text
    hooks.work()
    shown = of_alice.get(f"{path}/deliveries/{failed['id']}").json
    assert (shown["state"], shown["status"]) == ("delivered", 200)
    assert "Fence & Sons" in shown["body"]
    assert of_alice.post(f"{path}/replay", {"since": "2020-01-01T00:00:00Z"}).json == {
        "replayed": 0
    }
    assert of_alice.post(f"{path}/replay", {"since": "soon"}).status_code == 422


def test_the_log_is_read_page_by_page(
    of_alice: Program, alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    made = of_alice.post("webhooks", ASKED | {"url": receiver.url}).json
    for number in range(5):
        make_account(alice, name=f"Firm {number}")
    hooks.work()
    path = f"webhooks/{made['id']}/deliveries"
    seen: list[str] = []
    cursor = ""
    while True:
        page = of_alice.get(f"{path}?limit=2{cursor}").json
        seen += [one["id"] for one in page["data"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 5
    assert of_alice.get(f"{path}?cursor=x").status_code == 422
    assert of_alice.get(f"{path}?state=lost").status_code == 422


def test_the_same_key_makes_one_webhook(of_alice: Program) -> None:
    first = of_alice.post("webhooks", ASKED, Idempotency_Key="one")
    second = of_alice.post("webhooks", ASKED, Idempotency_Key="one")
    assert first.json == second.json
    assert len(of_alice.get("webhooks").json["data"]) == 1


def test_who_may_not_manage_them_gets_nothing(
    of_alice: Program, program: Programs, bob: Person, globex: object, charlie: Person
) -> None:
    made = of_alice.post("webhooks", ASKED).json
    of_bob, of_charlie = program(bob), program(charlie)
    path = f"webhooks/{made['id']}"
    for call in (of_bob.get("webhooks"), of_bob.get(path), of_bob.delete(path)):
        assert call.status_code == 403
    assert of_bob.post("webhooks", ASKED).status_code == 403
    assert of_charlie.get(path).status_code == 404
    assert of_charlie.delete(path).status_code == 404
    assert len(of_alice.get("webhooks").json["data"]) == 1


def test_the_contents_of_a_stronger_person_s_webhook_are_not_shown(
    of_alice: Program,
    program: Programs,
    alice: Person,
    bob: Person,
    hooks: Hooks,
    receiver: Receiver,
) -> None:
    let_manage(bob)
    made = of_alice.post("webhooks", ASKED | {"url": receiver.url}).json
    make_account(alice, phone="+44 20 7946 0958")
    hooks.work()
    of_bob = program(bob)
    (shown,) = of_bob.get(f"webhooks/{made['id']}/deliveries").json["data"]
    assert (shown["body"], shown["answer"], shown["headers"]) == (None, None, None)
    assert "phone" not in of_bob.get(f"webhooks/{made['id']}/deliveries/{shown['id']}").text
    url = f"/settings/webhooks/{made['id']}/deliveries/{shown['id']}"
    assert bob.client.get(url).status_code == 403
    page = bob.client.get(f"/settings/webhooks/{made['id']}")
    assert page.status_code == 200
    assert url not in page.text


def test_a_removed_one_is_gone_with_its_log_and_the_audit_tells_it(of_alice: Program) -> None:
    made = of_alice.post("webhooks", ASKED).json
    path = f"webhooks/{made['id']}"
    assert of_alice.post(f"{path}/secret").json["secret"] != made["secret"]
    assert of_alice.delete(path).status_code == 204
    assert of_alice.get(path).status_code == 404
    events = of_alice.get("audit?record_type=webhook").json["data"]
    assert [one["verb"] for one in events] == ["deleted", "secret_changed", "created"]
    assert "whsec" not in str(events)


def test_the_form_makes_one_and_shows_its_secret(alice: Person, app: Flask) -> None:
    client = alice.client
    empty = client.get("/settings/webhooks")
    assert "No webhooks yet" in empty.text
    form = {"name": "Stock", "url": "nowhere", "event": "account.created"}
    refused = client.post("/settings/webhooks/new", data=form)
    assert refused.status_code == 422
    assert 'value="nowhere"' in refused.text
    assert re.search(r'value="account.created" checked', refused.text)
    made = client.post("/settings/webhooks/new", data=form | {"url": "https://example.com/"})
    assert made.status_code == 200
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert secret
    with alice.workspace.scope() as session:
        webhook_id = session.scalars(select(Webhook.id)).one()
    shown = client.get(f"/settings/webhooks/{webhook_id}")
    assert shown.status_code == 200
    assert secret.group() not in shown.text
    assert "Nothing was sent yet" in shown.text


def test_the_page_of_one_does_all_that_can_be_done(
    alice: Person, hooks: Hooks, receiver: Receiver
) -> None:
    fresh = hooks.make(alice, receiver.url)
    client, url = alice.client, f"/settings/webhooks/{fresh.webhook.id}"
    assert client.post(f"{url}/test").status_code == 303
    assert "On its way" in client.get(url).text
    hooks.work()
    assert "Arrived" in client.get(url).text
    delivery = hooks.one(alice.workspace)
    inside = client.get(f"{url}/deliveries/{delivery.id}")
    assert "webhook-timestamp" in inside.text
    assert "webhook.test" in inside.text
    assert client.post(f"{url}/deliveries/{delivery.id}/replay").status_code == 303
    assert client.post(f"{url}/off").status_code == 303
    assert "Switched off" in client.get(url).text
    assert client.post(f"{url}/test").status_code == 422
    assert client.post(f"{url}/on").status_code == 303
    assert "whsec_" in client.post(f"{url}/secret").text
    seen = client.get(f"{url}/edit").text
    version = re.search(r'name="version" value="(\d+)"', seen)
    assert version
    form = {"name": "Shop", "url": receiver.url, "event": "account.deleted"}
    stale = client.post(f"{url}/edit", data=form | {"version": "1"})
    assert stale.status_code == 409
    assert 'value="Shop"' in stale.text
    kept = client.post(f"{url}/edit", data=form | {"version": version.group(1)})
    assert kept.status_code == 303
    assert client.post(f"{url}/replay").status_code == 303
    assert client.post(f"{url}/delete").status_code == 303
    assert client.get(url).status_code == 404


def test_a_visitor_and_a_colleague_see_no_page(alice: Person, bob: Person, app: Flask) -> None:
    assert visitor(app, alice.workspace).get("/settings/webhooks").status_code == 302
    assert bob.client.get("/settings/webhooks").status_code == 403


def test_an_address_in_both_languages(alice: Person) -> None:
    with alice.workspace.scope() as session:
        session.get_one(User, alice.user_id).language = "zh-CN"
    page = alice.client.get("/settings/webhooks/new")
    assert "事件" in page.text
