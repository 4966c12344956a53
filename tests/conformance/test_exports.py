"""Every record type as a file: each field of each kind goes out and reads back."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.kernel.actor import Actor, Reach, Rights
from app.kernel.countries import country_code
from app.kernel.errors import NotPermitted
from app.modules import install_record_types
from app.records.custom.kinds import KINDS
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.exports.begin import every_key
from app.records.exports.columns import BETWEEN
from app.records.exports.formats import CSV, XLSX
from app.records.exports.make import write_file
from app.records.exports.which import Which, packed_ids
from app.records.fields import Field
from app.records.pages.choices import choices_of
from app.records.query import Query
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values import read_value
from app.web.sheets import plain_cell
from tests.cast import Workspace
from tests.conformance.examples import make
from tests.records.pages.conftest import statements

TYPES = tuple(install_record_types())
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)
OPTIONS = ({"label": {"en": "Red"}, "colour": "red"}, {"label": {"en": "=Green"}})
OWN: dict[str, Any] = {
    "text": "+fence",
    "long_text": '-Two lines\nof words, with "quotes"; and more.',
    "number": "-1234.5",
    "money": "99.9",
    "amount": "99.90 GBP",
    "percent": "12.5",
    "day": "2026-12-01",
    "moment": "2026-12-01T09:30:00Z",
    "time": "09:30",
    "flag": "false",
    "email": "frank@fence.example",
    "phone": "+442079460123",
    "url": "https://www.fence.example",
}


@pytest.fixture
def boss(acme: Workspace) -> Iterator[Actor]:
    with acme.scope():
        yield acme.actor()


def table(record_type: RecordType, by: Actor, folder: Path) -> list[dict[str, str]]:
    """All records of a type as the rows of a CSV file, with every field."""
    path = folder / "made.csv"
    write(record_type, by, path, CSV)
    text = path.read_bytes().decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: plain_cell(cell) for name, cell in row.items()} for row in rows]


def write(record_type: RecordType, by: Actor, path: Path, shape: Any) -> None:
    packed = packed_ids(record_type, Which(Query()), by)
    keys = every_key(record_type, by)
    write_file(path, shape, record_type, keys, packed, by, is_whole=True, after=lambda _done: by)


def back(record_type: RecordType, field: Field, row: dict[str, str], by: Actor) -> Any:
    """What a cell means, read as a form would once labels have become values again."""
    label = str(field.label)
    options = tuple(choices_of(record_type, by).get(field.key, ())) or field.options
    values = {option.shown(): option.value for option in options}
    raw: Any = row[f"{label} (ID)"] if field.to else row[label]
    if raw == "":
        return None
    if field.kind == "choice":
        raw = values[raw]
    elif field.kind in ("choices", "tags"):
        raw = [values[one] for one in raw.split(BETWEEN)]
    elif field.kind == "country":
        raw = country_code(raw)
    elif field.kind == "localized":
        raw = {"en": row[f"{label} (English)"], "zh-CN": row[f"{label} (简体中文)"]}
    return read_value(field, raw, by, options)


@every_type
def test_every_field_goes_out_and_reads_back(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    record = make(record_type, boss)
    boss.session.expire(record)
    (row,) = (one for one in table(record_type, boss, tmp_path) if one["ID"] == str(record.id))
    for field in record_type.fields:
        value = field.value(record)
        if isinstance(value, datetime):
            value = value.replace(microsecond=0)  # Seconds are what a table tells.
        told = value if isinstance(value, int) else value or None  # Zero is told, as no is.
        assert back(record_type, field, row, boss) == told, field.key
        if field.kind == "money" and value is not None:
            assert row[f"{field.label} (currency)"] == "GBP"


def test_every_kind_of_own_field_goes_out_and_reads_back(boss: Actor, tmp_path: Path) -> None:
    target = str(make(tailored("account", boss), boss).id)
    for kind, declared in KINDS.items():
        options = OPTIONS if declared.has_options else ()
        to = "account" if kind == "reference" else ""
        wish = Wish({"en": f"Own {kind}"}, options=options, to=to)
        define_field(boss, tailored("contact", boss), kind, wish)
    record_type = tailored("contact", boss)
    own = {one.own_kind: one for one in record_type.fields if hasattr(one, "own_kind")}
    values = {own[kind].key: value for kind, value in OWN.items()}
    values[own["choice"].key] = own["choice"].options[1].value
    values[own["choices"].key] = [one.value for one in own["choices"].options]
    values[own["reference"].key] = target
    record = perform(record_type, "create", by=boss, last_name="Fence", **values)
    boss.session.expire(record)
    (row,) = table(record_type, boss, tmp_path)
    assert set(own) == set(KINDS)
    for field in own.values():
        assert back(record_type, field, row, boss) == field.value(record), field.key
    assert row["Own choices"] == "Red; =Green"


@every_type
def test_every_type_goes_out_as_a_workbook_without_formulas(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    make(record_type, boss)
    path = tmp_path / "made.xlsx"
    write(record_type, boss, path, XLSX)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") >= 2
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


@every_type
def test_a_type_goes_out_only_by_its_right(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    make(record_type, boss)
    reads = {(one.key, verb): Reach.ALL for one in TYPES for verb in one.verbs}
    by = replace(boss, rights=Rights(grants=reads))
    with pytest.raises(NotPermitted):
        write(record_type, by, tmp_path / "made.csv", CSV)
    writes = {key: reach for key, reach in reads.items() if key[1] != "read"}
    only = writes | {(record_type.key, "export"): Reach.ALL}
    with pytest.raises(NotPermitted):
        write(record_type, replace(boss, rights=Rights(grants=only)), tmp_path / "b.csv", CSV)


@every_type
def test_the_statements_of_an_export_do_not_grow_with_its_rows(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    make(record_type, boss)
    write(record_type, boss, tmp_path / "warm.csv", CSV)
    with statements() as few:
        write(record_type, boss, tmp_path / "few.csv", CSV)
    for number in range(4):
        unique = {one.key: f"{number}" for one in record_type.fields if one.is_unique}
        make(record_type, boss, **unique)
    with statements() as many:
        write(record_type, boss, tmp_path / "many.csv", CSV)
    assert len(many) == len(few)
