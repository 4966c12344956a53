"""What currencies are worth: the rate of a day, amounts turned into another, tables of rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.events import Event
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, Reach
from app.kernel.currencies import CODES, digits_of, names, rounded
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.records.money import operations
from app.records.money.models import ExchangeRate
from app.records.money.rates import MissingRate, convert, currencies_in_use, rate_of, turned
from app.records.money.reading import Quote, read_lines, read_rate
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, fields_in, program

__all__ = ["program"]
URL = "/settings/currencies"
AMOUNTS = st.decimals(min_value=-(10**13), max_value=10**13, places=4)


def enter(by: Actor, currency: str, rate_on: str, rate: str) -> ExchangeRate:
    """A rate, entered by hand; Acme counts in pounds."""
    return operations.add_rate(by, {"currency": currency, "rate_on": rate_on, "rate": rate})


def test_the_rate_of_a_day_is_the_last_one_before_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        enter(by, "USD", "2026-01-01", "0.80")
        enter(by, "USD", "2026-02-01", "0.75")
        enter(by, "EUR", "2026-01-15", "0.85")
        assert rate_of(by, "USD", date(2026, 1, 31)) == Decimal("0.80")
        assert rate_of(by, "USD", date(2026, 2, 1)) == Decimal("0.75")
        assert rate_of(by, "USD", date(2036, 2, 1)) == Decimal("0.75")
        assert rate_of(by, "GBP", date(1999, 1, 1)) == 1
        assert currencies_in_use(by) == ["GBP", "EUR", "USD"]


def test_a_missing_rate_is_an_error_with_words_and_never_a_number(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        enter(by, "USD", "2026-01-01", "0.80")
        with pytest.raises(MissingRate, match="USD for 2025-12-31"):
            rate_of(by, "USD", date(2025, 12, 31))
        with pytest.raises(MissingRate, match="JPY"):
            convert(by, Decimal(5), "USD", "JPY", date(2026, 5, 1))


def test_an_amount_goes_by_way_of_the_own_currency_and_is_rounded_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        enter(by, "USD", "2026-01-01", "0.80")
        enter(by, "JPY", "2026-01-01", "0.005")
        on = date(2026, 3, 1)
        assert convert(by, Decimal("10.00"), "USD", "GBP", on) == Decimal("8.00")
        assert convert(by, Decimal("10.00"), "USD", "JPY", on) == Decimal(1600)
        assert convert(by, Decimal("0.01"), "USD", "JPY", on) == Decimal(2)  # 1.6, not 0.01 -> 2.
        assert str(convert(by, Decimal("10.00"), "USD", "JPY", on)) == "1600"
        assert convert(by, Decimal("3.005"), "GBP", "GBP", on) == Decimal("3.00")


@settings(deadline=None)
@given(AMOUNTS, st.sampled_from(sorted(CODES)))
def test_rounding_is_to_the_digits_of_iso_and_half_to_even(amount: Decimal, code: str) -> None:
    found = rounded(amount, code)
    assert found.as_tuple().exponent == -digits_of(code)
    assert abs(found - amount) * 2 <= Decimal(1).scaleb(-digits_of(code))
    half = Decimal(5).scaleb(-digits_of(code) - 1)
    assert rounded(half, code) == 0
    assert rounded(half * 3, code) == half * 4


@settings(deadline=None)
@given(AMOUNTS, st.decimals(min_value="0.0001", max_value=10**6, places=6))
def test_there_and_back_is_within_what_rounding_costs(amount: Decimal, rate: Decimal) -> None:
    there = turned(amount, Decimal(1), rate, "EUR")
    back = turned(there, rate, Decimal(1), "GBP")
    assert abs(back - amount) <= Decimal("0.005") * rate + Decimal("0.006")


def test_the_digits_are_those_of_the_standard() -> None:
    assert [digits_of(one) for one in ("GBP", "JPY", "KRW", "KWD", "IQD", "CLF")] == [
        2,
        0,
        0,
        3,
        3,
        4,
    ]
    assert names("zh-CN")["USD"] == "美元"
    assert next(iter(names("en"))) == "CNY"
    assert set(names("en")) == CODES


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "GBP"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"rate_on": "2026-02-30"}, "rate_on"),
        ({"rate_on": "tomorrow"}, "rate_on"),
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"rate": "1e5"}, "rate"),
        ({"rate": "0.0000000000001"}, "rate"),
        ({"rate": "9" * 13}, "rate"),
    ],
)
def test_what_is_no_rate_is_refused_beside_its_field(
    acme: Workspace, alice: Person, typed: dict[str, str], field: str
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            operations.add_rate(
                by, {"currency": "USD", "rate_on": "2026-01-01", "rate": "0.8"} | typed
            )
        assert list(refused.value.errors) == [field]
        assert by.session.scalars(select(ExchangeRate)).all() == []


def test_rates_are_read_as_people_write_them() -> None:
    assert read_rate(" 1,234.5 ") == Decimal("1234.5")
    assert read_rate("７．１０４２") == Decimal("7.1042")
    assert read_rate(".5") == Decimal("0.5")


def test_a_day_has_one_rate_and_who_comes_second_is_told(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        row = enter(by, "USD", "2026-01-01", "0.80")
        with pytest.raises(Refused, match="Change that one"):
            enter(by, "USD", "2026-01-01", "0.81")
        other = enter(by, "USD", "2026-01-02", "0.81")
        same_day = {"currency": "USD", "rate_on": "2026-01-01", "rate": "0.9"}
        with pytest.raises(Refused, match="Change that one"):
            operations.change_rate(by, other, same_day)
        operations.change_rate(by, row, same_day, 1)
        with pytest.raises(Conflict):
            operations.change_rate(by, row, same_day, 1)
        operations.remove_rate(by, row)
        told = by.session.execute(
            select(Event.verb, Event.changes, Event.actor_id)
            .where(Event.record_id == row.id)
            .order_by(Event.id)
        ).all()
    assert [one.verb for one in told] == ["created", "updated", "deleted"]
    assert told[1].changes == {"rate": ["0.8", "0.9"]}
    assert {one.actor_id for one in told} == {alice.user_id}


def test_a_table_is_taken_in_whole_or_not_at_all(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        enter(by, "USD", "2026-01-01", "0.80")
        number = operations.import_rates(
            by, "Date;Currency;Rate\n2026/1/1;USD;0.79\n2026-01-02;usd;0.78\n2026-01-02;EUR;0.85\n"
        )
        assert number == 3
        assert rate_of(by, "USD", date(2026, 1, 1)) == Decimal("0.79")
        assert operations.import_rates(by, "USD,2026-01-01,0.79") == 0
        with pytest.raises(Refused, match="Row 2: Enter a rate above 0"):
            operations.import_rates(by, "USD,2026-03-01,0.7\nUSD,2026-03-02,zero")
        assert rate_of(by, "USD", date(2026, 3, 1)) == Decimal("0.78")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rate in it"),
        ("currency,rate\nUSD,1", "One of them is missing"),
        ("USD,2026-01-01,1\nUSD,2026-01-01,2", "further up"),
        ("GBP,2026-01-01,1", "your own currency"),
        ('"USD,2026-01-01', "Row 1"),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_lines(text, "GBP")


def test_a_sheet_in_chinese_is_read_by_its_heads() -> None:
    found = read_lines("日期\t币种\t汇率\n2026-11-20\tUSD\t7.1042", "CNY")
    assert found == [Quote("USD", date(2026, 11, 20), Decimal("7.1042"))]


def test_the_page_lists_enters_changes_and_removes(acme: Workspace, alice: Person) -> None:
    assert "No rates yet" in alice.client.get(URL).text
    sent = {"currency": "USD", "rate_on": "2026-01-01", "rate": "0.80"}
    assert alice.client.post(f"{URL}/new", data=sent).status_code == 303
    again = alice.client.post(f"{URL}/new", data=sent | {"rate": "0.9"})
    assert again.status_code == 422
    assert "Change that one" in again.text
    assert 'value="0.9"' in again.text  # Nothing that was typed is lost.
    shown = alice.client.get(f"{URL}/USD").text
    assert "1 USD = 0.8 GBP" in shown
    with acme.acting(alice) as by:
        (row,) = by.session.scalars(select(ExchangeRate))
    form = alice.client.get(f"{URL}/rates/{row.id}").text
    assert 'value="2026-01-01"' in form
    changed = sent | {"rate": "0.81", "version": "1"}
    assert alice.client.post(f"{URL}/rates/{row.id}", data=changed).status_code == 303
    late = alice.client.post(f"{URL}/rates/{row.id}", data=changed | {"rate": "0.5"})
    assert late.status_code == 409
    assert "1 USD = 0.81 GBP" in alice.client.get(URL).text
    assert alice.client.post(f"{URL}/rates/{row.id}/delete").status_code == 303
    table = {"table": "USD,2026-01-01,0.8\nEUR,2026-01-01,0.85"}
    assert alice.client.post(f"{URL}/import", data=table).status_code == 303
    assert "EUR" in alice.client.get(URL).text
    told = alice.client.get("/settings/audit").text
    assert "Exchange rate" in told
    assert "From day" in told


def test_who_may_not_keep_currencies_reads_rates_by_api_alone(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        row = enter(by, "USD", "2026-01-01", "0.80")
    assert bob.client.get(URL).status_code == 403
    assert bob.client.post(f"{URL}/rates/{row.id}/delete").status_code == 403
    of_bob = program(bob)
    assert of_bob.get("exchange-rates").json["data"][0]["rate"] == "0.8"
    assert of_bob.delete(f"exchange-rates/{row.id}").status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        operations.remove_rate(by, by.session.get_one(ExchangeRate, row.id))
    with acme.acting() as by:
        rep = role_by_key(by.session, "sales_rep")
        write_rights(by, rep, {("currency", "manage"): Reach.ALL}, {})
    assert bob.client.get(URL).status_code == 200


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def test_a_program_enters_pages_and_converts(of_alice: Program) -> None:
    made = [
        of_alice.post(
            "exchange-rates", {"currency": "USD", "rate_on": f"2026-01-0{day}", "rate": f"0.{day}"}
        )
        for day in (1, 2, 3)
    ]
    assert [one.status_code for one in made] == [201, 201, 201]
    first = of_alice.get("exchange-rates?currency=USD&limit=2").json
    assert [one["rate"] for one in first["data"]] == ["0.3", "0.2"]
    second = of_alice.get(f"exchange-rates?currency=USD&limit=2&cursor={first['next']}").json
    assert [one["rate"] for one in second["data"]] == ["0.1"]
    assert second["next"] is None
    path = f"exchange-rates/{made[0].json['id']}"
    seen = of_alice.get(path).headers["ETag"]
    assert of_alice.patch(path, {"rate": "0.15"}, If_Match=seen).json["rate"] == "0.15"
    assert of_alice.patch(path, {"rate": "0.16"}, If_Match=seen).status_code == 412
    told = of_alice.get("conversions?amount=10&from=USD&to=GBP&on=2026-01-02").json
    assert (told["amount"], told["currency"]) == ("2.00", "GBP")
    assert of_alice.get("conversions?amount=1&from=USD&to=EUR").status_code == 422
    assert of_alice.delete(path).status_code == 204
    assert of_alice.get(path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("amount=x&from=USD&to=GBP", "amount"),
        ("amount=NaN&from=USD&to=GBP", "amount"),
        ("amount=1&from=US&to=GBP", "from"),
        ("amount=1&from=GBP&to=XXX", "to"),
        ("amount=1&from=GBP&to=GBP&on=1", "on"),
        ("amount=1&from=USD&to=GBP", "currency"),
    ],
)
def test_what_can_not_be_converted_is_named(of_alice: Program, asked: str, field: str) -> None:
    assert fields_in(of_alice.get(f"conversions?{asked}")) == [field]


def test_the_two_workspaces_know_nothing_of_each_other_s_rates(
    acme: Workspace, alice: Person, globex: Workspace, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        enter(by, "EUR", "2026-01-01", "0.80")
    with globex.acting(charlie) as by, pytest.raises(MissingRate):
        rate_of(by, "EUR", date(2026, 5, 1))


def test_a_rate_is_asked_for_in_one_statement_however_many_currencies(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        enter(by, "EUR", "2026-01-01", "0.80")
        enter(by, "USD", "2026-01-01", "0.70")
        with Statements() as made:
            convert(by, Decimal(1), "EUR", "USD", date(2026, 5, 1))
        assert len(made.said) == 1
        with Statements() as made:
            convert(by, Decimal(1), "GBP", "GBP", date(2026, 5, 1))
        assert made.said == []
