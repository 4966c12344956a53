"""Amounts with a currency of their own, on every record type: in, out, added up, gone again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from app.kernel.actor import Actor
from app.modules import install_record_types
from app.records.api.shape import shape
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.filters import Filter
from app.records.imports.begin import begin_import
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.guessing.guess import guess
from app.records.imports.mapping import Column, Mapping
from app.records.merge.values import chosen_values
from app.records.money import operations as rates
from app.records.query import Query, page
from app.records.query.grouping import groups, read_grouping
from app.records.tailored import tailored
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.conformance.test_exports import table
from tests.records.pages.conftest import statements

TYPES = tuple(install_record_types())
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)
KEY = "x_offer"


@pytest.fixture
def boss(acme: Workspace, alice: Person) -> Iterator[Actor]:
    """Acme counts in pounds; a dollar was 0.80 in January and is 0.50 since June."""
    with acme.scope():
        by = acme.actor(alice)
        for day, rate in (("2025-01-01", "0.80"), ("2025-06-01", "0.50")):
            rates.add_rate(by, {"currency": "USD", "rate_on": day, "rate": rate})
        rates.add_rate(by, {"currency": "JPY", "rate_on": "2025-01-01", "rate": "0.005"})
        yield by


def with_field(record_type: RecordType, by: Actor) -> RecordType:
    """The type with a field of the kind, by which lists are filtered and sorted."""
    define_field(by, record_type, "amount", Wish({"en": "Offer"}, is_filterable=True), key=KEY)
    return tailored(record_type, by)


def another(record_type: RecordType, number: int) -> dict[str, str]:
    """Values of the fields that no two records share."""
    return {one.key: f"N-{number}" for one in record_type.unique_fields}


@every_type
def test_a_list_shows_amounts_in_their_currency_and_counts_in_the_firm_s(
    boss: Actor, record_type: RecordType
) -> None:
    kind = with_field(record_type, boss)
    texts = enumerate(("100 USD", "60 GBP", "5000 JPY", ""))
    ids = [make(kind, boss, **another(kind, number), **{KEY: text}).id for number, text in texts]
    boss.session.expire_all()
    query = Query(sort=f"-{KEY}", filters=(Filter(KEY, "isnull", "false"),))
    with statements() as made:
        rows = page(kind, query, boss, [KEY]).rows
    assert len(made) == 1
    assert [one.id for one in rows] == [ids[1], ids[0], ids[2]]
    assert [str(getattr(one, KEY)) for one in rows] == ["60.00 GBP", "100.00 USD", "5000 JPY"]
    between = Query(filters=(Filter(KEY, "between", "50,55"),))
    assert [one.id for one in page(kind, between, boss, [KEY]).rows] == [ids[0]]
    grouping = read_grouping(kind, "created_at:year", boss)
    total = groups(kind, Query(), boss, grouping, [kind.by_key[KEY]])
    assert total.sums == (Decimal(135),)


@every_type
def test_programs_are_told_the_currency_and_an_event_keeps_both(
    boss: Actor, record_type: RecordType
) -> None:
    kind = with_field(record_type, boss)
    sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    record = make(kind, boss, **{KEY: sent})
    told = {**sent, "amount": "100.00"}
    assert shape(kind, record, [KEY], boss)[KEY] == told
    assert record.custom[KEY] == 80
    version = record.version
    perform(kind, "update", record, by=boss, **{KEY: told})
    assert record.version == version, "what programs are told is what stands"
    perform(kind, "update", record, by=boss, **{KEY: None})
    assert KEY not in record.custom
    assert not [key for key in record.custom if key.startswith(KEY)]


@every_type
def test_what_was_exported_is_found_in_a_file_and_comes_in_again(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    kind = with_field(record_type, boss)
    record = make(kind, boss, **{KEY: "1234.5 USD"})
    boss.session.flush()
    (row,) = (one for one in table(kind, boss, tmp_path) if one["ID"] == str(record.id))
    cells = ("Offer", "Offer (currency)", "Offer (in GBP)")
    assert [row[one] for one in cells] == ["1234.50", "USD", "617.25"]
    found = guess(kind, list(row), [list(row.values())], boss)
    (mine,) = (one.column for one in found if one.column.field == KEY)
    assert mine.template == "{Offer} {Offer (currency)}"
    assert [one.column.source for one in found if one.column.source in cells[1:]] == [*cells[1:]]
    assert all(one.is_left_out for one in found if one.column.source == cells[1])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow({**row, "Offer": "20"})
    run = keep_file(kind, "rows.csv", io.BytesIO(text.getvalue().encode()), boss)
    columns = (Column("ID", "id"), Column(mine.source, KEY, mine.template))
    mapping = Mapping(mode="update", match_on="id", columns=columns)
    done = begin_import(run, mapping, boss)
    assert done.updated == 1, list(read_failures(done, boss))
    held = boss.session.get_one(kind.model, record.id)
    assert str(kind.by_key[KEY].value(held)) == "20.00 USD"


@pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.can_merge], ids=lambda one: one.key
)
def test_a_merged_amount_keeps_the_rate_of_its_day(boss: Actor, record_type: RecordType) -> None:
    kind = with_field(record_type, boss)
    stays = make(kind, boss, **{KEY: None})
    sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    goes = make(kind, boss, **another(kind, 2), **{KEY: sent})
    taken = chosen_values(kind, [stays, goes], {KEY: str(goes.id)}, boss)
    assert taken[KEY] == {**sent, "amount": "100.00"}
    perform(kind, "update", stays, by=boss, **{KEY: taken[KEY]})
    assert stays.custom[KEY] == 80
