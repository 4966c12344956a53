"""Lines of orders in reports: by product, category, customer and month, as their orders allow."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.records.filters import Filter, Group, Node
from app.records.parts.rows import part_rows
from app.records.registry import registry
from app.records.tailored import tailored
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.reports.ready import ready_reports
from app.sales.line_reports import LINE_REPORTS
from app.sales.models import Order, OrderLine
from tests.cast import Person, Workspace
from tests.factories import make_account, make_category, make_product
from tests.records.api.conftest import Programs, program
from tests.reports.test_totals import _demand_whole, expected
from tests.sales.test_orders import return_of, sold

__all__ = ["program"]

install_record_types()
READ = {
    (kind, "read"): Reach.ALL
    for kind in ("order", "account", "product", "product_category", "contact", "quote")
}
BY_PRODUCT = Definition(
    "order_line", (Grouped("product_id", sort="most"),), (Measure("sum", "net"), Measure())
)


def told(definition: Definition, by: Actor) -> dict[Any, tuple[Any, ...]]:
    """The numbers of each group by its title, and of all together under None."""
    result = run_report(definition, by)
    named = {
        " / ".join(str(one.title or one.text) for one in place if one is not None): numbers
        for place, numbers in result.cells.items()
        if all(one is not None for one in place)
    }
    return {**named, None: result.at(result.whole)}


def reader(by: Actor, *hidden: tuple[str, str], **grants: Reach) -> Actor:
    """Somebody who reads orders and what they name, but for what is hidden from them."""
    rights = {**READ, **{(kind, "read"): reach for kind, reach in grants.items()}}
    return replace(by, rights=Rights(rights, dict.fromkeys(hidden, FieldAccess.HIDDEN)))


@pytest.fixture
def drill(acme: Workspace, alice: Person) -> UUID:
    """A drill of the category Tools that costs 60, sold three times less one that came back."""
    with acme.acting(alice) as by:
        tools = make_category(by)
        product = make_product(
            by, list_price="100", cost="60", tax_rate="20", category_id=str(tools.id)
        )
        line = {"product_id": str(product.id), "quantity": "2", "discount": "10"}
        order = sold(by, line, {"name": "Freight", "quantity": "1", "unit_price": "15"})
        perform("order", "complete", order, by=by)
        perform("order", "credit", order, by=by)
        back = return_of(order, by)
        given_back = [{"product_id": str(product.id), "quantity": "-1", "discount": "10"}]
        perform("order", "set_lines", back, by=by, lines=given_back)
        perform("order", "confirm", back, by=by)
        perform("order", "complete", back, by=by)
        return product.id


@pytest.mark.usefixtures("drill")
def test_sales_by_product_are_those_of_the_lines_less_what_came_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        keys = ("net", "quantity", "discount", "tax", "cost", "margin")
        measures = tuple(Measure("sum", key) for key in keys)
        found = told(Definition("order_line", (Grouped("product_id"),), measures), by)
        assert [round(Decimal(str(one)), 2) for one in found["Hammer drill"]] == [
            Decimal(one) for one in ("90", "1", "10", "18", "60", "30")
        ]
        assert found[None][0] == 105, "freight is of no product"
        orders = (Measure("distinct", "order_id"), Measure())
        assert told(Definition("order_line", (), orders), by)[None] == (2, 3)


@pytest.mark.usefixtures("drill")
def test_the_category_of_a_product_and_the_facts_of_its_order_are_groups(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        groups = (Grouped("product_id.category_id"), Grouped("kind"))
        asked = Definition("order_line", groups, (Measure("sum", "net"),))
        found = told(asked, by)
        assert (found["Tools / sale"], found["Tools / return"]) == ((180,), (-90,))
        result = run_report(asked, by)
        for place, numbers in result.cells.items():
            assert numbers == expected(result, place, by), place
        _demand_whole(result, by)
        asked = Definition("order_line", (Grouped("account_id.country"),), (Measure("sum", "net"),))
        assert told(asked, by)[None] == (105,)


COSTS = [
    (("order", "margin"),),
    (("order", "cost"),),
    (("product", "cost"),),
]


@pytest.mark.usefixtures("drill")
@pytest.mark.parametrize("hidden", COSTS)
@pytest.mark.parametrize("key", ["cost", "margin"])
def test_a_hidden_cost_is_no_group_no_number_and_no_condition(
    acme: Workspace, alice: Person, hidden: tuple[tuple[str, str], ...], key: str
) -> None:
    with acme.acting(alice) as by:
        assert told(Definition("order_line", (), (Measure("sum", key),)), by)[None][0]
        blind = reader(by, *hidden)
        grouped = Definition("order_line", (Grouped(key),), (Measure(),))
        assert not run_report(grouped, blind).dimensions
        for what in ("sum", "average", "min", "max", "distinct", "share"):
            with pytest.raises(NotPermitted):
                run_report(Definition("order_line", (), (Measure(what, key),)), blind)
        condition = Filter(key, "gt", "0")
        with pytest.raises(NotPermitted):
            run_report(Definition("order_line", (), (Measure(),), (condition,)), blind)
        rate = Measure("rate", "", (condition,))
        with pytest.raises(NotPermitted):
            run_report(Definition("order_line", (), (rate,)), blind)
        lines = tailored(registry().counted("order_line") or "", blind)
        with pytest.raises(Refused):
            part_rows(lines, (condition,), blind)
        assert key not in part_rows(lines, (), blind).rows[0]._mapping


@pytest.mark.usefixtures("drill")
@pytest.mark.parametrize("key", ["net", "tax", "total"])
def test_who_does_not_see_what_orders_come_to_has_no_report_of_their_lines(
    acme: Workspace, alice: Person, key: str
) -> None:
    with acme.acting(alice) as by:
        blind = reader(by, ("order", key))
        with pytest.raises(NotPermitted):
            run_report(BY_PRODUCT, blind)


@pytest.mark.usefixtures("drill")
def test_lines_reach_as_far_as_their_orders(
    acme: Workspace, globex: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    with acme.acting(bob) as by:
        perform("order", "create", by=by, **order_of(by, "7"))
        own = reader(by, order=Reach.OWN)
        assert told(BY_PRODUCT, own)[None] == (7, 1)
        assert told(BY_PRODUCT, reader(by))[None] == (112, 4)
        with pytest.raises(NotPermitted):
            run_report(BY_PRODUCT, replace(by, rights=Rights({("account", "read"): Reach.ALL})))
    with globex.acting(charlie) as by:
        perform("order", "create", by=by, **order_of(by, "1000"))
        assert told(BY_PRODUCT, by)[None] == (1000, 1), "nobody else's lines"
    with acme.acting(alice) as by:
        assert told(BY_PRODUCT, by)[None] == (112, 4), "nor theirs here"
        mine = by.session.scalars(select(Order).where(Order.owner_id == bob.user_id)).one()
        perform("order", "delete", mine, by=by)
        assert told(BY_PRODUCT, by)[None] == (105, 3), "nothing in the recycle bin counts"


GROUPS = (
    Grouped("product_id", most=1, sort="most"),
    Grouped("product_id.category_id"),
    Grouped("account_id"),
    Grouped("account_id.country"),
    Grouped("ordered_at", "month"),
    Grouped("country"),
    Grouped("status"),
    Grouped("owner_id"),
    Grouped("quantity", step=Decimal(5)),
    Grouped("order_id"),
)
FILTERS: tuple[Node, ...] = (
    Filter("product_id", "isnull", "false"),
    Filter("product_id.category_id.name", "contains", "oo"),
    Filter("net", "gt", "50"),
    Filter("status", "eq", "draft"),
    Filter("order_id.total", "gte", "100"),
    Group("or", (Filter("account_id.country", "eq", "DE"), Filter("quantity", "lt", "4"))),
    Group("not", (Filter("country", "eq", "CN"), Filter("owner_id", "eq", "me"))),
)
SUMS = ("quantity", "net", "discount", "tax", "cost", "margin")


@pytest.fixture
def year(acme: Workspace, alice: Person, bob: Person) -> None:
    """Thirty orders of many lines, customers, months, countries, and of two owners."""
    random = Random(11)
    with acme.acting(alice) as by:
        categories = [make_category(by, name) for name in ("Tools", "Wood")]
        products = [
            make_product(
                by,
                f"Thing {number}",
                list_price=str(10 + number),
                cost=random.choice([None, "6.50"]),
                category_id=random.choice([None, *(str(one.id) for one in categories)]),
            )
            for number in range(6)
        ]
        accounts = [make_account(by, f"Firm {number}", country="DE") for number in range(3)]
        accounts.append(make_account(by, "Firm 3", country="CN", owner_id=bob.user_id))
        for number in range(30):
            some = [_line(random, products) for _n in range(random.randint(1, 5))]
            perform(
                "order",
                "create",
                by=by,
                account_id=str(random.choice(accounts).id),
                lines=some,
                ordered_at=f"2026-{random.randint(1, 9):02}-1{random.randint(0, 9)}T10:00:00Z",
                owner_id=str(random.choice([alice.user_id, bob.user_id])),
                country=random.choice(["DE", "CN", "FR"]),
            )
            if number % 7 == 0:
                made = by.session.scalars(select(Order).order_by(Order.id.desc())).first()
                perform("order", "delete", made, by=by)


def _line(random: Random, products: list[Any]) -> dict[str, Any]:
    quantity = str(random.choice([1, 2, 3, 7, 12]))
    discount = random.choice(["", "10", "33.3333"])
    if random.random() < 0.3:
        price = str(random.choice(["0.35", "19.99"]))
        return {"name": "Work", "quantity": quantity, "unit_price": price, "discount": discount}
    product_id = str(random.choice(products).id)
    return {
        "product_id": product_id,
        "quantity": quantity,
        "discount": discount,
        "tax_rate": random.choice(["0", "7", "19"]),
    }


@pytest.mark.usefixtures("year")
def test_every_number_is_the_sum_of_the_lines_that_it_opens(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope():
        boss, bobby = acme.actor(alice), acme.actor(bob)
        people = [boss, reader(bobby, order=Reach.OWN), reader(bobby, account=Reach.OWN)]
        definitions = st.builds(
            Definition,
            st.just("order_line"),
            st.lists(st.sampled_from(GROUPS), max_size=4, unique=True).map(tuple),
            st.lists(
                st.sampled_from([Measure(), *(Measure("sum", key) for key in SUMS)]),
                min_size=1,
                max_size=4,
                unique=True,
            ).map(tuple),
            st.lists(st.sampled_from(FILTERS), max_size=2, unique=True).map(tuple),
        )

        @settings(
            max_examples=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(definition=definitions, who=st.integers(0, 2))
        def agrees(definition: Definition, who: int) -> None:
            by = people[who]
            if definition.measures[0].key in ("cost", "margin") and who:
                definition = replace(definition, measures=(Measure(), *definition.measures))
            result = run_report(definition, by)
            for place, numbers in list(result.cells.items())[:40]:
                assert numbers == expected(result, place, by), (place, definition)
            _demand_whole_of_few(result, by)

        agrees()


def _demand_whole_of_few(result: Any, by: Actor) -> None:
    if len(result.cells) <= 40:
        _demand_whole(result, by)


@pytest.mark.usefixtures("year")
def test_all_lines_together_are_what_their_orders_come_to(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        per_order = run_report(
            Definition("order_line", (Grouped("order_id"),), (Measure("sum", "net"),)), by
        )
        live = {one.id: one for one in by.session.scalars(select(Order)) if not one.deleted_at}
        found = {
            place[0].value: numbers[0]
            for place, numbers in per_order.cells.items()
            if place[0] is not None
        }
        assert found == {key: one.net for key, one in live.items()}
        assert per_order.at(per_order.whole)[0] == sum(one.net or 0 for one in live.values())
        lines = by.session.scalars(select(OrderLine)).all()
        assert len(lines) > sum(1 for _one in live), "orders of several lines"


def test_the_rows_of_a_number_are_listed_with_their_orders(
    acme: Workspace, alice: Person, drill: UUID
) -> None:
    with acme.acting(alice) as by:
        orders = [str(one) for one in by.session.scalars(select(Order.id))]
    shown = alice.client.get(f"/parts/order_lines?product_id={drill}")
    assert shown.status_code == 200, shown.text
    assert all(f"/orders/{one}" in shown.text for one in orders)
    assert "Hammer drill" in shown.text
    assert "Freight" not in shown.text
    assert "£180.00" in shown.text
    assert "-£90.00" in shown.text
    report = alice.client.get("/reports/ready/sales-by-product")
    assert "/parts/order_lines?status=completed" in report.text.replace("&amp;", "&")
    wrong = alice.client.get("/parts/order_lines?nothing=1")
    assert wrong.status_code == 422
    assert alice.client.get("/parts/quote_lines").status_code == 404
    assert alice.client.get("/parts/order_lines?cursor=wrong").status_code == 422


def test_programs_read_lines_page_by_page(alice: Person, drill: UUID, program: Programs) -> None:
    caller = program(alice)
    first = caller.get("parts/order_lines?limit=2")
    assert first.status_code == 200, first.text
    body = json.loads(first.text)
    assert len(body["data"]) == 2
    rest = json.loads(caller.get(f"parts/order_lines?cursor={body['next']}").text)
    assert rest["next"] is None
    every = [*body["data"], *rest["data"]]
    assert len({one["id"] for one in every}) == 3
    assert {one["product_id"] for one in every} == {str(drill), None}
    assert sum(Decimal(one["net"]["amount"]) for one in every) == 105
    numbers = caller.post("reports/run", {"definition": {"record_type": "order_line"}})
    assert json.loads(numbers.text)["rows"][0]["values"] == [3]


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("sales-by-product", ("£90.00", "Hammer drill")),
        ("sales-by-category", ("£90.00", "Tools")),
        ("margin-by-product", ("£30.00", "Hammer drill")),
        ("sales-pivot", ("£90.00", "Hammer drill")),
    ],
)
@pytest.mark.usefixtures("drill")
def test_each_report_of_lines_counts_what_it_says(
    alice: Person, key: str, texts: tuple[str, ...]
) -> None:
    assert key in {one.key for one in LINE_REPORTS}
    shown = alice.client.get(f"/reports/ready/{key}")
    assert shown.status_code == 200, shown.text
    for text in texts:
        assert text in shown.text, text
    built = alice.client.get("/reports/build?type=order_line&g0=product_id&m0=sum:net")
    assert built.status_code == 200
    assert "£90.00" in built.text
    fields = alice.client.get("/parts/order_lines/filter/fields?q=category")
    assert "product_id.category_id" in fields.text
    assert "Alice" in alice.client.get("/parts/order_lines/filter/people?q=ali").text


def order_of(by: Actor, price: str) -> dict[str, Any]:
    """What an order of one text at a price is created with."""
    account = make_account(by, "Bob's customer")
    line = {"name": "Advice", "quantity": "1", "unit_price": price}
    return {"account_id": str(account.id), "lines": [line]}


def test_margins_by_product_are_offered_to_whoever_sees_margins(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        assert "margin-by-product" in {one.key for one in ready_reports(by)}
        seen = {one.key for one in ready_reports(reader(by, ("product", "cost")))}
        assert "margin-by-product" not in seen
        assert "sales-by-product" in seen
        seen = {one.key for one in ready_reports(reader(by, ("order", "net")))}
        assert not seen & {one.key for one in LINE_REPORTS}


def test_a_rounded_cent_is_no_discount(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sold(by, {"name": "Wire", "quantity": "2.5", "unit_price": "1.25"})
        asked = Definition("order_line", (), (Measure("sum", "discount"), Measure("sum", "net")))
        assert told(asked, by)[None] == (0, Decimal("3.13"))
