"""What waits of a change of many records goes with it when that is undone."""

from __future__ import annotations

from sqlalchemy import select

from app.automation.approvals.decide import approve, approve_many
from app.automation.approvals.models import State
from app.crm.models import Account
from app.identity.models import Notice
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.models import BulkChange
from app.records.bulk.receipt import told
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.filters import Filter
from app.records.imports.models import ImportRun
from app.records.imports.undo_jobs import undo_import
from app.records.tailored import tailored
from tests.automation.approvals.conftest import Rule, only_request, requests
from tests.automation.approvals.test_gate import account, stands, waiting_number
from tests.cast import Person
from tests.factories import make_account
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow, living, sheet, take_in

__all__ = ["program"]


def change_city(person: Person, ids: tuple[object, ...], city: str) -> object:
    """Move some customers by one change; answers with its id."""
    with person.workspace.acting(person) as by:
        record_type = tailored("account", by)
        return begin_change(record_type, "update", Selection(ids=ids), {"city": city}, by).id


def test_what_waits_of_a_bulk_change_is_taken_back_with_it(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    ids = (account(bob), account(bob, name="Second"))
    rule("account", "update", when=Filter("name", "eq", "Second"))
    change_id = change_city(bob, ids, "York")
    assert waiting_number(alice) == 1
    with bob.workspace.acting(bob) as by:
        undone = begin_undo(change_id, by)
        assert "1 request for approval was taken back" in told(undone, tailored("account", by), by)
    assert only_request(alice).state == State.RECALLED
    assert waiting_number(alice) == 0
    assert [stands(bob, one).city for one in ids] == [None, None]


def test_a_bulk_change_all_of_which_waits_can_be_undone_once(
    alice: Person, bob: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    ids = (account(bob), account(bob, name="Second"))
    rule("account", "update")
    change_id = change_city(bob, ids, "York")
    url = f"/accounts/bulk/{change_id}"
    assert f'action="{url}/undo"' in bob.client.get(url).text
    assert bob.client.post(f"{url}/undo").status_code == 303
    assert {one.state for one in requests(alice)} == {State.RECALLED}
    assert f'action="{url}/undo"' not in bob.client.get(url).text


def test_rows_of_a_file_that_wait_are_taken_back_with_the_import(
    alice: Person, bob: Person, rule: Rule, no_files: None
) -> None:
    allow(bob.workspace, "sales_rep", "import")
    rule("account", "create")
    run = take_in(bob, "account", sheet(["Name"], ["One"], ["Two"]), {"Name": "name"})
    assert (run.created, run.asked) == (0, 2)
    with bob.workspace.acting(bob) as by:
        undone = undo_import(run.id, by)
        assert undone.withdrawn == 2
    assert {one.state for one in requests(alice)} == {State.RECALLED}


def test_what_was_approved_since_is_undone_with_the_rest(
    alice: Person, bob: Person, rule: Rule, no_files: None
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    allow(bob.workspace, "sales_rep", "import")
    ids = (account(bob, city="Hull"),)
    rule("account", ["create", "update"])
    change_id = change_city(bob, ids, "York")
    run = take_in(bob, "account", sheet(["Name"], ["One"]), {"Name": "name"})
    for one in requests(alice):
        with alice.workspace.acting(alice) as by:
            assert approve(one.id, by).is_done
    with bob.workspace.scope() as session:
        change, kept = session.get_one(BulkChange, change_id), session.get_one(ImportRun, run.id)
        assert (change.done, change.asked, kept.created, kept.asked) == (1, 0, 1, 0)
    with alice.workspace.acting(alice) as by:  # Who may agree to it is not asked.
        assert begin_undo(change_id, by).done == 1
        assert undo_import(run.id, by).undo_done == 1
    assert stands(bob, ids[0]).city == "Hull"
    assert living(bob.workspace, Account, Account.name) == ["Fence & Sons"]


def test_having_asked_for_a_change_is_no_change(
    alice: Person, bob: Person, rule: Rule, no_files: None
) -> None:
    """Nobody touched what an import made, though somebody asked to."""
    allow(bob.workspace, "sales_rep", "import")
    allow(bob.workspace, "sales_rep", "update")
    run = take_in(bob, "account", sheet(["Name"], ["One"]), {"Name": "name"})
    rule("account", "update")
    with bob.workspace.scope() as session:
        made = session.scalars(select(Account.id)).one()
    change_city(bob, (made,), "York")
    with bob.workspace.acting(bob) as by:
        undone = undo_import(run.id, by)
        assert (undone.undo_done, undone.undo_left_out) == (1, 0)
    assert only_request(alice).state == State.GONE


def test_two_equal_rows_of_a_file_are_two_requests(
    alice: Person, bob: Person, rule: Rule, no_files: None, program: Programs
) -> None:
    allow(bob.workspace, "sales_rep", "import")
    rule("account", "create")
    run = take_in(bob, "account", sheet(["Name"], ["One"], ["One"]), {"Name": "name"})
    assert (run.asked, len(requests(alice))) == (2, 2)
    told_twice = {"verb": "create", "records": [{"name": "One"}] * 2, "each": True}
    assert program(bob).post("accounts/bulk", told_twice).json["asked"] == 2
    assert len(requests(alice)) == 4


def test_colleagues_mentioned_in_what_was_approved_are_told_once(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    allow(bob.workspace, "sales_rep", "update")
    with bob.workspace.acting(bob) as by:
        firm = str(make_account(by).id)
        ids = tuple(
            perform("activity", "create", by=by, kind="note", body="A", account_id=firm).id
            for _number in range(2)
        )
    rule("activity", "update")
    text = f"See @{dora.part.name}"
    with bob.workspace.acting(bob) as by:
        record_type = tailored("activity", by)
        change = begin_change(record_type, "update", Selection(ids=ids), {"body": text}, by)
        assert change.asked == 2
    chosen = [(one.id, one.seen_version) for one in requests(alice)]
    with alice.workspace.acting(alice) as by:
        done, left = approve_many(chosen, by)
        assert (done, left) == (2, [])
    with dora.workspace.scope() as session:
        rows = session.scalars(select(Notice).where(Notice.user_id == dora.user_id)).all()
        assert [one.kinds for one in rows if "mentioned" in one.kinds] == [["mentioned"]]
