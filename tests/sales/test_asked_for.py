"""What a stage asks for is asked at every door: form, board, API, bulk change, import."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel.actor import FieldAccess
from app.kernel.errors import NotPermitted
from app.modules import install_record_types
from app.records.bulk.models import BulkChange
from app.records.door import perform
from app.records.imports.undo_jobs import undo_import
from app.sales.models import Opportunity
from app.sales.operations.stage_removal import removal, remove_stage
from tests.cast import Person, Workspace
from tests.factories import make_opportunity, make_picklist
from tests.records.api.conftest import Programs, fields_in, program
from tests.records.imports.conftest import counts, sheet, take_in, why
from tests.sales.conftest import narrow, usual

__all__ = ["program"]
install_record_types()
HTMX = {"HX-Request": "true"}
TOLD = "Needed from the stage"


@pytest.fixture
def bare(acme: Workspace, alice: Person) -> UUID:
    """An opportunity in the first stage, without what the third one asks for."""
    with acme.acting(alice) as by:
        return make_opportunity(by).id


@pytest.fixture
def proposal(acme: Workspace, alice: Person) -> str:
    """The stage that asks for an amount and a day."""
    with acme.acting(alice) as by:
        stage = usual(by).in_use[2]
        assert set(stage.required) == {"amount", "close_on"}
        return stage.id


def stage_of(acme: Workspace, record_id: UUID) -> str:
    with acme.scope() as session:
        return session.get_one(Opportunity, record_id).stage_id


def test_the_form_marks_each_field_and_keeps_what_was_typed(
    acme: Workspace, alice: Person, bare: UUID, proposal: str
) -> None:
    url = f"/opportunities/{bare}/edit"
    sent = {"name": "Sixty fences", "stage_id": proposal, "amount": "", "close_on": ""}
    refused = alice.client.post(url, data=sent | {"version": "1"})
    assert refused.status_code == 422
    assert refused.text.count(TOLD) >= 2
    assert 'value="Sixty fences"' in refused.text
    assert stage_of(acme, bare) != proposal
    full = sent | {"amount": "12", "close_on": "2031-05-05", "version": "1"}
    assert alice.client.post(url, data=full).status_code in (204, 302, 303)
    assert stage_of(acme, bare) == proposal


def test_a_new_one_is_asked_as_well(acme: Workspace, alice: Person, proposal: str) -> None:
    refused = alice.client.post(
        "/opportunities/new", data={"name": "Sixty fences", "stage_id": proposal}
    )
    assert refused.status_code == 422
    assert refused.text.count(TOLD) >= 2


def test_the_board_opens_the_form(
    acme: Workspace, alice: Person, bare: UUID, proposal: str
) -> None:
    sent = {"field": "stage_id", "value": proposal, "version": "1"}
    refused = alice.client.post(f"/opportunities/{bare}/move", data=sent, headers=HTMX)
    assert refused.status_code == 422
    assert stage_of(acme, bare) != proposal


def test_a_program_is_told_the_fields(
    acme: Workspace, alice: Person, program: Programs, bare: UUID, proposal: str
) -> None:
    api, one = program(alice), f"opportunities/{bare}"
    asked = {"amount", "close_on"}
    assert set(fields_in(api.patch(one, {"stage_id": proposal}))) == asked
    new = {"name": "Sixty fences", "stage_id": proposal}
    assert set(fields_in(api.post("opportunities", new))) == asked
    each = {"verb": "update", "each": True, "records": [{"id": str(bare), "stage_id": proposal}]}
    (result,) = api.post("opportunities/bulk", each).json["results"]
    assert (result["status"], {one["field"] for one in result["errors"]}) == (422, asked)
    assert stage_of(acme, bare) != proposal


def test_a_change_of_many_leaves_out_what_lacks_something(
    acme: Workspace, alice: Person, bare: UUID, proposal: str
) -> None:
    with acme.acting(alice) as by:
        full = make_opportunity(by, "Full", amount="9", close_on="2031-05-05").id
    data = {"verb": "update", "id": [bare, full], "set": ["stage_id"], "stage_id": proposal}
    answer = alice.client.post("/opportunities/bulk", data=data)
    assert answer.status_code == 303
    with acme.scope() as session:
        change = session.scalars(select(BulkChange)).one()
        assert (change.done, change.left_out) == (1, 1)
    assert stage_of(acme, bare) != proposal
    assert stage_of(acme, full) == proposal


def test_a_file_is_told_at_the_columns(acme: Workspace, alice: Person, proposal: str) -> None:
    with acme.acting(alice) as by:
        name = next(one.name["en"] for one in usual(by).in_use if one.id == proposal)
    file = sheet(
        ["Name", "Stage", "Amount", "Close"],
        ["Bare", name, "", ""],
        ["Half", name, "12", ""],
        ["Full", name, "12", "2031-05-05"],
    )
    columns = {
        "Name": "name",
        "Stage": "stage_id",
        "Amount": "amount",
        "Close": "close_on",
    }
    run = take_in(alice, "opportunity", file, columns)
    assert counts(run) == {"created": 1, "failed": 2}
    told = why(alice, run)
    assert {line: set(errors) for line, errors in told.items()} == {
        2: {"Amount", "Close"},
        3: {"Close"},
    }


def test_a_stage_that_is_gone_takes_in_nothing_at_any_door(
    acme: Workspace, alice: Person, program: Programs, bare: UUID
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        record = by.session.get_one(Opportunity, bare)
        perform("opportunity", "update", record, by=by, stage_id=second.id)
        remove_stage(by, removal(by, first.id))
    api = program(alice)
    assert fields_in(api.patch(f"opportunities/{bare}", {"stage_id": first.id})) == ["stage_id"]
    each = {"verb": "update", "each": True, "records": [{"id": str(bare), "stage_id": first.id}]}
    (result,) = api.post("opportunities/bulk", each).json["results"]
    assert (result["status"], [one["field"] for one in result["errors"]]) == (422, ["stage_id"])
    file = sheet(["No.", "Stage"], [str(bare), first.name["en"]])
    columns = {"No.": "id", "Stage": "stage_id"}
    run = take_in(alice, "opportunity", file, columns, mode="update", match_on="id")
    assert counts(run) == {"failed": 1}
    assert set(why(alice, run)[2]) == {"Stage"}
    assert stage_of(acme, bare) == second.id


def test_taking_a_file_back_puts_its_rows_into_the_stage_that_they_had(
    acme: Workspace, alice: Person, bare: UUID
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
    file = sheet(["No.", "Stage"], [str(bare), second.name["en"]])
    columns = {"No.": "id", "Stage": "stage_id"}
    run = take_in(alice, "opportunity", file, columns, mode="update", match_on="id")
    assert stage_of(acme, bare) == second.id
    with acme.acting(alice) as by:
        remove_stage(by, removal(by, first.id))
    with acme.acting(alice) as by:
        undone = undo_import(run.id, by)
        assert (undone.undo_done, undone.undo_left_out) == (1, 0)
    assert stage_of(acme, bare) == first.id


def test_losing_writes_no_competitor_past_the_rule_of_that_field(
    acme: Workspace, alice: Person, bob: Person, bare: UUID
) -> None:
    with acme.scope():
        make_picklist(acme.actor(), "opportunity", "competitor", {"hedges": {"en": "Hedges Ltd"}})
    with acme.acting(bob) as by:
        mine = make_opportunity(by, "Bob’s").id
    assert 'name="competitor"' in bob.client.get(f"/opportunities/{mine}/lose").text
    narrow(acme, bob, "competitor", FieldAccess.READ)
    assert 'name="competitor"' not in bob.client.get(f"/opportunities/{mine}/lose").text
    sent = {"reason": "price", "competitor": "hedges"}
    assert bob.client.post(f"/opportunities/{mine}/lose", data=sent).status_code == 403
    with acme.acting(bob) as by:
        record = by.session.get_one(Opportunity, mine)
        with pytest.raises(NotPermitted) as refused, by.session.begin_nested():
            perform("opportunity", "lose", record, by=by, **sent)
        assert set(refused.value.errors) == {"competitor"}
        by.session.refresh(record)
        perform("opportunity", "lose", record, by=by, reason="price")
        assert (record.outcome, record.competitor) == ("lost", None)
