"""Every record type comes in from a file: each field as an export wrote it, by few statements."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.errors import NotPermitted
from app.modules import install_record_types
from app.records.door import perform
from app.records.imports.begin import begin_import
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.mapping import Column, Mapping
from app.records.imports.models import ImportRun
from app.records.imports.undo_jobs import undo_import
from app.records.types import RecordType
from tenants.facts import State
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.conformance.test_exports import table
from tests.records.pages.conftest import statements

TYPES = tuple(install_record_types())
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)


@pytest.fixture
def boss(acme: Workspace, alice: Person) -> Iterator[Actor]:
    with acme.scope():
        yield acme.actor(alice)


def columns(record_type: RecordType, row: dict[str, str]) -> tuple[Column, ...]:
    """What the columns of an exported table become: references by their id."""
    found = []
    for field in record_type.fields:
        if field.readonly:
            continue
        label = str(field.label)
        source = f"{label} (ID)" if field.to else label
        found.append(Column(source=source, field=field.key))
        assert source in row
    return tuple(found)


def take_in(
    record_type: RecordType, rows: list[dict[str, str]], mapping: Mapping, by: Actor
) -> ImportRun:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    run = keep_file(record_type, "rows.csv", io.BytesIO(text.getvalue().encode()), by)
    return begin_import(run, mapping, by)


def without_unique(record_type: RecordType, row: dict[str, str], number: int) -> dict[str, str]:
    """The same row once more, which shares nothing that is one record's alone."""
    labels = {str(one.label) for one in record_type.unique_fields}
    return {name: f"{number}" if name in labels else cell for name, cell in row.items()}


def plain(value: Any) -> Any:
    return value.replace(microsecond=0) if isinstance(value, datetime) else value or None


# What a file says with number and day was issued elsewhere; what is only asked for has no number.
ASKED: dict[str, dict[str, Any]] = {"invoice": {"number": ""}}


@every_type
def test_what_was_exported_comes_in_as_it_was_and_goes_again(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    # A table holds the records and not their lines.
    lines = {"lines": []} if "lines" in record_type.inputs else {}
    given = lines | ASKED.get(record_type.key, {})
    record = make(record_type, boss, **given)
    boss.session.flush()
    row = next(one for one in table(record_type, boss, tmp_path) if one["ID"] == str(record.id))
    held = {one.key: plain(one.value(record)) for one in record_type.fields}
    perform(record_type, "delete", record, by=boss)
    boss.session.flush()
    run = take_in(record_type, [row], Mapping(columns=columns(record_type, row)), boss)
    assert run.created == 1, list(read_failures(run, boss))
    event = boss.session.scalars(
        select(Event)
        .where(Event.batch_id == run.id, Event.record_type == record_type.key)
        .order_by(Event.id)
    ).first()  # An activity may plan the next one.
    assert event is not None
    assert (event.verb, event.via, event.actor_id) == ("created", "import", boss.user_id)
    made = boss.session.get_one(record_type.model, event.record_id)
    kept = ("created_at", "updated_at", "at", "next_step", "next_step_at", "last_activity_at")
    for field in record_type.fields:
        if field.key in kept:
            continue
        value = plain(field.value(made))
        if field.kind == "localized":  # One column is one language, the reader's.
            assert str(value) == str(held[field.key])
        else:
            assert value == held[field.key], field.key
    undone = undo_import(run.id, boss)
    assert undone.undo_done >= 1
    assert undone.undo_left_out == 0
    boss.session.expire_all()
    assert boss.session.get_one(record_type.model, event.record_id).deleted_at is not None


@every_type
def test_a_row_changes_the_record_of_its_id(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    record = make(record_type, boss)
    boss.session.flush()
    row = next(one for one in table(record_type, boss, tmp_path) if one["ID"] == str(record.id))
    mapping = Mapping(
        mode="update",
        match_on="id",
        columns=(
            Column(source="ID", field="id"),
            Column(source=str(record_type.by_key["tags"].label), field="tags"),
        ),
    )
    version = record.version
    changed = {**row, mapping.columns[1].source: "new; vip"}
    run = take_in(record_type, [changed], mapping, boss)
    assert run.updated == 1, list(read_failures(run, boss))
    boss.session.expire_all()
    after = boss.session.get_one(record_type.model, record.id)
    assert (after.version, set(after.tags)) == (version + 1, {"new", "vip"})


@every_type
def test_a_type_comes_in_only_by_its_right(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    make(record_type, boss)
    row = table(record_type, boss, tmp_path)[0]
    mapping = Mapping(columns=columns(record_type, row))
    grants = {(one.key, verb): Reach.ALL for one in TYPES for verb in one.verbs}
    with pytest.raises(NotPermitted):
        take_in(record_type, [row], mapping, replace(boss, rights=Rights(grants=grants)))
    only = {(record_type.key, "import"): Reach.ALL, (record_type.key, "read"): Reach.ALL}
    with pytest.raises(NotPermitted):
        take_in(record_type, [row], mapping, replace(boss, rights=Rights(grants=only)))
    unpaid = replace(boss, tenant=replace(boss.tenant, state=State.PAST_DUE))
    assert unpaid.tenant.is_read_only
    with pytest.raises(NotPermitted):
        take_in(record_type, [row], mapping, unpaid)


@every_type
def test_the_statements_of_an_import_do_not_grow_with_its_rows(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    record = make(record_type, boss)
    boss.session.flush()
    row = next(one for one in table(record_type, boss, tmp_path) if one["ID"] == str(record.id))
    mapping = Mapping(columns=columns(record_type, row), duplicates="create")

    def rows(first: int, count: int) -> list[dict[str, str]]:
        return [without_unique(record_type, row, first + one) for one in range(count)]

    take_in(record_type, rows(10, 2), mapping, boss)
    with statements() as few:
        assert take_in(record_type, rows(20, 3), mapping, boss).created == 3
    with statements() as many:
        assert take_in(record_type, rows(30, 60), mapping, boss).created == 60
    assert len(many) <= len(few), "\n".join(many)
