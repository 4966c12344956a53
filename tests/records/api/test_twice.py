"""Versions and repeated requests: nobody overwrites unseen, nothing is done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select, update

from app.crm.models import Account
from app.records.api.idempotency import IdempotencyKey, forget_keys
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs


def test_a_record_seen_already_is_not_sent_again(alice: Person, program: Programs) -> None:
    api = program(alice)
    one = f"accounts/{api.make()['id']}"
    etag = api.get(one).headers["ETag"]
    assert api.get(one).headers["ETag"] == etag
    fresh = api.get(one, If_None_Match=etag)
    assert (fresh.status_code, fresh.data) == (304, b"")
    assert fresh.headers["ETag"] == etag
    assert api.get(one, If_None_Match='"1-other"').status_code == 200
    changed = api.patch(one, {"city": "York"}).headers["ETag"]
    assert changed != etag
    assert api.get(one, If_None_Match=etag).status_code == 200
    assert api.get(one).headers["ETag"] == changed


def test_a_new_next_step_makes_a_copy_stale_but_stands_in_nobodys_way(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    account = api.make()
    one = f"accounts/{account['id']}"
    etag = api.get(one).headers["ETag"]
    task = {"kind": "task", "subject": "Call", "due_at": "2027-01-01T09:00:00Z"}
    assert api.post("activities", task | {"account_id": account["id"]}).status_code == 201
    assert api.get(one, If_None_Match=etag).json["next_step"] == "Call"
    assert api.patch(one, {"city": "York"}, If_Match=etag).status_code == 200


def test_a_change_of_what_somebody_changed_meanwhile_is_refused(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    one = f"accounts/{api.make()['id']}"
    first = api.get(one).headers["ETag"]
    second = api.patch(one, {"city": "York"}, If_Match=first).headers["ETag"]
    late = api.patch(one, {"city": "Hull"}, If_Match=first)
    assert late.status_code == 412
    assert late.json["errors"][0]["field"] == "city"
    assert "Alice Archer" in late.json["errors"][0]["message"]
    for marks in ('"x"', '"999999999"', f'"{"9" * 50}"', f"W/{second}", '"-1"', '"²"'):
        assert api.patch(one, {"city": "Hull"}, If_Match=marks).status_code == 412, marks
        assert api.delete(one, If_Match=marks).status_code == 412, marks
    assert api.get(one).json["city"] == "York"
    assert api.patch(one, {"city": "Hull"}, If_Match=f'"x", {second}').status_code == 200
    assert api.patch(one, {"city": "Bath"}, If_Match="*").status_code == 200
    assert api.delete(one, If_Match=api.get(one).headers["ETag"]).status_code == 204


def test_the_same_key_gives_the_same_answer(alice: Person, program: Programs) -> None:
    api = program(alice)
    first = api.post("accounts", {"name": "Fence", "city": "York"}, Idempotency_Key="k-1")
    again = api.post("accounts", {"city": "York", "name": "Fence"}, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    for header in ("Location", "ETag"):
        assert first.headers[header] == again.headers[header]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(api.get("accounts").json["data"]) == 1
    other = api.post("accounts", {"name": "Gate"}, Idempotency_Key="k-1")
    assert other.status_code == 422
    assert other.json["errors"][0]["field"] == "Idempotency-Key"
    elsewhere = api.post("contacts", {"last_name": "Li"}, Idempotency_Key="k-1")
    assert elsewhere.status_code == 422
    assert len(api.get("accounts").json["data"]) == 1


def test_an_action_is_done_once_for_each_key(alice: Person, program: Programs) -> None:
    api = program(alice)
    task = api.post("activities", {"kind": "task", "subject": "Call"}).json
    one = f"activities/{task['id']}/complete"
    first = api.post(one, Idempotency_Key="k-2")
    assert api.post(one, Idempotency_Key="k-2").data == first.data
    assert api.post(one, Idempotency_Key="k-3").status_code == 422


def test_a_refusal_can_be_tried_again_under_its_key(alice: Person, program: Programs) -> None:
    api = program(alice)
    assert api.post("accounts", {"name": ""}, Idempotency_Key="k-4").status_code == 422
    assert api.post("accounts", {"name": "Good"}, Idempotency_Key="k-4").status_code == 201


def test_keys_of_two_people_do_not_meet(alice: Person, bob: Person, program: Programs) -> None:
    for person in (alice, bob):
        made = program(person).post("accounts", {"name": person.name}, Idempotency_Key="k-5")
        assert (made.status_code, made.json["name"]) == (201, person.name)


def test_a_key_that_is_none_is_refused(alice: Person, program: Programs) -> None:
    api = program(alice)
    for key in ("", "a b", "x" * 201, "ü"):
        answer = api.post("accounts", {"name": "A"}, Idempotency_Key=key)
        assert answer.status_code == 422, key
    assert api.get("accounts").json["data"] == []


def test_a_key_is_forgotten_after_a_day(acme: Workspace, alice: Person, program: Programs) -> None:
    api = program(alice)
    body = {"name": "Fence"}
    first = api.post("accounts", body, Idempotency_Key="k-6").json["id"]
    with acme.acting(alice) as by:
        assert forget_keys(by.session, by.now) == 0
        old = by.now - timedelta(hours=24, seconds=1)
        by.session.execute(update(IdempotencyKey).values(created_at=old))
    second = api.post("accounts", body, Idempotency_Key="k-6").json["id"]
    assert first != second
    with acme.acting(alice) as by:
        by.session.execute(update(IdempotencyKey).values(created_at=old))
        assert forget_keys(by.session, by.now) == 1


def test_fifty_requests_at_once_under_one_key_make_one_record(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    api.get("accounts")
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(
                lambda _n: api.post("accounts", {"name": "Once"}, Idempotency_Key="k-7"), range(50)
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    with acme.acting(alice) as by:
        assert by.session.scalar(select(func.count()).select_from(Account)) == 1


def test_of_ten_who_change_a_record_with_the_same_mark_one_wins(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    one = f"accounts/{api.make()['id']}"
    etag = api.get(one).headers["ETag"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: api.patch(one, {"city": f"C{n}"}, If_Match=etag), range(10))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert api.get(one).json["city"] == winner.json["city"]
