"""Amounts in currencies of their own: digits, rates of their day, forms, files, words, sums."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.events import Event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.currencies import CODES, digits_of, spelled
from app.kernel.errors import Refused
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.imports.begin import begin_import
from app.records.imports.cells import read_in_currency
from app.records.imports.given import keep_file
from app.records.imports.mapping import Column, Mapping
from app.records.money import operations as rates
from app.records.money.models import ExchangeRate
from app.records.money.rates import STAMP
from app.records.tailored import tailored
from app.records.values import Unfit
from app.records.values.amounts import taken_apart
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.numbers import number_text
from app.reports.engine.run import run_report
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in, program
from tests.records.pages.conftest import statements

__all__ = ["program"]
KEY = "x_offer"
FIRM: Any = SimpleNamespace(tenant=SimpleNamespace(currency="GBP"))


def rate(by: Actor, currency: str, rate: str, day: str = "2025-01-01") -> None:
    rates.add_rate(by, {"currency": currency, "rate_on": day, "rate": rate})


@pytest.fixture(autouse=True)
def field(acme: Workspace, alice: Person) -> None:
    """Acme counts in pounds and has dollars at 0.80, yen at 0.005 and dinars at 2.5."""
    with acme.acting(alice) as by:
        for currency, worth in (("USD", "0.80"), ("JPY", "0.005"), ("KWD", "2.5")):
            rate(by, currency, worth)
        define_field(by, tailored("account", by), "amount", Wish({"en": "Offer"}), key=KEY)


def held(record: Any, by: Actor) -> str:
    return str(tailored("account", by).by_key[KEY].value(record))


@pytest.mark.parametrize(
    ("typed", "stands", "own"),
    [
        ("100", "100.00 GBP", 100),
        ("100 USD", "100.00 USD", 80),
        ("usd 1,234.50", "1234.50 USD", 987.6),
        ("US$ -20", "-20.00 USD", -16),
        ("-$20", "-20.00 USD", -16),
        ("￥５０００", "5000.00 CNY", None),
        ("5000円", "5000 JPY", 25),
        ("1.234 KWD", "1.234 KWD", 3.08),
        ("12.50 美元", "12.50 USD", 10),
    ],
)
def test_an_amount_is_read_with_its_sign_its_code_or_its_name(
    acme: Workspace, alice: Person, typed: str, stands: str, own: float | None
) -> None:
    with acme.acting(alice) as by:
        if own is None:
            rate(by, "CNY", "0.11")
        record = make_account(by, **{KEY: typed})
        assert held(record, by) == stands
        assert record.custom[KEY] == (550 if own is None else own)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1.5 JPY", "whole number"),
        ("1.2345 KWD", "At most 3 digits"),
        ("100 EUR", "no exchange rate of EUR"),
        ("100 dollars", "by its code"),
        ("USD 100 GBP", "one currency"),
        ("USD", "must be a number"),
        ("9999999999999 KWD", "13|12|digits|more than can be kept"),
    ],
)
def test_what_is_no_amount_is_refused_beside_its_field(
    acme: Workspace, alice: Person, typed: str, says: str
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            make_account(by, **{KEY: typed})
        assert re.search(says, str(refused.value.errors[KEY])), refused.value.errors


def test_an_amount_keeps_the_rate_of_its_day_whatever_becomes_of_the_rates(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    record = api.make(**{KEY: {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}})
    one = f"accounts/{record['id']}"
    with acme.acting(alice) as by:
        for row in by.session.scalars(select(ExchangeRate).where(ExchangeRate.currency == "USD")):
            rates.remove_rate(by, row)
    page = alice.client.get(f"/accounts/{record['id']}/edit")
    assert '<option value="USD" selected>' in page.text
    assert api.patch(one, {"city": "York"}).json[KEY] == record[KEY]  # type: ignore[index]
    same = api.patch(one, {KEY: {"amount": "100.00", "currency": "USD"}})
    assert same.json[KEY] == record[KEY]  # type: ignore[index]
    assert fields_in(api.patch(one, {KEY: {"amount": "101", "currency": "USD"}})) == [KEY]
    assert fields_in(api.patch(one, {KEY: "101"})) == [KEY], "in the currency of the record"
    found = api.get(f"accounts?{KEY}__gte=80").json["data"]  # type: ignore[index]
    assert [row["id"] for row in found] == [record["id"]]
    assert api.patch(one, {KEY: "101 GBP"}).json[KEY]["currency"] == "GBP"  # type: ignore[index]


def test_a_new_amount_takes_the_rate_of_today_and_a_filter_names_any_currency(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    record = api.make(**{KEY: "100 USD"})
    with acme.acting(alice) as by:
        rate(by, "USD", "0.50", "2025-06-01")
    changed = api.patch(f"accounts/{record['id']}", {KEY: "120"}).json[KEY]  # type: ignore[index]
    assert (changed["amount"], changed["currency"]) == ("120.00", "USD")
    for asked, number in (("gte=60", 1), ("gt=60", 0), ("gte=USD 120", 1), ("gt=USD 120", 0)):
        rows = api.get(f"accounts?{KEY}__{asked}").json["data"]  # type: ignore[index]
        assert len(rows) == number, asked
    summed = api.get(f"accounts?group=lifecycle&sum={KEY}").json
    assert summed["sums"] == {KEY: {"amount": "60.00", "currency": "GBP"}}  # type: ignore[index]


def test_the_form_and_a_cell_take_an_amount_with_its_currency(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        record = make_account(by, **{KEY: "100 USD"})
        record_id, version = record.id, record.version
    url = f"/accounts/{record_id}"
    form = alice.client.get(f"{url}/fields/{KEY}").text
    assert f'name="{KEY}.currency"' in form
    assert 'value="100.00"' in form
    assert '<option value="USD" selected>' in form
    sent = {KEY: "20.5", f"{KEY}.currency": "GBP", "version": version}
    htmx = {"HX-Request": "true", "HX-Target": "td#x"}
    saved = alice.client.post(f"{url}/fields/{KEY}", data=sent, headers=htmx)
    assert saved.text == "£20.50"
    wrong = alice.client.post(
        f"{url}/fields/{KEY}", data={**sent, KEY: "many", "version": version + 1}, headers=htmx
    )
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    assert '<option value="GBP" selected>' in wrong.text
    emptied = {KEY: " ", f"{KEY}.currency": "JPY", "version": version + 1}
    gone = alice.client.post(f"{url}/fields/{KEY}", data=emptied, headers=htmx)
    assert "none" in gone.text
    history = alice.client.get(f"{url}?show=changes").text
    assert "$100.00" in history
    assert "£20.50" in history


def test_a_page_says_what_it_was_in_the_firm_s_currency(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
        record = make_account(by, **{KEY: sent})
        record_id = record.id
    page = alice.client.get(f"/accounts/{record_id}").text
    assert "≈ £80.00, by the rate of" in page
    listed = alice.client.get(f"/accounts?cols={KEY}").text
    assert '<span title="≈ £80.00">$100.00</span>' in listed


def test_a_list_without_the_kind_asks_nothing_more(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, **{KEY: "100 USD"})
    alice.client.get("/accounts?cols=city")
    with statements() as without:
        alice.client.get("/accounts?cols=city")
    alice.client.get(f"/accounts?cols={KEY}")
    with statements() as shown:
        alice.client.get(f"/accounts?cols={KEY}")
    assert len(shown) == len(without)
    assert not [one for one in (*without, *shown) if "exchange_rates" in one]
    assert not [one for one in without if ".amount" in one]


def test_a_report_adds_up_in_the_firm_s_currency(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for typed in ("100 USD", "60", "2000 JPY"):
            make_account(by, **{KEY: typed})
        asked = Definition("account", (Grouped("lifecycle"),), (Measure("sum", KEY),))
        result = run_report(asked, by)
        assert (Decimal(150),) in result.cells.values()
        assert number_text(result.measures[0], Decimal(150), by) == "£150.00"


@pytest.mark.parametrize(
    ("cell", "decimal", "meant"),
    [
        ("US$ 1,234.50", ".", "1234.50 US$"),
        ("1.234,50 €", ",", "1234.50 €"),
        ("(100) USD", ".", "-100 USD"),
        ("100", ".", "100"),
        ("USD", ".", ""),
        ("many", ".", "many"),
    ],
)
def test_a_cell_tells_its_currency_before_or_behind(cell: str, decimal: str, meant: str) -> None:
    assert read_in_currency(cell, decimal=decimal).replace(",", "") == meant


def test_a_file_has_amounts_beside_their_currencies_and_asks_each_rate_once(
    acme: Workspace, alice: Person
) -> None:
    rows = [("A", "100", "USD"), ("B", "60", ""), ("C", "", "USD"), ("D", "5", "EUR")]
    rows += [(f"E{n}", str(n), "USD") for n in range(1, 20)]
    text = "\n".join(",".join(row) for row in (("Name", "Offer", "Currency"), *rows))
    with acme.acting(alice) as by:
        stamps.draw(by.session, STAMP)
        run = keep_file(tailored("account", by), "a.csv", io.BytesIO(text.encode()), by)
        columns = (Column("Name", "name"), Column("Offer", KEY, "{Offer} {Currency}"))
        with statements() as made:
            done = begin_import(run, Mapping(columns=columns), by)
        asked = [one for one in made if "exchange_rates" in one]
        assert (done.created, done.failed) == (22, 1)
        assert len(asked) == 2, "one of dollars, one of euros"


def test_a_change_of_many_is_undone_with_the_rate_that_each_had(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        sent = {"amount": "100", "currency": "USD", "rate_on": "2025-02-01"}
        record = make_account(by, **{KEY: sent})
        rate(by, "USD", "0.50", "2025-06-01")
        selection = Selection(ids=(record.id,))
        change = begin_change(tailored("account", by), "update", selection, {KEY: "7 GBP"}, by)
        assert held(record, by) == "7.00 GBP"
        begin_undo(change.id, by)
        by.session.refresh(record)
        assert (held(record, by), record.custom[KEY]) == ("100.00 USD", 80)


def test_a_default_is_no_amount_of_any_day(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        wish = Wish({"en": "Other"}, default="5 USD")
        with pytest.raises(Refused) as refused:
            define_field(by, tailored("account", by), "amount", wish)
        assert refused.value.errors.keys() == {"default"}
    page = alice.client.get("/settings/fields/accounts/new?kind=amount")
    assert page.status_code == 200
    assert 'name="default"' not in page.text


@settings(deadline=None, max_examples=200)
@given(
    st.integers(-(10**10), 10**10),
    st.sampled_from(sorted(CODES)),
    st.sampled_from(["{f} {c}", "{c} {f}", "{c}{f}", "{f}{c}"]),
)
def test_what_is_written_is_read_back(number: int, code: str, form: str) -> None:
    figures = f"{Decimal(number).scaleb(-digits_of(code)):f}"
    assert taken_apart(form.format(f=figures, c=code), FIRM) == (figures, code)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=120))
def test_no_text_breaks_the_reading(text: str) -> None:
    with suppress(Unfit):
        taken_apart(text, FIRM)
    read_in_currency(text, decimal=".")
    assert spelled(text, "GBP") in (None, *CODES)


def test_the_event_tells_both_currencies(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        record = make_account(by, **{KEY: {"amount": "1", "currency": "USD"}})
        perform("account", "update", record, by=by, **{KEY: "5000 JPY"})
        (changes,) = by.session.scalars(select(Event.changes).where(Event.verb == "updated"))
        old, new = changes[KEY]
        assert (old["amount"], old["currency"]) == ("1.00", "USD")
        assert (new["amount"], new["currency"]) == ("5000", "JPY")
