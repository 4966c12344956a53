"""An order on its pages: the editor, cancelling, and who accepts or gives back at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.crm.models import Account
from app.kernel.errors import Refused
from app.records.door import perform
from app.sales.lines.papers import standing_lines
from app.sales.models import Order, Quote
from tests.cast import HostClient, Person, Workspace
from tests.sales.test_led_on import panel
from tests.sales.test_orders import make_order, return_of, sold
from tests.sales.test_quote_pages import link, make, sent, stranger
from tests.sales.test_quotes import FENCE

__all__ = ["stranger"]


def order_by(acme: Workspace, who: Person) -> UUID:
    with acme.acting(who) as by:
        return make_order(by).id


def test_the_editor_keeps_lines_and_conditions_together(acme: Workspace, alice: Person) -> None:
    order_id = order_by(acme, alice)
    shown = alice.client.get(f"/orders/{order_id}/lines").get_data(as_text=True)
    assert "Green fence" in shown
    form = sent(
        {"name": "Red fence", "quantity": "3", "unit_price": "10"},
        version="1",
        payment_days="45",
        deposit="20",
        deliver_on="2030-01-31",
    )
    answer = alice.client.post(f"/orders/{order_id}/lines", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with acme.acting(alice) as by:
        order = by.session.get_one(Order, order_id)
        assert (order.payment_days, order.deposit, str(order.deliver_on)) == (45, 20, "2030-01-31")
        assert [one.name for one in standing_lines(order, by)] == ["Red fence"]
    wrong = sent({"name": "Red fence", "quantity": "many", "unit_price": "10"}, version="2")
    refused = alice.client.post(f"/orders/{order_id}/lines", data=wrong)
    assert refused.status_code == 422
    assert 'value="many"' in refused.get_data(as_text=True)


def test_an_order_is_cancelled_with_a_reason_beside_its_field(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    order_id = order_by(acme, alice)
    assert alice.client.get(f"/orders/{order_id}/cancel").status_code == 200
    assert dora.client.get(f"/orders/{order_id}/cancel").status_code == 403
    refused = alice.client.post(f"/orders/{order_id}/cancel", data={"reason": " "})
    assert refused.status_code == 422
    assert 'aria-describedby="reason-error"' in refused.text  # Read with it, and kept by the guard.
    done = alice.client.post(f"/orders/{order_id}/cancel", data={"reason": "They left"})
    assert done.status_code == 303
    shown = alice.client.get(f"/orders/{order_id}").get_data(as_text=True)
    assert "They left" in shown


def test_an_order_that_lies_ahead_says_so(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        ahead = make_order(by, ordered_at="2099-01-01T10:00:00Z").id
    told = "This order is dated ahead"
    assert told in alice.client.get(f"/orders/{ahead}").get_data(as_text=True)
    usual = order_by(acme, alice)
    assert told not in alice.client.get(f"/orders/{usual}").get_data(as_text=True)


def test_orders_stand_beside_their_customer_with_what_they_come_to(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first = sold(by)
        fence, first_id, number = first.account_id, first.id, first.number
        sold(by, account=by.session.get_one(Account, fence))
        make_order(by, account=by.session.get_one(Account, fence))
    shown = alice.client.get(f"/accounts/{fence}").get_data(as_text=True)
    assert f"/orders/{first_id}" in shown
    assert f"<b>{number}</b>" in shown  # Not the customer's own name, once more.
    assert "Confirmed in all: £300.00" in shown


def test_two_who_accept_at_once_have_one_order(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, send=True)
    address = link(alice, quote_id)
    clients: list[tuple[HostClient, str]] = [
        *((stranger(acme), f"{address}/accept") for _n in range(2)),
        *((alice.client, f"/quotes/{quote_id}/accept") for _n in range(1)),
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda one: one[0].post(one[1], data={"name": "F", "agreed": "1"}), clients))
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        orders = by.session.scalars(select(Order.id).where(Order.quote_id == quote_id)).all()
        assert (quote.status, orders) == ("accepted", [quote.order_id])
        assert by.session.scalar(select(func.count()).select_from(Order)) == 1
    shown = alice.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    assert f"/orders/{orders[0]}" in shown


def test_two_who_give_the_same_back_at_once_give_it_back_once(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        ids = []
        for _time in range(2):
            perform("order", "credit", order, by=by)
            back = return_of(order, by)
            ids.append(back.id)
            back.deleted_at = by.now  # The next begins with all of it as well.
            by.session.flush()
        for one in ids:
            by.session.get_one(Order, one).deleted_at = None
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: alice.client.post(f"/orders/{one}/confirm"), ids))
    with acme.acting(alice) as by:
        found = by.session.scalars(select(Order.status).where(Order.id.in_(ids)))
        assert sorted(found) == ["confirmed", "draft"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bought=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    back=st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), max_size=3),
)
def test_sums_are_those_of_lines_and_returns_never_exceed(
    acme: Workspace, alice: Person, bought: list[int], back: list[list[int]]
) -> None:
    with acme.acting(alice) as by:
        names = [f"Fence {n}" for n in range(len(bought))]
        lines = [{**FENCE, "name": name} for name in names]
        order = sold(
            by,
            *({**one, "quantity": str(n)} for one, n in zip(lines, bought, strict=True)),
        )
        assert order.net == Decimal("12.50") * sum(bought)
        assert order.total == order.net + (order.tax or 0)
        left = list(bought)
        for counts in back:
            wanted = counts[: len(left)]
            if not any(wanted) or not any(left):
                continue
            fits = all(n <= most for n, most in zip(wanted, left, strict=True))
            perform("order", "credit", order, by=by)
            one = return_of(order, by)
            given_back = [
                {**line, "quantity": str(-n)} for line, n in zip(lines, wanted, strict=True) if n
            ]
            try:
                perform("order", "set_lines", one, by=by, lines=given_back)
                perform("order", "confirm", one, by=by)
                assert fits
                left = [most - n for n, most in zip(wanted, left, strict=True)]
                assert one.net == -Decimal("12.50") * sum(wanted)
            except Refused:
                assert not fits
                perform("order", "delete", one, by=by)


def test_an_order_beside_its_customer_says_in_a_word_that_it_is_completed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        order = sold(by)
        fence = order.account_id
        perform("order", "complete", order, by=by)
    beside = panel(alice, f"/accounts/{fence}", "Orders")
    line = beside.partition(f'href="/orders/{order.id}"')[2].partition("</a>")[0]
    assert "· Completed" in line
    assert "Order completed" not in line


def test_mails_are_written_in_the_composer_of_an_order(acme: Workspace, alice: Person) -> None:
    order_id = order_by(acme, alice)
    shown = alice.client.get(f"/orders/{order_id}").get_data(as_text=True)
    composer = shown.partition("data-tabs")[2].partition("</section>")[0]
    assert 'id="tab-mail"' in composer
    assert f'data-hx-get="/orders/{order_id}/mail"' in composer
    assert alice.client.get(f"/orders/{order_id}/mail").status_code == 200
