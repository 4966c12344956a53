"""A rule of approval holds back every verb of every record type, whichever way the change comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.automation.approvals.decide import approve
from app.automation.approvals.facts import Level
from app.automation.approvals.models import ApprovalRequest
from app.automation.approvals.rules import create_rule
from app.automation.approvals.verbs import verbs_of
from app.automation.approvals.wishes import Wish
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.actor import Actor
from app.kernel.errors import Held
from app.modules import install_record_types
from app.records import gate
from app.records.assignment import rules
from app.records.bulk.begin import begin_change, begin_undo, do_piece
from app.records.bulk.program import do_records
from app.records.bulk.selection import Selection
from app.records.bulk.verbs import verb_called
from app.records.door import perform
from app.records.imports.failed import read_failures
from app.records.imports.mapping import Mapping
from app.records.imports.undo_jobs import undo_import
from app.records.many import perform_many
from app.records.merge.operations import merge_records
from app.records.types import Action, RecordType
from tests.cast import PASSWORD, Person, Workspace
from tests.conformance.examples import make, values_for
from tests.conformance.test_exports import table
from tests.conformance.test_imports import columns, take_in, without_unique

TYPES = tuple(install_record_types())
# An action that takes inputs of its own is tried where these are known; see its module's tests.
CASES = [
    (one, verb)
    for one in TYPES
    for verb in verbs_of(one)
    if (action := one.action(verb)) is None or not action.inputs
]
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)
every_merged = pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.can_merge], ids=lambda one: one.key
)
every_verb = pytest.mark.parametrize(
    ("record_type", "verb"), CASES, ids=[f"{one.key}-{verb}" for one, verb in CASES]
)


@pytest.fixture
def boss(acme: Workspace) -> Iterator[Actor]:
    """The service acting in Acme's scope."""
    with acme.scope():
        yield acme.actor()


def admin(acme: Workspace) -> Actor:
    """A colleague who may do all of it, were there no rule."""
    user = create_user(
        acme.actor(),
        email="sam@acme.example",
        name="Sam Admin",
        role=role_by_key(acme.actor().session, "admin"),
        password=PASSWORD,
    )
    return acme.actor(user)


def hold_back(acme: Workspace, alice: Person, record_type: RecordType, verb: str) -> None:
    """Let the owner approve a verb first."""
    by = acme.actor(alice)
    level = Level("people", user_ids=(alice.user_id,))
    create_rule(by, record_type.key, Wish("First ask", [verb], [level]))


def number(by: Actor, model: Any = ApprovalRequest) -> int:
    return by.session.scalar(select(func.count()).select_from(model)) or 0


def inputs_of(record_type: RecordType, verb: str, record: Any, by: Actor) -> dict[str, Any]:
    """What a verb needs to be tried; the record is brought to where its action can be done."""
    action = record_type.action(verb)
    if verb == "update":
        return {"owner_id": str(by.user_id)}
    if verb == "apply":
        _owe(record, by)
    if action is None or action.when(record):
        return {}
    before = next((one for one in record_type.actions if one.undo == verb), None)
    if before is not None:
        perform(record_type, before.name, record, by=by, **_offered(record_type, before, by))
    elif not _on_its_way(record_type, verb, record, by):
        record.owner_id = None  # Into the pool.
        by.session.flush()
    assert action.when(record)
    return {}


def _on_its_way(record_type: RecordType, verb: str, record: Any, by: Actor) -> bool:
    """True where it is a paper, which was brought to where a verb can be done."""
    before = {"expire": "sent", "order": "accepted", "begin": "signed", "end": "active"}
    if verb == "contract" and record_type.key == "quote":
        before[verb] = "accepted"
    if verb in before:
        record.status = before[verb]
        yesterday = by.today() - timedelta(days=1)
        for key in {"valid_until", "starts_on", "ends_on"} & {*record_type.by_key}:
            setattr(record, key, yesterday)
        by.session.flush()
        return True
    firsts = ("send", "confirm", "sign", "issue", "apply")
    first = next((one for one in firsts if one in record_type.verbs), None)
    if first is None:
        return False
    if first == "apply":
        _owe(record, by)
    perform(record_type, first, record, by=by)
    if verb == "credit" and "deliver" in record_type.verbs:
        perform(record_type, "deliver", record, by=by)
    return True


def _owe(payment: Any, by: Actor) -> None:
    """Let there be an invoice that a payment can count for."""
    given = {"account_id": str(payment.account_id), "amount": "5"}
    perform("invoice", "issue", perform("invoice", "create", by=by, **given), by=by)  # type: ignore[arg-type]


def _offered(record_type: RecordType, action: Action, by: Actor) -> dict[str, str]:
    """What an action that asks for something is given: the first thing that it offers."""
    if action.choose is None or action.choose.key not in action.inputs:
        return {}
    offers = action.choose.offers(record_type, by)
    return {action.choose.key: offers[0].value}


@every_verb
def test_it_waits_by_the_door_by_a_program_and_in_bulk(
    acme: Workspace, alice: Person, boss: Actor, record_type: RecordType, verb: str
) -> None:
    values = values_for(record_type, boss) if verb == "create" else {}
    by = admin(acme)
    if verb == "create":
        hold_back(acme, alice, record_type, verb)
        _create_waits(record_type, values, by)
        return
    record = make(record_type, boss)
    inputs = inputs_of(record_type, verb, record, by)
    if verb == "distribute":  # It gives a record to whom a rule names.
        wish = rules.Wish("All", f"role:{role_by_key(by.session, 'sales_rep').id}")
        rules.create_rule(boss, record_type.key, wish)
    hold_back(acme, alice, record_type, verb)
    stood, version = record.owner_id, record.version
    with pytest.raises(Held) as held:
        perform(record_type, verb, record, by=by, **inputs)
    with pytest.raises(Held):
        perform_many(record_type, verb, [record], by=by, **inputs)
    item = {"id": str(record.id), **inputs}
    _batch, (result,) = do_records(record_type, verb, [item], by, each=True)
    assert (result.status, bool(result.approval)) == (202, True)
    assert not result.is_done
    if verb in ("update", "delete"):
        change = begin_change(record_type, verb, Selection(ids=(record.id,)), inputs, by)
        assert (change.done, change.left_out, change.asked) == (0, 0, 1)
        assert verb_called(record_type, verb)
    by.session.refresh(record)
    assert (record.owner_id, record.version, record.deleted_at) == (stood, version, None)
    asked = gate.keep(held.value, by)
    approve(asked.id, acme.actor(alice))
    by.session.refresh(record)
    assert record.version > version


def _create_waits(record_type: RecordType, values: dict[str, Any], by: Actor) -> None:
    before = number(by, record_type.model)
    with pytest.raises(Held):
        perform(record_type, "create", by=by, **values)
    with pytest.raises(Held):
        perform_many(record_type, "create", [values], by=by)
    _batch, (result,) = do_records(record_type, "create", [values], by, each=True)
    assert result.status == 202
    assert number(by, record_type.model) == before
    assert number(by) == 1


@every_type
def test_an_import_waits_row_by_row(
    acme: Workspace, alice: Person, boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    by = admin(acme)
    made = make(record_type, boss)
    boss.session.flush()
    row = next(one for one in table(record_type, boss, tmp_path) if one["ID"] == str(made.id))
    rows = [without_unique(record_type, row, number) for number in range(2)]
    hold_back(acme, alice, record_type, "create")
    before = number(by, record_type.model)
    mapping = Mapping(columns=columns(record_type, row))
    run = take_in(record_type, rows, mapping, by)
    assert (run.created, run.asked) == (0, 2), list(read_failures(run, by))
    assert number(by, record_type.model) == before
    assert number(by) == 2
    undone = undo_import(run.id, by)
    assert undone.withdrawn == 2


@every_type
def test_a_job_and_what_takes_it_back_wait_too(
    acme: Workspace,
    alice: Person,
    boss: Actor,
    record_type: RecordType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.records.bulk.begin.AT_ONCE", 0)
    by = admin(acme)
    record = make(record_type, boss)
    stood = record.owner_id
    chosen, inputs = Selection(ids=(record.id,)), {"owner_id": str(by.user_id)}
    free = begin_change(record_type, "update", chosen, inputs, by)
    do_piece(free, record_type, by, 100)
    free.finished_at = by.now
    assert (free.done, free.asked) == (1, 0)
    hold_back(acme, alice, record_type, "update")
    undo = begin_undo(free.id, by)
    do_piece(undo, record_type, by, 100)
    assert (undo.done, undo.asked) == (0, 1)
    by.session.refresh(record)
    assert record.owner_id == by.user_id
    (request,) = by.session.scalars(select(ApprovalRequest)).all()
    approve(request.id, acme.actor(alice), version=record.version)
    by.session.refresh(record)
    assert record.owner_id == stood


@every_type
def test_what_was_deleted_with_approval_comes_back_without(
    acme: Workspace, alice: Person, boss: Actor, record_type: RecordType
) -> None:
    by = admin(acme)
    record = make(record_type, boss)
    hold_back(acme, alice, record_type, "delete")
    with pytest.raises(Held) as held:
        perform(record_type, "delete", record, by=by)
    approve(gate.keep(held.value, by).id, acme.actor(alice))
    by.session.refresh(record)
    assert record.deleted_at is not None
    perform(record_type, "restore", record, by=by)
    assert record.deleted_at is None


@every_merged
@pytest.mark.parametrize("verb", ["delete", "update"])
def test_a_merge_waits_as_a_whole(
    acme: Workspace, alice: Person, boss: Actor, record_type: RecordType, verb: str
) -> None:
    by = admin(acme)
    other = {one.key: "2" for one in record_type.unique_fields}
    stays, goes = make(record_type, boss), make(record_type, boss, **other)
    goes.owner_id = by.user_id
    by.session.flush()
    hold_back(acme, alice, record_type, verb)
    choices = {"owner_id": str(goes.id)}
    with pytest.raises(Held) as held:
        merge_records(record_type, stays.id, [goes.id], by=by, choices=choices)
    for one in (stays, goes):
        by.session.refresh(one)
        assert one.deleted_at is None
    asked = gate.keep(held.value, by)
    assert approve(asked.id, acme.actor(alice), version=stays.version).is_done
    for one in (stays, goes):
        by.session.refresh(one)
    assert (stays.owner_id, goes.deleted_at is None) == (by.user_id, False)
