"""Files of other systems become orders: several rows one order, with what they were paid for."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.crm.models import Account, Product
from app.events import Event
from app.jobs.worker import Worker
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Refused
from app.modules import install_record_types
from app.records.door import perform
from app.records.imports import begin
from app.records.imports.check import check_mapping
from app.records.imports.failed import failures_csv
from app.records.imports.given import keep_file
from app.records.imports.mapping import Mapping, from_json, read_mapping
from app.records.imports.models import ImportRun
from app.records.imports.run import go_on, open_table
from app.records.imports.shipped import shipped_mapping
from app.records.imports.undo_jobs import undo_import
from app.records.tailored import tailored
from app.sales.datasets import purchases
from app.sales.lines.papers import standing_lines
from app.sales.models import Order, OrderLine
from app.sales.reports import REPORTS
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import counts, in_pieces, living, run_of, why
from tests.records.imports.pages import chosen, given, start
from tests.records.imports.test_api import send
from tests.sales.test_orders import make_order

install_record_types()
__all__ = ("in_pieces", "program")
YEAR = Path(__file__).parent / "online_retail_customers.csv.gz"
CENT = Decimal("0.01")
HEAD = ("No", "Customer", "Country", "Day", "Code", "Text", "Count", "Price")
COLUMNS: tuple[dict[str, Any], ...] = (
    {"source": "No", "field": "number"},
    {"source": "Customer", "field": "account_id", "create_missing": True, "default": "Anybody"},
    {
        "source": "Customer",
        "field": "account_id.kind",
        "values": {"": "collective", "*": "organisation"},
    },
    {"source": "Country", "field": "account_id.country"},
    {"source": "Country", "field": "country"},
    {"source": "Day", "field": "ordered_at"},
    {"source": "Code", "field": "lines.product_id", "found_by": "number", "create_missing": True},
    {"source": "Text", "field": "lines.product_id.name", "default": "{Code}"},
    {"source": "Text", "field": "lines.name"},
    {"source": "Count", "field": "lines.quantity"},
    {"source": "Price", "field": "lines.unit_price"},
)
OURS = [one.key for one in REPORTS if one.definition.record_type == "order"]
ALONG = ("account_id.kind", "account_id.country", "lines.product_id.name")
AMOUNT = re.compile(r"\d+\.\d\d")
SHOWN = {
    "sales-by-month": {"533.50"},
    "sales-by-class": {"533.50", "522.00", "11.50"},
    "best-customers": {"500.00", "22.00", "11.50", "533.50"},
}
COMPLETED = {"field": "status", "default": "completed"}


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def sheet(*rows: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue().encode()


def mapped(*more: dict[str, Any], **whole: Any) -> Mapping:
    return from_json({"columns": [*COLUMNS, *more], "group_by": "No", **whole})


PAST = mapped(COMPLETED)
UPSERT = mapped(COMPLETED, mode="both", match_on="number")


def take(
    by: Actor, file: bytes, mapping: Mapping = PAST, *, name: str = "sold.csv", dry: bool = False
) -> ImportRun:
    """Import a file as the command does."""
    run = keep_file(tailored("order", by), name, io.BytesIO(file), by)
    begin.begin_import(run, mapping, by, is_dry_run=dry, by_job=False)
    run_id = run.id
    while run.is_under_way and go_on(run_id, by):
        pass
    by.session.flush()
    return by.session.get_one(ImportRun, run_id, populate_existing=True)


def order_of(by: Actor, number: str) -> Order:
    return by.session.scalars(select(Order).where(Order.number == number)).one()


# --- The year of a shop -------------------------------------------------------------------------


def lines_of_the_year() -> list[dict[str, str]]:
    with gzip.open(YEAR, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def worth(line: dict[str, str]) -> Decimal:
    amount = Decimal(line["Quantity"]) * Decimal(line["UnitPrice"])
    return amount.quantize(CENT, ROUND_HALF_UP)


KNOWN = {"EIRE": "IE", "RSA": "ZA", "Czech Republic": "CZ", "Channel Islands": "JE"}


def test_a_year_of_invoices_comes_in_with_customers_products_and_returns_to_the_cent(
    acme: Workspace, alice: Person
) -> None:
    path = shipped_mapping("online-retail-orders")
    assert path is not None
    mapping = read_mapping(path)
    rows = lines_of_the_year()
    written_off = [
        one for one in rows if int(one["Quantity"]) < 0 and not Decimal(one["UnitPrice"])
    ]
    left = [one for one in rows if one not in written_off]
    numbers = {one["InvoiceNo"] for one in left}
    with acme.acting(alice) as by:
        run = take(by, YEAR.read_bytes(), mapping, name=YEAR.name)
        assert run.error is None
        assert (run.created, run.failed) == (len(numbers), 0)
        assert (run.left_out, run.joined) == (len(written_off), len(left) - len(numbers))
        assert run.done == run.total == len(rows)
        told = list(csv.reader(failures_csv(run, open_table(run, by).names, by)))
        assert len(told) == 1 + len(written_off) > 10
        assert {one[-2] for one in told[1:]} == {
            "Stock that was written off: nothing was sold and nothing was paid."
        }
        assert run.made["account"] == len({one["CustomerID"] for one in left})
        assert run.made["product"] == len({one["StockCode"].lower() for one in left})
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(OrderLine)) == len(left)
        done = Order.status == "completed"
        by_month: dict[str, Decimal] = defaultdict(Decimal)
        by_country: dict[str, Decimal] = defaultdict(Decimal)
        for one in rows:
            by_month[one["InvoiceDate"][:7]] += worth(one)
            by_country[one["Country"]] += worth(one)
        month = func.to_char(Order.ordered_at.op("AT TIME ZONE")("Europe/London"), "YYYY-MM")
        months = session.execute(select(month, func.sum(Order.net)).where(done).group_by(month))
        assert dict(months.all()) == dict(by_month)
        places = select(Order.country, func.sum(Order.total)).where(done).group_by(Order.country)
        found = dict(session.execute(places).all())
        assert sum(one or 0 for one in found.values()) == sum(by_country.values())
        assert found["GB"] == by_country["United Kingdom"]
        for called, code in KNOWN.items():
            if called in by_country:
                assert found[code] == by_country[called]
        assert found["AU"] == by_country["Australia"], "of a customer who moved, too"
        returns = session.scalars(select(Order).where(Order.kind == "return")).all()
        cancelled = {one for one in numbers if one.startswith("C")}
        assert {one.number for one in returns if str(one.number).startswith("C")} == cancelled
        named = [one for one in returns if one.returns_id is not None]
        assert 0.3 < len(named) / len(returns) < 1
        over = session.execute(text(BACK)).all()
        assert over == [], "nothing is given back that was not sold, nor for more"
        days = session.scalars(select(Order.rate_on)).all()
        assert {one.year for one in days} == {2010, 2011}


BACK = """
WITH back AS (
  SELECT r.returns_id AS of, l.product_id, sum(l.quantity) AS n, sum(l.net) AS net
  FROM orders r JOIN order_lines l ON l.order_id = r.id
  WHERE r.returns_id IS NOT NULL GROUP BY 1, 2
), sold AS (
  SELECT o.id AS of, l.product_id, sum(l.quantity) AS n, sum(l.net) AS net
  FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.kind = 'sale' GROUP BY 1, 2
)
SELECT back.of FROM back LEFT JOIN sold USING (of, product_id)
WHERE sold.of IS NULL OR -back.n > sold.n OR -back.net > sold.net + 0.01
"""


def test_it_comes_a_second_time_without_any_change_and_goes_as_a_whole(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    path = shipped_mapping("online-retail-orders")
    assert path is not None
    with acme.acting(alice) as by:
        first = take(by, YEAR.read_bytes(), read_mapping(path), name=YEAR.name).id
    with acme.acting(alice) as by:
        again = take(by, YEAR.read_bytes(), read_mapping(path), name=YEAR.name)
        assert (again.created, again.updated, again.failed) == (0, 0, 0)
        assert again.made == {}
    with acme.acting(alice) as by:
        undo_import(first, by)
    worker.drain()
    assert living(acme, Order, Order.number) == []
    assert living(acme, Account, Account.name) == []
    assert living(acme, Product, Product.number) == []


# --- Rows that are one order --------------------------------------------------------------------

TWO = (
    ("1", "Fence", "GB", "2026-01-02 10:00", "A", "Ax", "2", "10"),
    ("2", "Gate", "FR", "2026-01-03 10:00", "B", "Bolt", "5", "0.5"),
    ("1", "", "", "", "B", "", "4", "0.50"),
    ("3", "Gate", "FR", "2026-01-04 10:00", "A", "Ax", "1", "9"),
)


def test_rows_with_one_number_are_one_order_wherever_they_stand(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        run = take(by, sheet(*TWO))
        assert (counts(run), run.joined) == ({"created": 3}, 1)
        order = order_of(by, "1")
        assert (order.status, order.kind, order.total) == ("completed", "sale", Decimal(22))
        assert order.completed_at == order.ordered_at == datetime(2026, 1, 2, 10, tzinfo=UTC)
        assert order.country == "GB"
        assert [(one.name, one.quantity) for one in standing_lines(order, by)] == [
            ("Ax", Decimal(2)),
            ("Bolt", Decimal(4)),
        ]
        told = by.session.scalars(select(Event).where(Event.record_id == order.id)).all()
        assert [one.verb for one in told] == ["created"]
    accounts = living(acme, Account, Account.name, Account.country)
    assert accounts == [("Fence", "GB"), ("Gate", "FR")]


@pytest.mark.usefixtures("in_pieces")
def test_a_killed_worker_is_followed_by_one_that_goes_on_with_rows_that_stand_apart(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.imports.pieces.LINES", 1)
    rows = [(str(n), "Fence", "GB", "2026-01-02", "A", "Ax", "1", "1") for n in range(1, 12)]
    rows = [*rows, *reversed(rows)]  # Each has its second row as late as its first one was early.
    with acme.acting(alice) as by:
        run = keep_file(tailored("order", by), "apart.csv", io.BytesIO(sheet(*rows)), by)
        begin.begin_import(run, PAST, by)
        run_id = run.id
    at: list[int] = []
    while not at or run_of(acme, run_id).state in ("waiting", "running"):
        worker.drain(1)
        at.append(run_of(acme, run_id).line)
    assert len(set(at)) > 2, "it took several runs of the job"
    found = run_of(acme, run_id)
    assert (found.state, found.created, found.joined, found.failed) == ("done", 11, 11, 0)
    with acme.scope() as session:
        each = session.execute(
            select(func.count()).select_from(OrderLine).group_by(OrderLine.order_id)
        )
        assert [row[0] for row in each] == [2] * 11


def test_an_order_with_a_row_that_fails_fails_as_a_whole_and_the_others_come_in(
    acme: Workspace, alice: Person
) -> None:
    rows = [
        *TWO,
        ("1", "", "", "", "C", "Cog", "many", "1"),
        ("4", "Fence", "", "2026-01-02", "", "", "1", ""),
    ]
    with acme.acting(alice) as by:
        run = take(by, sheet(*rows))
        assert (run.created, run.failed, run.joined) == (2, 4, 0)
        run_id = run.id
    with acme.scope() as session:
        run = session.get_one(ImportRun, run_id)
    reasons = why(alice, run)
    assert sorted(reasons) == [2, 4, 6, 7]
    assert reasons[6] == {"Count": "This must be a number."}
    assert reasons[2] == reasons[4] == {"": "Another row of the same record can't be taken."}
    assert reasons[7] == {"": "There is nothing on this order yet."}
    assert "C" not in living(acme, Product, Product.number), "nothing is made for it"


def test_a_dry_run_tells_the_same_and_leaves_nothing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        run = take(by, sheet(*TWO), dry=True)
        assert (run.created, run.joined, run.made) == (3, 1, {"account": 2, "product": 2})
    assert living(acme, Order, Order.number) == []
    assert living(acme, Account, Account.name) == []


def test_drafts_come_with_lines_at_the_prices_that_hold(acme: Workspace, alice: Person) -> None:
    columns = [one for one in COLUMNS if one["field"] != "lines.unit_price"]
    mapping = from_json({"columns": columns, "group_by": "No"})
    with acme.acting(alice) as by:
        make_product(by, "Ax", number="A", list_price="12.50", tax_rate="20")
        make_product(by, "Bolt", number="B", list_price="0.25", tax_rate="20")
        run = take(by, sheet(*TWO), mapping)
        assert counts(run) == {"created": 3}
        order = order_of(by, "1")
        assert (order.status, order.net, order.total) == (
            "draft",
            Decimal(26),
            Decimal("31.20"),
        )


def test_an_order_that_stands_gets_other_lines_as_long_as_it_is_a_draft(
    acme: Workspace, alice: Person
) -> None:
    upsert = mapped(mode="both", match_on="number")
    with acme.acting(alice) as by:
        assert counts(take(by, sheet(*TWO), mapped())) == {"created": 3}
        perform("order", "confirm", order_of(by, "2"), by=by)
        assert counts(take(by, sheet(*TWO), upsert)) == {"skipped": 3}
        other = [(*one[:6], "7", one[7]) for one in TWO]
        run = take(by, sheet(*other), upsert)
        assert (run.updated, run.failed) == (2, 1)
        assert order_of(by, "1").net == Decimal("73.50")
        assert order_of(by, "2").net == Decimal("2.50")
        run_id = run.id
    with acme.scope() as session:
        run = session.get_one(ImportRun, run_id)
    assert why(alice, run) == {
        3: {"": "This order was confirmed and stays as it is. Reopen it to change it."}
    }


def test_a_number_that_is_taken_is_refused_where_nothing_is_to_be_updated(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        take(by, sheet(*TWO))
        run = take(by, sheet(*TWO))
        assert (run.created, run.failed) == (0, 4)
        perform("order", "create", by=by, number="9", account_id=str(make_account(by).id))
        nine = [("9", *TWO[0][1:])]
        assert take(by, sheet(*nine), UPSERT).failed == 1, "a draft here is no completed order"


# --- What became of them elsewhere --------------------------------------------------------------


def test_what_is_given_back_names_the_newest_order_that_sold_it(
    acme: Workspace, alice: Person
) -> None:
    rows = [
        ("1", "Fence", "GB", "2026-01-01 10:00", "A", "Ax", "5", "10"),
        ("2", "Fence", "GB", "2026-01-02 10:00", "A", "Ax", "3", "10"),
        ("2", "Fence", "GB", "2026-01-02 10:00", "B", "Bolt", "3", "1"),
        ("C1", "Fence", "GB", "2026-01-03 10:00", "A", "Ax", "-2", "10"),
        ("C2", "Fence", "GB", "2026-01-04 10:00", "A", "Ax", "-2", "10"),
        ("C3", "Fence", "GB", "2026-01-05 10:00", "A", "Ax", "-4", "10"),
        ("C4", "Fence", "GB", "2026-01-06 10:00", "B", "Bolt", "-1", "1.50"),
        ("C5", "Gate", "GB", "2026-01-06 10:00", "A", "Ax", "-1", "10"),
        ("7", "", "GB", "2026-01-06 10:00", "A", "Ax", "9", "10"),
        ("C7", "", "", "2026-01-07 10:00", "A", "Ax", "-1", "10"),
        ("C0", "Fence", "GB", "2025-12-31 10:00", "A", "Ax", "-1", "10"),
    ]
    expected = {
        "C1": "2",
        "C2": "1",  # Of the second one more is left, of two.
        "C3": None,  # Three are left of the first.
        "C4": None,  # Dearer than it was.
        "C5": None,  # Of somebody else.
        "C7": None,  # Nobody knows who that was.
        "C0": None,  # Before anything was sold.
    }
    with acme.acting(alice) as by:
        first, rest = rows[:4], rows[4:]
        take(by, sheet(*first))
        take(by, sheet(*rest))  # What an earlier file brought counts as well.
        numbers = dict(by.session.execute(select(Order.id, Order.number)).all())
        found = {
            one.number: numbers.get(one.returns_id) if one.returns_id else None
            for one in by.session.scalars(select(Order).where(Order.kind == "return"))
        }
        assert found == expected
        order = order_of(by, "2")
        perform("order", "credit", order, by=by)
        begun = by.session.scalars(
            select(Order).where(Order.returns_id == order.id, Order.status == "draft")
        ).one()
        left = {one.name: one.quantity for one in standing_lines(begun, by)}
        assert left == {"Ax": Decimal(-1), "Bolt": Decimal(-3)}, "what came back counts here too"
        assert (order_of(by, "7").country, order_of(by, "C7").country) == ("GB", None)
        anybody = select(Account.country).where(Account.name == "Anybody")
        assert by.session.scalars(anybody).one() is None


def test_only_a_file_brings_a_return_that_names_no_order(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        order = make_order(by)
        wrong: tuple[dict[str, Any], ...] = ({"kind": "return"}, {"status": "completed"})
        for said in wrong:
            with pytest.raises(Refused):
                perform("order", "create", by=by, account_id=str(order.account_id), **said)
        order_id = order.id
    for change in ("kind = 'return'", "kind = 'sale', returns_id = id"):
        with pytest.raises(IntegrityError), acme.scope() as session:
            session.execute(text(f"UPDATE orders SET {change} WHERE id = :id"), {"id": order_id})


def test_a_line_below_zero_goes_back_at_its_price(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        take(by, sheet(("A1", "", "GB", "2026-01-01", "DEBT", "Bad debt", "1", "-11062.06")))
        order = order_of(by, "A1")
        (line,) = standing_lines(order, by)
        assert (order.kind, order.total) == ("return", Decimal("-11062.06"))
        assert (line.quantity, line.unit_price) == (Decimal(-1), Decimal("11062.06"))


def test_nothing_was_completed_that_is_still_to_come_or_is_nothing(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ahead = (by.now + timedelta(days=2)).date().isoformat()
        rows = [("1", "Fence", "GB", ahead, "A", "Ax", "1", "1")]
        run = take(by, sheet(*rows))
        assert run.failed == 1
        odd = mapped({"source": "Text", "field": "status"})
        take_odd = take(by, sheet(*[(*rows[0][:3], "2026-01-01", "A", "paid", "1", "1")]), odd)
        assert take_odd.failed == 1
        run_id, odd_id = run.id, take_odd.id
    with acme.scope() as session:
        first, second = session.get_one(ImportRun, run_id), session.get_one(ImportRun, odd_id)
    assert why(alice, first) == {2: {"Day": "This moment is still to come."}}
    assert list(why(alice, second)[2]) == ["Text"]


def test_whoever_does_not_manage_imports_brings_drafts_alone(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as himself:
        grants = {**himself.rights.grants, ("order", "import"): Reach.ALL}
        by = replace(himself, rights=replace(himself.rights, grants=grants))
        plain = [{**one, "create_missing": False} for one in COLUMNS if one["field"] not in ALONG]
        columns = [{"columns": [*plain, *more], "group_by": "No"} for more in ((), (COMPLETED,))]
        drafts, past = map(from_json, columns)
        run = keep_file(tailored("order", by), "o.csv", io.BytesIO(sheet(*TWO)), by)
        with pytest.raises(Refused) as refused:
            begin.begin_import(run, past, by)
        assert [*refused.value.errors] == [f"columns.{len(plain)}.field"]
        check_mapping(tailored("order", by), drafts, HEAD, by)


def test_a_mapping_that_can_not_be_is_told_part_by_part(acme: Workspace, alice: Person) -> None:
    wrong = from_json(
        {
            "columns": [
                *COLUMNS,
                {"source": "Code", "field": "lines.nothing"},
                {"source": "Code", "field": "contact_id.account_id"},
                {"source": "Text", "field": "opportunity_id", "found_by": "amount"},
            ],
            "group_by": "Bill",
            "left_out": [{"when": {"Amount": "0"}, "reason": "Nothing."}],
        }
    )
    with acme.acting(alice) as by:
        run = keep_file(tailored("order", by), "o.csv", io.BytesIO(sheet(*TWO)), by)
        with pytest.raises(Refused) as refused:
            begin.begin_import(run, wrong, by)
        assert {*refused.value.errors} == {
            "columns.11.field",
            "columns.12.field",
            "columns.13.found_by",
            "group_by",
            "left_out.0",
        }
        run = keep_file(tailored("account", by), "a.csv", io.BytesIO(sheet(*TWO)), by)
        plain = from_json({"columns": [{"source": "Customer", "field": "name"}], "group_by": "No"})
        with pytest.raises(Refused) as refused:
            begin.begin_import(run, plain, by)
        assert {*refused.value.errors} == {"group_by"}
    for raw in ({"left_out": "all"}, {"left_out": [{"when": {}, "reason": "x"}]}, {"group_by": 3}):
        with pytest.raises(Refused):
            from_json({"columns": [], **raw})


def test_programs_send_the_same_mapping(acme: Workspace, alice: Person, program: Programs) -> None:
    api = program(alice)
    mapping = {
        "columns": [*COLUMNS, COMPLETED],
        "group_by": "No",
        "left_out": [{"when": {"Count": ">4"}, "reason": {"en": "Too many."}}],
    }
    answer = send(api, sheet(*TWO), path="orders/import", mapping=mapping)
    assert answer.status_code == 202, answer.text
    told: Any = answer.json
    assert (told["created"], told["joined"], told["left_out"], told["rows"]) == (2, 1, 1, 4)
    assert told["mapping"]["group_by"] == "No"
    failures = api.get(told["failures"].removeprefix("/api/v1/")).text
    assert "Too many." in failures


def test_no_program_says_by_itself_what_became_of_an_order(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    for told in ({"past": {"status": "completed"}}, {"status": "completed"}, {"kind": "return"}):
        assert api.post("orders", told).status_code == 422


# --- In the browser -----------------------------------------------------------------------------


def test_a_file_of_lines_is_understood_and_comes_in_with_three_presses(
    acme: Workspace, alice: Person
) -> None:
    file = b"Order No,Customer,Order Date,SKU,Description,Qty,Unit Price,Amount\n"
    file += b"7,Fence,2026-01-02,A,Ax,2,10,20\n7,Fence,2026-01-02,B,Bolt,4,0.5,2\n"
    url = given(alice, file, kind="orders")
    page = alice.client.get(url).text
    assert list(chosen(page).values()) == [
        "number",
        "account_id",
        "ordered_at",
        "lines.product_id",
        "lines.name",
        "lines.quantity",
        "lines.unit_price",
        "",
    ]
    assert 'value="Order No" selected' in page, "rows with the same number are one"
    assert "further line" in page
    shown = alice.client.post(url, data={**chosen(page), "past": "completed", "do": "check"})
    assert 'value="completed" selected' in shown.text
    code = {"has3": "1", "may3": "1", "m3": "1", "b3": "number"}
    answer = start(alice, url, past="completed", group_by="Order No", **code)
    assert answer.status_code == 303, answer.text
    receipt = alice.client.get(answer.location).text
    assert "All rows were dealt with." in receipt
    with acme.acting(alice) as by:
        order = order_of(by, "7")
        assert (order.status, order.net) == ("completed", Decimal(22))
    again = given(alice, file, kind="orders")
    assert 'value="completed" selected' in alice.client.get(again).text, "as the last time"


def test_what_was_bought_counts_for_customers_and_unnamed_buyers_are_none(
    acme: Workspace, alice: Person
) -> None:
    rows = [*TWO, ("9", "", "GB", "2026-01-05", "A", "Ax", "1", "500")]
    with acme.acting(alice) as by:
        assert take(by, sheet(*rows)).created == 4
        bought = by.session.execute(purchases(by)).all()
        assert sorted(row.amount for row in bought) == [Decimal("2.5"), Decimal(9), Decimal(22)]
    for key in OURS:
        shown = alice.client.get(f"/reports/ready/{key}")
        assert shown.status_code == 200, shown.text
        assert SHOWN[key] <= set(AMOUNT.findall(shown.text)), "totals have what strangers bought"
