"""Amounts of records that have one currency, on every type that has such: in, out, added up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.identity.operations.roles import role_by_key, set_rights
from app.identity.rights import read_rights
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import Refused
from app.modules import install_record_types
from app.records.api.shape import shape
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.custom.kinds import KINDS
from app.records.door import perform
from app.records.filters import Filter
from app.records.history import changes_since
from app.records.imports.begin import begin_import
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.guessing.guess import guess
from app.records.imports.mapping import Column, Mapping
from app.records.merge.values import chosen_values
from app.records.money import operations as rates
from app.records.money.models import ExchangeRate
from app.records.priced.model import Priced
from app.records.query import Query, page
from app.records.query.grouping import groups, read_grouping
from app.records.types import RecordType
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from tests.cast import BOB, Person, Workspace
from tests.conformance.examples import make, values_for
from tests.conformance.test_exports import table
from tests.records.pages.conftest import statements

TYPES = tuple(install_record_types())
# Those whose amounts people write or leave out; what is reckoned, or must be there, is tried with
# its own type.
PRICED = tuple(
    one
    for one in TYPES
    if one.prices and not any(field.readonly or field.required for field in one.prices.values())
)
every_priced_type = pytest.mark.parametrize("record_type", PRICED, ids=lambda one: one.key)


@pytest.fixture
def boss(acme: Workspace, alice: Person) -> Iterator[Actor]:
    """Acme counts in pounds; a dollar was 0.80 in January and is 0.50 since June."""
    with acme.scope():
        by = acme.actor(alice)
        for day, rate in (("2025-01-01", "0.80"), ("2025-06-01", "0.50")):
            rates.add_rate(by, {"currency": "USD", "rate_on": day, "rate": rate})
        rates.add_rate(by, {"currency": "JPY", "rate_on": "2025-01-01", "rate": "0.0055"})
        yield by


def written(record_type: RecordType) -> list[str]:
    """The amounts of a type that people write, by key."""
    return [key for key, field in record_type.prices.items() if not field.readonly]


def bare(record_type: RecordType, by: Actor, **given: Any) -> Any:
    """A record whose only amounts are those given."""
    empty: dict[str, Any] = dict.fromkeys((*written(record_type), "currency", "rate_on"))
    apart = {one.key: f"N-{len(made)}" for one in record_type.unique_fields}
    made.append(record_type.key)
    return make(record_type, by, **{**empty, **apart, **given})


made: list[str] = []


def first_of(record_type: RecordType) -> str:
    return written(record_type)[0]


def test_some_type_has_amounts_and_each_that_has_is_priced() -> None:
    assert PRICED
    for record_type in TYPES:
        money = [one.key for one in record_type.fields if one.kind == "money"]
        assert not money, f"{record_type.key}: make its model Priced, for {money}"
        assert bool(record_type.prices) == issubclass(record_type.model, Priced)
    assert "money" in KINDS, "a workspace's own field may still count in the firm's currency"


@every_priced_type
def test_a_list_shows_each_in_its_currency_and_counts_in_the_firm_s(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    texts = ("100 USD", "60 GBP", "5001 JPY", None)
    ids = [bare(record_type, boss, **{key: text}).id for text in texts]
    boss.session.expire_all()
    query = Query(sort=f"-{key}", filters=(Filter(key, "isnull", "false"),))
    with statements() as asked:
        rows = page(record_type, query, boss, [key, "currency"]).rows
    assert len(asked) == 1
    assert [one.id for one in rows] == [ids[1], ids[0], ids[2]]
    assert [str(getattr(one, key)) for one in rows] == ["60.00 GBP", "100.00 USD", "5001 JPY"]
    assert [str(getattr(one, key).own) for one in rows] == ["60.00", "50.00", "27.51"]
    for held in (boss.session.get_one(record_type.model, one) for one in ids[:3]):
        (row,) = (one for one in rows if one.id == held.id)
        assert record_type.by_key[key].value(held).own == getattr(row, key).own
    between = Query(filters=(Filter(key, "between", "49.99,USD 101"),))
    assert [one.id for one in page(record_type, between, boss, [key]).rows] == [ids[0]]
    dollars = Query(filters=(Filter("currency", "eq", "USD"),))
    assert [one.id for one in page(record_type, dollars, boss, [key]).rows] == [ids[0]]
    grouping = read_grouping(record_type, "created_at:year", boss)
    total = groups(record_type, Query(), boss, grouping, [record_type.by_key[key]])
    assert total.sums == (Decimal("137.51"),)


@every_priced_type
def test_pages_of_a_list_by_an_amount_meet_each_record_once(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    texts = ("3 USD", "1.50 GBP", "1 USD", None, "270 JPY", "2.99 USD")
    ids = {bare(record_type, boss, **{key: text}).id for text in texts}
    met, cursor = [], ""
    while cursor is not None:
        found = page(record_type, Query(sort=key, limit=2, cursor=cursor), boss, [key])
        met += found.rows
        cursor = found.next  # type: ignore[assignment]
    assert {one.id for one in met} == ids
    assert len(met) == len(ids)
    worths = [getattr(one, key).own for one in met if getattr(one, key) is not None]
    assert worths == sorted(worths)


@every_priced_type
def test_a_program_sends_an_object_or_a_text_and_one_currency_for_all(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    record = bare(record_type, boss, **{key: sent})
    told = shape(record_type, record, [key, "currency", "rate", "rate_on"], boss)
    assert told[key] == {"amount": "100.00", "currency": "USD"}
    assert (told["currency"], told["rate"], told["rate_on"]) == ("USD", 0.8, "2025-02-01")
    version = record.version
    for same in ({"amount": "100.00", "currency": "USD"}, "100", 100, "100 USD"):
        perform(record_type, "update", record, by=boss, **{key: same})
        assert record.version == version, same
    perform(record_type, "update", record, by=boss, **{key: "120"})
    assert record_type.by_key[key].value(record).own == Decimal(60), "in dollars, by today's rate"
    perform(record_type, "update", record, by=boss, currency="JPY")
    assert str(record_type.by_key[key].value(record)) == "120 JPY"
    with pytest.raises(Refused) as refused:
        perform(record_type, "update", record, by=boss, **{key: "5 USD", "currency": "GBP"})
    assert refused.value.errors.keys() == {key}
    with pytest.raises(Refused) as refused:
        perform(record_type, "update", record, by=boss, **{key: "5 EUR"})
    assert refused.value.errors.keys() == {key}
    with pytest.raises(Refused) as refused:
        perform(record_type, "update", record, by=boss, currency="USD", rate_on="2999-01-01")
    assert refused.value.errors.keys() == {"rate_on"}


@every_priced_type
def test_what_stays_keeps_its_rate_whatever_becomes_of_the_rates(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    sent = {"amount": 9, "currency": "USD", "rate_on": "2025-02-01"}
    record = bare(record_type, boss, **{key: sent})
    for row in boss.session.scalars(select(ExchangeRate)):
        rates.remove_rate(boss, row)
    perform(record_type, "update", record, by=boss, **{key: "9.00", "tags": ["new"]})
    assert record_type.by_key[key].value(record).own == Decimal("7.20")
    with pytest.raises(Refused):
        perform(record_type, "update", record, by=boss, **{key: "10"})


@every_priced_type
def test_the_day_of_the_rate_is_as_closed_inside_an_amount_as_by_itself(
    boss: Actor, acme: Workspace, record_type: RecordType
) -> None:
    """A sales rep writes amounts and may not write the day whose rate counts for them."""
    key = first_of(record_type)
    role = role_by_key(boss.session, "sales_rep")
    grants = read_rights(boss.session, role).grants
    every = {(record_type.key, verb): Reach.ALL for verb in ("read", "create", "update")}
    readonly = {(record_type.key, "rate_on"): FieldAccess.READ}
    set_rights(boss, role, grants={**grants, **every}, fields=readonly)
    his = acme.actor(boss.session.scalars(select(User).where(User.email == BOB.email)).one())
    record = bare(record_type, boss, **{key: "100 USD"}, rate_on="2025-02-01")
    shared = {*written(record_type), "currency", "rate_on"}
    rest = {k: one for k, one in values_for(record_type, boss).items() if k not in shared}
    dear = {"amount": "100", "currency": "USD", "rate_on": "2025-02-02"}
    for verb, on in (("create", None), ("update", record)):
        given = {key: dear} if on is not None else {**rest, key: dear}
        with pytest.raises(Refused) as refused:
            perform(record_type, verb, on, by=his, **given)
        assert refused.value.errors.keys() == {key}, verb
    same = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    perform(record_type, "update", record, by=his, **{key: same})
    assert record.rate == Decimal("0.80"), "the day that stands may be told"
    now = {"amount": "200", "currency": "USD", "rate_on": his.today().isoformat()}
    perform(record_type, "update", record, by=his, **{key: now})
    assert record.rate == Decimal("0.50"), "that of today is what counts for all"


@every_priced_type
def test_one_record_is_in_one_currency(boss: Actor, record_type: RecordType) -> None:
    keys = written(record_type)
    if len(keys) < 2:
        pytest.skip("It has one amount.")
    first, second = keys[:2]
    with pytest.raises(Refused) as refused:
        bare(record_type, boss, **{first: "5 USD", second: "5 GBP"})
    assert refused.value.errors.keys() == {second}
    record = bare(record_type, boss, **{first: "5", second: "4"})
    with pytest.raises(Refused) as refused:
        perform(record_type, "update", record, by=boss, **{first: "5 USD"})
    assert "GBP" in str(refused.value.errors[first])
    perform(record_type, "update", record, by=boss, **{first: "5 USD", second: "4 USD"})
    assert record.currency == "USD"


@every_priced_type
def test_what_was_exported_comes_in_again(
    boss: Actor, record_type: RecordType, tmp_path: Path
) -> None:
    key = first_of(record_type)
    field = record_type.by_key[key]
    record = bare(record_type, boss, **{key: "1234.5 USD"})
    boss.session.flush()
    (row,) = (one for one in table(record_type, boss, tmp_path) if one["ID"] == str(record.id))
    cells = (f"{field.label}", f"{field.label} (currency)", f"{field.label} (in GBP)")
    assert [row[one] for one in cells] == ["1234.50", "USD", "617.25"]
    assert (row["Currency"], row["Exchange rate"]) == ("USD", "0.5")
    found = guess(record_type, list(row), [list(row.values())], boss)
    (mine,) = (one.column for one in found if one.column.field == key)
    (shared,) = (one.column for one in found if one.column.field == "currency")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow({**row, cells[0]: "20"})
    run = keep_file(record_type, "rows.csv", io.BytesIO(text.getvalue().encode()), boss)
    columns = (
        Column("ID", "id"),
        Column(mine.source, key, mine.template),
        Column(shared.source, "currency"),
    )
    done = begin_import(run, Mapping(mode="update", match_on="id", columns=columns), boss)
    assert done.updated == 1, list(read_failures(done, boss))
    held = boss.session.get_one(record_type.model, record.id)
    assert str(field.value(held)) == "20.00 USD"


@every_priced_type
def test_a_file_has_amounts_in_several_currencies(boss: Actor, record_type: RecordType) -> None:
    if record_type.by_key[record_type.title.key].readonly:
        pytest.skip("It is named after another record.")
    key = first_of(record_type)
    text = "Name,Price,Currency\nA,100,USD\nB,60,\nC,5,XXX\nD,7,EUR\n"
    run = keep_file(record_type, "rows.csv", io.BytesIO(text.encode()), boss)
    columns = (
        Column("Name", record_type.title.key),
        Column("Price", key),
        Column("Currency", "currency"),
    )
    done = begin_import(run, Mapping(columns=columns), boss)
    assert (done.created, done.failed) == (2, 2), list(read_failures(done, boss))
    model = record_type.model
    held = boss.session.scalars(select(model).where(model.currency == "USD")).one()
    assert str(record_type.by_key[key].value(held)) == "100.00 USD"
    assert held.own_digits == 2


@every_priced_type
def test_a_change_of_many_is_undone_with_currency_and_rate(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    record = bare(record_type, boss, **{key: sent})
    selection = Selection(ids=(record.id,))
    change = begin_change(record_type, "update", selection, {key: "7 GBP"}, boss)
    value = record_type.by_key[key].value
    assert str(value(record)) == "7.00 GBP"
    begin_undo(change.id, boss)
    boss.session.refresh(record)
    assert (str(value(record)), value(record).own) == ("100.00 USD", Decimal(80))


@every_priced_type
def test_the_history_tells_both_currencies(boss: Actor, record_type: RecordType) -> None:
    key = first_of(record_type)
    record = bare(record_type, boss, **{key: "1 USD"})
    version = record.version
    perform(record_type, "update", record, by=boss, currency="JPY")
    theirs = changes_since(record_type, record, version, boss)
    assert theirs[key].before == {"amount": "1.00", "currency": "USD"}
    assert theirs[key].value == {"amount": "1", "currency": "JPY"}
    assert (theirs["currency"].before, theirs["currency"].value) == ("USD", "JPY")
    (created,) = boss.session.scalars(
        select(Event.changes).where(Event.verb == "created", Event.record_id == record.id)
    )
    assert created[key] == [None, {"amount": "1.00", "currency": "USD"}]


@pytest.mark.parametrize(
    "record_type", [one for one in PRICED if one.can_merge], ids=lambda one: one.key
)
def test_a_merged_record_takes_currency_and_day_with_its_amounts(
    boss: Actor, record_type: RecordType
) -> None:
    key = first_of(record_type)
    stays = bare(record_type, boss)
    sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
    goes = bare(record_type, boss, **{key: sent})
    taken = chosen_values(record_type, [stays, goes], {}, boss)
    parts = {one: taken[one] for one in (key, "currency", "rate_on")}
    perform(record_type, "update", stays, by=boss, **parts)
    assert record_type.by_key[key].value(stays).own == Decimal(80)
    other = bare(record_type, boss, **{key: "3 GBP"})
    kept = chosen_values(record_type, [other, goes], {}, boss)
    assert not kept.keys() & {key, "currency", "rate_on"}
    named = chosen_values(record_type, [other, goes], {key: str(goes.id)}, boss)
    assert (named[key]["currency"], named["currency"], named["rate_on"]) == (
        "USD",
        "USD",
        "2025-02-01",
    )


@every_priced_type
def test_a_report_adds_up_in_the_firm_s_currency(boss: Actor, record_type: RecordType) -> None:
    key = first_of(record_type)
    for text in ("100 USD", "60", "2001 JPY", "3001 JPY"):
        bare(record_type, boss, **{key: text})
    adds_up = record_type.field(key).adds_up
    asked = Definition(
        record_type.key, (Grouped("currency"),), (Measure("sum" if adds_up else "max", key),)
    )
    result = run_report(asked, boss)
    found = {cell[0] for cell in result.cells.values()}
    yen, all_of_them = ("27.52", "137.52") if adds_up else ("16.51", "60")
    assert found == {Decimal(50), Decimal(60), Decimal(yen), Decimal(all_of_them)}, (
        "11.01 and 16.51, each rounded once"
    )
