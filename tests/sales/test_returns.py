"""Returns: never more than was sold, piece by piece, at its tax and in money; what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import MOST
from app.sales.models import Order, OrderLine
from app.sales.operations.returned import lines_left
from tests.cast import Person, Workspace
from tests.factories import make_account, make_product
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quotes import FENCE

install_record_types()

REBATE = {"name": "Rebate", "quantity": "-1", "unit_price": "50", "tax_rate": "20"}


def begun(sale: Order, by: Actor) -> Order:
    """A return of all that is left."""
    perform("order", "credit", sale, by=by)
    return return_of(sale, by)


def given_back(sale: Order, by: Actor, *lines: dict[str, Any]) -> Order:
    """A return of these lines, confirmed."""
    made = begun(sale, by)
    perform("order", "set_lines", made, by=by, lines=list(lines))
    perform("order", "confirm", made, by=by)
    return made


def against(sale: Order, by: Actor, *lines: dict[str, Any]) -> set[str]:
    """Beside which fields a return of these lines is refused."""
    made = begun(sale, by)
    with pytest.raises(Refused) as refused, by.session.begin_nested():
        perform("order", "set_lines", made, by=by, lines=list(lines))
    by.session.refresh(made)
    perform("order", "delete", made, by=by)
    return set(refused.value.errors)


def test_tax_goes_back_as_it_was_sold(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sale = sold(by, FENCE, {"name": "Gate", "unit_price": "900"})
        back = {**FENCE, "quantity": "-1"}
        assert against(sale, by, {**back, "tax_rate": "100"}) == {"lines.0.tax_rate"}
        assert against(sale, by, {**back, "tax_rate": "0"}) == {"lines.0.tax_rate"}
        assert given_back(sale, by, back).total == -15


def test_what_was_taken_off_is_not_paid_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sale = sold(by, FENCE, REBATE)
        assert (sale.net, sale.total) == (75, 90)
        assert against(sale, by, {**FENCE, "quantity": "-10"}) == {"lines"}
        assert against(sale, by, {**REBATE, "quantity": "1"}) == {"lines"}
        assert against(sale, by, {**FENCE, "quantity": "-10"}, {**REBATE, "quantity": "2"}) == {
            "lines.1.quantity"
        }
        given_back(sale, by, {**FENCE, "quantity": "-4"})
        rest = begun(sale, by)
        assert [one.quantity for one in standing_lines(rest, by)] == [-6, 1]
        perform("order", "confirm", rest, by=by)
        assert rest.total == Decimal("-30.00")
        with pytest.raises(Refused):
            perform("order", "credit", sale, by=by)


def test_cents_of_rounding_do_not_add_up(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sale = sold(by, {"name": "Nail", "quantity": "10", "unit_price": "0.335"})
        one = {"name": "Nail", "quantity": "-1", "unit_price": "0.335"}
        for _time in range(9):
            given_back(sale, by, one)
        assert against(sale, by, one) == {"lines.0.unit_price"}
        # What is begun is what can be confirmed.
        last = begun(sale, by)
        perform("order", "confirm", last, by=by)
        assert last.total == Decimal("-0.29")


def test_what_is_left_of_the_tax_is_all_that_goes_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        shelf = {"name": "Shelf", "quantity": "9", "unit_price": "0.33", "tax_rate": "20"}
        sale = sold(by, shelf)
        for _time in range(8):
            given_back(sale, by, {**shelf, "quantity": "-1"})
        last = begun(sale, by)
        perform("order", "confirm", last, by=by)
        counted = by.session.scalars(select(Order.total).where(Order.returns_id == sale.id))
        assert sum(counted) == -sale.total


def test_a_return_costs_what_was_sold_and_not_what_it_costs_by_now(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100", cost="60")
        line = {"product_id": str(drill.id), "quantity": "2"}
        sale = sold(by, line)
        perform("product", "update", drill, by=by, cost="90")
        back = begun(sale, by)
        assert (back.cost, back.margin) == (-120, -80)
        perform("order", "set_lines", back, by=by, lines=[{**line, "quantity": "-1"}])
        assert (back.cost, back.margin) == (-60, -40)


def test_a_return_is_for_whom_the_order_was_whoever_begins_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        sale_id = sold(by, account=fence, owner_id=str(bob.user_id)).id
        perform("account", "delete", fence, by=by)
    with acme.acting(bob) as by:
        sale = by.session.get_one(Order, sale_id)
        back = begun(sale, by)
        assert (back.account_id, back.kind) == (sale.account_id, "return")
        perform("order", "confirm", back, by=by)
        assert back.status == "confirmed"


def test_a_sale_leads_to_what_was_given_back_of_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        sale = sold(by)
        back_id = given_back(sale, by, {**FENCE, "quantity": "-2"}).id
    assert f"/orders/{back_id}" in alice.client.get(f"/orders/{sale.id}").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["order", "quote"])
def test_nobody_sells_less_than_nothing(acme: Workspace, alice: Person, kind: str) -> None:
    with acme.acting(alice) as by:
        lines = [FENCE, {**REBATE, "unit_price": "500"}]
        account_id = str(make_account(by).id)
        paper: Any = perform(kind, "create", by=by, account_id=account_id, lines=lines)
        assert paper.total < 0
        with pytest.raises(Refused) as refused:
            perform(kind, "confirm" if kind == "order" else "send", paper, by=by)
        assert set(refused.value.errors) == {"lines"}
        assert paper.number is None


def test_goods_come_back_by_a_return_and_no_other_way(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = str(make_product(by, list_price="100", number="D-1").id)
        for back in ({"product_id": drill, "quantity": "-1"}, {"name": "D-1", "quantity": "-1"}):
            with pytest.raises(Refused) as refused:
                make_order(by, FENCE, back)
            assert set(refused.value.errors) == {"lines.1.quantity"}
        sale = sold(by, {"product_id": drill, "quantity": "3"})
        given_back(sale, by, {"product_id": drill, "quantity": "-1"})


LINES = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(["0.335", "1", "12.50", "99.99"]),
        st.sampled_from([0, 13, 20]),
    ),
    min_size=1,
    max_size=3,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bought=LINES,
    rebate=st.integers(0, 5),
    back=st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), max_size=3),
    rate=st.sampled_from([None, 0, 13, 20, 100]),
)
def test_no_more_is_paid_back_than_was_paid(
    acme: Workspace,
    alice: Person,
    bought: list[tuple[int, str, int]],
    rebate: int,
    back: list[list[int]],
    rate: int | None,
) -> None:
    """Whatever prices, taxes and rebates there are; and what is begun at last can be confirmed."""
    with acme.acting(alice) as by:
        lines = [
            {
                "name": f"Fence {n}",
                "quantity": str(count),
                "unit_price": price,
                "tax_rate": str(tax),
            }
            for n, (count, price, tax) in enumerate(bought)
        ]
        less = (
            [{**REBATE, "unit_price": str(rebate), "tax_rate": lines[0]["tax_rate"]}]
            if rebate
            else []
        )
        draft = make_order(by, *lines, *less)
        if (draft.total or 0) < 0:
            return
        perform("order", "confirm", draft, by=by)
        perform("order", "deliver", draft, by=by)
        for counts in back:
            wanted = [
                {**one, "quantity": str(-n), **({} if rate is None else {"tax_rate": str(rate)})}
                for one, n in zip(lines, counts, strict=False)
                if n
            ]
            try:
                made = begun(draft, by)
            except Refused:
                break
            try:
                with by.session.begin_nested():
                    perform("order", "set_lines", made, by=by, lines=wanted)
                    perform("order", "confirm", made, by=by)
            except Refused:
                by.session.refresh(made)
                perform("order", "delete", made, by=by)
        if lines_left(draft, by):
            perform("order", "confirm", begun(draft, by), by=by)
        stands = (Order.returns_id == draft.id, Order.status == "confirmed")
        returns = by.session.scalars(select(Order).where(*stands)).all()
        assert -sum(one.total or 0 for one in returns) <= (draft.total or 0) + Decimal("0.01")
        for n, (count, _price, tax) in enumerate(bought):
            its = (
                OrderLine.name == f"Fence {n}",
                OrderLine.order_id.in_([one.id for one in returns]),
            )
            given = by.session.execute(
                select(OrderLine.quantity, OrderLine.tax_rate).where(*its)
            ).all()
            assert -sum(quantity for quantity, _tax in given) <= count
            assert {its_tax for _quantity, its_tax in given} <= {Decimal(tax)}


def test_of_more_lines_than_are_typed_a_return_begins_with_as_many_as_it_holds(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        sale = sold(by, *({"name": f"Nail {n}", "unit_price": "1"} for n in range(3)))
        model = OrderLine
        (line, *_rest) = by.session.scalars(select(model).where(model.order_id == sale.id)).all()
        told = {one.key: getattr(line, one.key) for one in model.__mapper__.column_attrs}
        more = [
            {**told, "id": new_id(), "position": n, "name": f"Nail {n}"} for n in range(4, MOST + 4)
        ]
        by.session.execute(insert(model), more)  # As a file brings them.
        sale.total = sale.net = Decimal(MOST + 3)
        sale.is_decided = True
        by.session.flush()
        first = begun(sale, by)
        assert first.total == -MOST
        perform("order", "confirm", first, by=by)
        assert begun(sale, by).total == -3
