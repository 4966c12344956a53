"""Files of orders that are not as they should be: what is made of them, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.records.filters import Filter
from app.records.imports.draft import earlier_mapping
from app.records.imports.guessing.guess import guess
from app.records.imports.mapping import from_json
from app.records.imports.models import ImportRun
from app.records.imports.undo_jobs import undo_import
from app.records.money import operations as rates
from app.records.tailored import tailored
from app.sales.lines.papers import standing_lines
from app.sales.models import Order, OrderLine
from app.sales.operations.invoiced import left_to_invoice
from app.sales.terms.kept import save_terms
from tests.automation.approvals.conftest import Rule, people, rule
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.records.imports.conftest import counts, living, why
from tests.sales.test_order_import import (
    COLUMNS,
    COMPLETED,
    HEAD,
    PAST,
    mapped,
    order_of,
    sheet,
    take,
)
from tests.sales.test_quotes import switched_on

install_record_types()
__all__ = ("rule",)

SALE = ("1", "Fence", "GB", "2026-01-02 10:00", "A", "Ax", "5", "10")
BACK = ("C1", "Fence", "GB", "2026-01-03 10:00", "A", "Ax", "-2", "10")
STATUS = {"source": "Status", "field": "status", "values": {"Open": "draft", "Done": "completed"}}


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def table(head: Sequence[str], *rows: Sequence[object]) -> bytes:
    """A file with these columns."""
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def rate(by: Actor, currency: str, worth: str, day: str = "2025-01-01") -> None:
    """What a unit was worth from a day on; Acme counts in pounds."""
    rates.add_rate(by, {"currency": currency, "rate_on": day, "rate": worth})


def reasons(acme: Workspace, who: Person, run_id: Any) -> dict[int, dict[str, str]]:
    """Why rows failed, by their number in the file and by column."""
    with acme.scope() as session:
        run = session.get_one(ImportRun, run_id)
    return why(who, run)


def draft_of(sale: Order, by: Actor) -> Order:
    """The return of an order that is a draft."""
    its = select(Order).where(Order.returns_id == sale.id, Order.status == "draft")
    return by.session.scalars(its).one()


# --- What comes back ----------------------------------------------------------------------------


def test_a_return_that_went_with_its_import_gives_nothing_back_any_more(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        take(by, sheet(SALE))
        first = take(by, sheet(BACK)).id
        sale = order_of(by, "1")
        assert order_of(by, "C1").returns_id == sale.id
        assert left_to_invoice(sale.id, by) == Decimal(30)
    with acme.acting(alice) as by:
        undo_import(first, by)
    worker.drain()
    with acme.acting(alice) as by:
        sale = order_of(by, "1")
        assert left_to_invoice(sale.id, by) == sale.total == Decimal(50)
        perform("order", "credit", sale, by=by)
        made = draft_of(sale, by)
        assert [one.quantity for one in standing_lines(made, by)] == [Decimal(-5)]
        perform("order", "confirm", made, by=by)
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            perform("order", "restore", order_of(by, "C1"), by=by)
        assert {*refused.value.errors} == {"lines.0.quantity"}
        perform("order", "cancel", made, by=by, reason="Typed twice")
        perform("order", "restore", order_of(by, "C1"), by=by)
        assert left_to_invoice(sale.id, by) == Decimal(30)


def test_what_an_undone_import_gave_back_can_be_given_back_by_the_next_one(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        take(by, sheet(SALE))
        first = take(by, sheet((*BACK[:6], "-4", "10"))).id
    with acme.acting(alice) as by:
        undo_import(first, by)
    worker.drain()
    with acme.acting(alice) as by:
        take(by, sheet(("C2", *BACK[1:6], "-5", "10")))
        assert order_of(by, "C2").returns_id == order_of(by, "1").id


def test_a_return_names_no_sale_that_does_not_come_in_or_is_a_draft(
    acme: Workspace, alice: Person
) -> None:
    head = (*HEAD, "Status")
    mapping = mapped(STATUS)
    rows = [
        (*SALE, "Done"),
        ("2", "Fence", "GB", "2026-01-02 11:00", "A", "Ax", "9", "10", "Open"),
        ("", "Fence", "GB", "2026-01-02 12:00", "A", "Ax", "9", "10", "Done"),
        ("4", "Gate", "GB", "2026-01-02 12:00", "A", "Ax", "9", "10", "Shipped"),
        (*BACK, "Done"),
        ("C4", "Gate", "GB", "2026-01-03 12:00", "A", "Ax", "-1", "10", "Done"),
    ]
    with acme.acting(alice) as by:
        run = take(by, table(head, *rows), mapping)
        assert (run.created, run.failed) == (4, 2)
        assert order_of(by, "2").status == "draft"
        assert order_of(by, "C1").returns_id == order_of(by, "1").id
        assert order_of(by, "C4").returns_id is None
        run_id = run.id
    told = reasons(acme, alice, run_id)
    assert told[4] == {"No": "Please fill in this field."}
    assert list(told[5]) == ["Status"]


def test_a_return_lets_go_of_a_sale_that_somebody_else_would_have_to_approve(
    acme: Workspace, alice: Person, bob: Person, rule: Rule
) -> None:
    rule("order", "confirm", people(bob), when=Filter("total", "gt", "40"))
    with acme.acting(alice) as by:
        run = take(by, sheet(SALE, BACK))
        assert (run.created, run.failed) == (1, 1)
        assert order_of(by, "C1").returns_id is None


def test_what_comes_back_costs_what_it_cost_when_it_was_sold(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        product = make_product(by, "Ax", number="A", cost="4")
        take(by, sheet(SALE))
        perform("product", "update", product, by=by, cost="7")
        take(by, sheet(BACK))
        assert order_of(by, "C1").returns_id is not None
        costs = select(OrderLine.unit_cost).where(OrderLine.order_id == order_of(by, "C1").id)
        assert by.session.scalars(costs).all() == [Decimal(4)]
        assert order_of(by, "C1").cost == Decimal(-8)


# --- Drafts -------------------------------------------------------------------------------------


def test_a_draft_by_a_column_is_one_like_any_other(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    head = (*HEAD, "Status")
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        make_account(by, "Fence", payment_record="good", owner_id=str(bob.user_id))
        make_product(by, "Ax", number="A", list_price="100")
        rows = [(*SALE, "Open"), (*BACK, "Open")]
        run = take(by, table(head, *rows), mapped(STATUS))
        assert (run.created, run.failed) == (1, 1)
        order = order_of(by, "1")
        assert (order.status, order.discount) == ("draft", Decimal(90))
        perform("order", "update", order, by=by, owner_id=str(bob.user_id))
        run_id = run.id
    assert reasons(acme, alice, run_id) == {3: {"Count": "Goods come back by a return."}}
    with acme.acting(bob) as by, pytest.raises((Held, Refused)):
        perform("order", "confirm", order_of(by, "1"), by=by)


def test_what_a_file_does_not_say_of_a_draft_stays_as_somebody_typed_it(
    acme: Workspace, alice: Person
) -> None:
    columns = [one for one in COLUMNS if one["field"] != "lines.unit_price"]
    mapping = from_json(
        {"columns": columns, "group_by": "No", "mode": "both", "match_on": "number"}
    )
    with acme.acting(alice) as by:
        make_product(by, "Ax", number="A", list_price="10")
        take(by, sheet(SALE), mapping)
        order = order_of(by, "1")
        typed = {**sent(order, by), "discount": "15", "tax_rate": "20"}
        perform("order", "set_lines", order, by=by, lines=[typed])
        assert counts(take(by, sheet(SALE), mapping)) == {"skipped": 1}
        run = take(by, sheet((*SALE[:6], "6", "10")), mapping)
        assert counts(run) == {"updated": 1}
        (line,) = standing_lines(order_of(by, "1"), by)
        figures = line.figures
        assert [figures.quantity, figures.discount, figures.tax_rate] == [6, 15, 20]


def sent(order: Order, by: Actor) -> dict[str, Any]:
    """The one line of an order, as a program sends it."""
    (line,) = standing_lines(order, by)
    return {"product_id": str(line.product_id), "quantity": str(line.quantity)}


# --- Prices -------------------------------------------------------------------------------------


def test_a_price_with_its_tax_is_taken_for_no_other(acme: Workspace, alice: Person) -> None:
    names = ("订单编号", "含税单价", "不含税单价", "单价（含税）")
    with acme.acting(alice) as by:
        kind = tailored("order", by)
        found = guess(kind, names, [("1", "113", "100", "113")], by)
        assert [one.column.field for one in found] == ["number", None, "lines.unit_price", None]
        assert "tax" in str(found[1].reason)
        for name in ("含税单价", "含税价", "Price incl. tax"):
            (alone,) = guess(kind, [name], [("113",)], by)
            assert alone.column.field is None
            assert alone.own_kind == ""
        for name in ("单价", "未税单价", "无税单价"):
            (alone,) = guess(kind, [name], [("100",)], by)
            assert alone.column.field == "lines.unit_price"


@pytest.mark.parametrize(
    ("currency", "price", "is_right"),
    [
        ("", "£10", True),
        ("", "10 GBP", True),
        ("", "$10", False),
        ("", "10 €", False),
        ("USD", "$10", True),
        ("USD", "US$ 10.00", True),
        ("USD", "£10", False),
    ],
)
def test_a_price_in_another_currency_than_its_order_is_refused(
    acme: Workspace, alice: Person, currency: str, price: str, is_right: bool
) -> None:
    mapping = mapped(COMPLETED, {"source": "Money", "field": "currency"})
    with acme.acting(alice) as by:
        rate(by, "USD", "0.8")
        run = take(by, table((*HEAD, "Money"), (*SALE[:7], price, currency)), mapping)
        assert run.created == is_right
        if is_right:
            order = order_of(by, "1")
            assert (order.total, order.currency) == (Decimal(50), currency or "GBP")
        run_id = run.id
    if not is_right:
        told = f"Give an amount in {currency or 'GBP'}."
        assert reasons(acme, alice, run_id) == {2: {"Price": told}}


@pytest.mark.parametrize("price", ["many", "10 apples", "kr.10"])
def test_what_is_no_price_is_told_before_anything_is_made(
    acme: Workspace, alice: Person, price: str
) -> None:
    with acme.acting(alice) as by:
        run_id = take(by, sheet((*SALE[:7], price))).id
    assert reasons(acme, alice, run_id) == {2: {"Price": "This must be a number."}}
    assert living(acme, Account, Account.name) == []


@pytest.mark.parametrize(
    ("off", "field", "total"),
    [
        ("10 GBP", "discount", "90"),
        ("£10", "discount", "90"),
        ("20%", "discount", "80"),
        ("20", "discount", "80"),
        ("£10.50", "discount_amount", "89.50"),
        ("10", "discount_amount", "90"),
        ("10 EUR", "discount", None),
        ("10 EUR", "discount_amount", None),
    ],
)
def test_an_amount_off_is_an_amount_and_no_percentage(
    acme: Workspace, alice: Person, off: str, field: str, total: str | None
) -> None:
    mapping = mapped(COMPLETED, {"source": "Off", "field": f"lines.{field}"})
    with acme.acting(alice) as by:
        run = take(by, table((*HEAD, "Off"), (*SALE[:6], "1", "100", off)), mapping)
        assert run.created == (total is not None)
        if total is not None:
            assert order_of(by, "1").total == Decimal(total)
        run_id = run.id
    if total is None:
        assert list(reasons(acme, alice, run_id)[2]) == ["Off"]


# --- Rows of one order, and its day -------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (("1", "Gate", "", "", "A", "Ax", "1", "1"), "Customer"),
        (("1", "", "", "2026-01-05", "A", "Ax", "1", "1"), "Day"),
        (("1", "fence", "FR", "2026-01-03 00:01", "A", "Ax", "1", "1"), None),
        (("1", "", "", "", "A", "Ax", "1", "1"), None),
    ],
)
def test_rows_of_one_order_say_alike_for_whom_and_when_it_is(
    acme: Workspace, alice: Person, row: tuple[str, ...], place: str | None
) -> None:
    with acme.acting(alice) as by:
        run = take(by, sheet(SALE, row))
        assert (run.created, run.failed) == ((1, 0) if place is None else (0, 2))
        run_id = run.id
    if place is not None:
        told = reasons(acme, alice, run_id)[2][place]
        assert told.startswith("Rows of one record name several:")


def test_rows_of_one_order_are_of_one_currency(acme: Workspace, alice: Person) -> None:
    mapping = mapped(COMPLETED, {"source": "Money", "field": "currency"})
    rows = [(*SALE, "GBP"), (*SALE, "USD")]
    with acme.acting(alice) as by:
        rate(by, "USD", "0.8")
        run_id = take(by, table((*HEAD, "Money"), *rows), mapping).id
    told = reasons(acme, alice, run_id)
    assert told[2] == {"Money": "Rows of one record name several: GBP, USD."}


def test_what_was_completed_elsewhere_has_its_day_and_its_number(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        undated = (*SALE[:3], "", *SALE[4:])
        run_id = take(by, sheet(undated, ("", *SALE[1:])), PAST).id
        take(by, sheet(undated), mapped())
        assert order_of(by, "1").ordered_at == by.now, "a draft is of today"
    asked = "Please fill in this field."
    assert reasons(acme, alice, run_id) == {2: {"Day": asked}, 3: {"No": asked}}


def test_an_order_of_a_day_without_a_rate_is_refused(acme: Workspace, alice: Person) -> None:
    mapping = mapped(COMPLETED, {"field": "currency", "default": "USD"})
    with acme.acting(alice) as by:
        rate(by, "USD", "0.8", day="2026-01-03")
        later = ("2", *SALE[1:3], "2026-01-04", *SALE[4:])
        run = take(by, sheet(SALE, later), mapping)
        assert (run.created, run.failed) == (1, 1)
        assert order_of(by, "2").rate == Decimal("0.8")
        run_id = run.id
    (told,) = reasons(acme, alice, run_id)[2].values()
    assert "There is no exchange rate of USD for 2026-01-02" in told


def test_a_price_that_a_file_lacks_is_that_of_the_day(acme: Workspace, alice: Person) -> None:
    columns = [one for one in COLUMNS if one["field"] != "lines.unit_price"]
    mapping = from_json({"columns": [*columns, COMPLETED], "group_by": "No"})
    with acme.acting(alice) as by:
        product = make_product(by, "Ax", number="A", list_price="12")
        winter = perform("price_book", "create", by=by, name={"en": "W"}, valid_to="2026-01-31")
        its: dict[str, Any] = {"product_id": str(product.id), "price_book_id": str(winter.id)}
        perform("price", "create", by=by, **its, unit_price="9")
        take(by, sheet(SALE), mapping)
        assert order_of(by, "1").total == Decimal(45)


# --- What is left out, and what is remembered ----------------------------------------------------


@pytest.mark.parametrize(
    ("said", "count", "decimal", "is_left_out"),
    [
        ("<0", "-5,00", ",", True),
        (">1000", "1,234", ".", True),
        (">1000", "1,234", ",", False),
        ("5", "5,00", ",", True),
        ("5", "C5", ".", False),
    ],
)
def test_numbers_are_compared_as_their_column_writes_them(
    acme: Workspace, alice: Person, said: str, count: str, decimal: str, is_left_out: bool
) -> None:
    columns = [
        {**one, "decimal": decimal} if one["field"] == "lines.quantity" else one for one in COLUMNS
    ]
    rule = {"when": {"Count": said}, "reason": "Not ours."}
    mapping = from_json({"columns": [*columns, COMPLETED], "group_by": "No", "left_out": [rule]})
    with acme.acting(alice) as by:
        run = take(by, sheet((*SALE[:6], count, "10")), mapping)
        assert run.left_out == is_left_out


def test_a_mapping_is_remembered_with_what_is_made_along(acme: Workspace, alice: Person) -> None:
    fields = ("number", "account_id", "account_id.country", "ordered_at")
    columns: list[dict[str, Any]] = [
        {"source": name, "field": key} for name, key in zip(HEAD, fields, strict=False)
    ]
    left = [{"source": name, "field": None} for name in HEAD[len(fields) :]]
    columns[1]["create_missing"] = True
    with acme.acting(alice) as by:
        take(by, sheet(SALE), from_json({"columns": [*columns, *left]}))
        found = earlier_mapping(tailored("order", by), HEAD, by)
        assert found is not None
        assert tuple(one.field for one in found.used) == fields
