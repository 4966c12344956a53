"""There is no way round a rule: programs, files, many at once, merging and taking back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.records.bulk.begin import begin_change, begin_undo, do_piece, enqueue_piece
from app.records.bulk.models import BulkChange
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.filters import Filter
from app.records.imports.undo_jobs import undo_import
from app.records.tailored import tailored
from tests.automation.approvals.conftest import Rule, only_request, requests
from tests.automation.approvals.test_gate import account, stands
from tests.cast import Person
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow, sheet, take_in

__all__ = ["program"]


def number_of_accounts(person: Person) -> int:
    with person.workspace.scope() as session:
        living = select(func.count()).select_from(Account).where(Account.deleted_at.is_(None))
        return session.scalar(living) or 0


def test_a_program_is_told_where_its_change_waits_and_asks_once(
    alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    record_id = account(bob)
    rule("account", ["create", "update", "delete"])
    of_bob, of_alice = program(bob), program(alice)
    made = of_bob.post("accounts", {"name": "New"}, Idempotency_Key="one")
    again = of_bob.post("accounts", {"name": "New"}, Idempotency_Key="one")
    assert (made.status_code, again.status_code) == (202, 202)
    assert made.json == again.json
    assert made.headers["Location"] == made.json["approval"]["url"]
    assert of_bob.patch(f"accounts/{record_id}", {"city": "York"}).status_code == 202
    assert of_bob.delete(f"accounts/{record_id}").status_code == 202
    assert number_of_accounts(bob) == 1
    assert stands(bob, record_id).city is None
    assert len(requests(alice)) == 3
    path = made.json["approval"]["url"].removeprefix("/api/v1/")
    shown = of_bob.get(path).json
    assert (shown["state"], shown["verb"], shown["changes"]["name"]) == (
        "waiting",
        "create",
        [None, "New"],
    )
    assert shown["waits_for"] == [str(alice.user_id)]
    assert of_bob.post(f"{path}/approve").status_code == 403
    done = of_alice.post(f"{path}/approve", {"text": "Fine"})
    assert (done.status_code, done.json["state"]) == (200, "approved")
    assert number_of_accounts(bob) == 2
    assert of_alice.post(f"{path}/approve").status_code == 409


def test_a_program_rejects_recalls_and_comments(
    alice: Person, bob: Person, dora: Person, rule: Rule, program: Programs
) -> None:
    rule("account", "create")
    of_bob, of_alice = program(bob), program(alice)
    first, second = (
        of_bob.post("accounts", {"name": name}).json["approval"]["url"].removeprefix("/api/v1/")
        for name in ("One", "Two")
    )
    assert of_alice.post(f"{first}/reject", {"text": ""}).status_code == 422
    assert of_alice.post(f"{first}/comment", {"text": "Why?"}).status_code == 200
    assert of_alice.post(f"{first}/reject", {"text": "No"}).json["state"] == "rejected"
    assert of_bob.post(f"{second}/recall").json["state"] == "recalled"
    listed = of_bob.get("approvals").json["data"]
    assert {one["state"] for one in listed} == {"rejected", "recalled"}
    assert [one["id"] for one in of_bob.get("approvals?state=rejected").json["data"]] == [
        first.split("/")[1]
    ]
    assert program(dora).get(first).status_code == 404


def test_a_token_that_was_made_for_reading_decides_nothing(
    alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    rule("account", "create")
    path = program(bob).post("accounts", {"name": "One"}).json["approval"]["url"]
    path = path.removeprefix("/api/v1/")
    narrow = program(alice, "account:read", "account:create")
    assert narrow.get(path).status_code == 200
    for verb, body in (("approve", None), ("reject", {"text": "No"}), ("comment", {"text": "Hm"})):
        answer = narrow.post(f"{path}/{verb}", body)
        assert answer.status_code == 403, verb
        assert "approval:manage" in answer.json["detail"]
    deciding = program(alice, "account:read", "approval:manage")
    assert deciding.post(f"{path}/approve").status_code == 200


def test_rules_are_read_and_written_by_programs_with_the_right(
    alice: Person, bob: Person, program: Programs
) -> None:
    of_alice = program(alice)
    asked = {
        "record_type": "account",
        "name": "Deleting",
        "verbs": ["delete"],
        "filter": {"f": "city", "op": "eq", "v": "York"},
        "levels": [{"who": "people", "user_ids": [str(alice.user_id)], "hours": 24}],
    }
    made = of_alice.post("approval-rules", asked)
    assert made.status_code == 201, made.text
    path = f"approval-rules/{made.json['id']}"
    seen = of_alice.get(path).headers["ETag"]
    assert of_alice.patch(path, {"name": "Gone"}, If_Match=seen).json["name"] == "Gone"
    assert of_alice.patch(path, {"name": "Late"}, If_Match=seen).status_code == 412
    assert of_alice.patch(path, {"is_on": False}).json["is_on"] is False
    assert of_alice.get(path).json["filter"] == asked["filter"]
    for wrong, field in (
        ({"levels": []}, "levels"),
        ({"levels": [{"who": 7}]}, "levels.0"),
        ({"levels": [{"who": "role", "role_id": "x"}]}, "levels.0"),
        ({"verbs": ["read"]}, "verbs"),
        ({"filter": {"f": "nonsense"}}, "nonsense"),
        ({"record_type": "contact"}, "record_type"),
    ):
        answer = of_alice.patch(path, wrong)
        assert answer.status_code == 422, (wrong, answer.text)
        assert answer.json["errors"][0]["field"] == field
    assert program(bob).get("approval-rules").status_code == 403
    assert of_alice.delete(path).status_code == 204
    assert of_alice.get(path).status_code == 404


def test_rows_of_a_file_wait_and_the_others_are_taken(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "import")
    rule("account", ["create", "update"], when=Filter("city", "eq", "York"))
    file = sheet(["Name", "City"], ["One", "York"], ["Two", "Hull"], ["Three", "York"])
    columns = {"Name": "name", "City": "city"}
    tried = take_in(bob, "account", file, columns, is_dry_run=True)
    assert (tried.created, tried.asked, tried.failed) == (1, 2, 0)
    assert requests(alice) == []
    run = take_in(bob, "account", file, columns)
    assert (run.created, run.asked, run.failed) == (1, 2, 0)
    assert number_of_accounts(bob) == 1
    assert {one.title for one in requests(alice)} == {"One", "Three"}
    assert {one.batch_id for one in requests(alice)} == {run.id}
    with bob.workspace.acting(bob) as by:
        undo_import(run.id, by)
    assert number_of_accounts(bob) == 0


def test_an_import_that_changes_records_waits_and_its_undoing_too(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "import")
    record_id = account(bob, name="One", city="Hull")
    columns = {"Name": "name", "City": "city"}
    how = {"mode": "update", "match_on": "name"}
    run = take_in(bob, "account", sheet(["Name", "City"], ["One", "York"]), columns, **how)
    assert run.updated == 1
    rule("account", ["update", "delete"])
    asked = take_in(bob, "account", sheet(["Name", "City"], ["One", "Bath"]), columns, **how)
    assert (asked.updated, asked.asked) == (0, 1)
    assert only_request(alice).changes["city"] == ["York", "Bath"]
    with bob.workspace.acting(bob) as by:
        undone = undo_import(run.id, by)
        assert (undone.undo_done, undone.undo_left_out) == (0, 1)
    assert stands(bob, record_id).city == "York"


def test_what_an_import_made_is_not_taken_back_past_a_rule(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "import")
    run = take_in(bob, "account", sheet(["Name"], ["One"]), {"Name": "name"})
    rule("account", "delete")
    with bob.workspace.acting(bob) as by:
        undo_import(run.id, by)
    assert number_of_accounts(bob) == 1


def test_many_at_once_are_counted_and_taking_back_waits_too(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    ids = (account(bob, city="Hull"), account(bob, name="Second", city="Hull"))
    with bob.workspace.acting(bob) as by:
        record_type = tailored("account", by)
        done = begin_change(record_type, "update", Selection(ids=ids), {"city": "Bath"}, by)
        assert done.done == 2
        first = done.id
    rule("account", "update", when=Filter("name", "eq", "Second"))
    with bob.workspace.acting(bob) as by:
        record_type = tailored("account", by)
        change = begin_change(record_type, "update", Selection(ids=ids), {"city": "York"}, by)
        assert (change.done, change.left_out, change.asked) == (1, 0, 1)
        second = change.id
    assert [stands(bob, one).city for one in ids] == ["York", "Bath"]
    with bob.workspace.acting(bob) as by:
        undo = begin_undo(second, by)
        assert (undo.done, undo.asked) == (1, 0)
        undo = begin_undo(first, by)
        assert (undo.done, undo.left_out, undo.asked) == (0, 1, 1)  # One was changed since.
    assert [stands(bob, one).city for one in ids] == ["Bath", "Bath"]


def test_a_job_holds_back_as_a_page_does(
    alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = (account(bob), account(bob, name="Second"))
    rule("account", "update")
    monkeypatch.setattr("app.records.bulk.begin.AT_ONCE", 1)
    with bob.workspace.acting(bob) as by:
        record_type = tailored("account", by)
        change = begin_change(record_type, "update", Selection(ids=ids), {"city": "York"}, by)
        change_id = change.id
        assert change.asked == 0
    with bob.workspace.acting(bob) as by:
        change = by.session.get_one(BulkChange, change_id)
        do_piece(change, tailored("account", by), by, 100)
        assert change.asked == 2
        assert enqueue_piece is not None
    assert {stands(bob, one).city for one in ids} == {None}


def test_the_board_and_every_other_page_wait_by_the_edge(
    alice: Person, bob: Person, rule: Rule
) -> None:
    with bob.workspace.acting(bob) as by:
        task = perform(
            "activity", "create", by=by, kind="task", subject="Call", due_at="2030-01-01"
        )
        task_id = task.id
    rule("activity", "complete")
    answer = bob.client.post(f"/activities/{task_id}/complete", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "waits for the approval" in answer.text
    assert only_request(alice).verb == "complete"
