"""What customers are worth: now, ahead, in revenue and in margin, and with odd amounts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.insight.operations.history import MOST
from app.insight.operations.runs import firms_today
from app.insight.operations.settings import save_settings
from app.modules import install_record_types
from tests.cast import Person, Workspace
from tests.factories import make_account, make_opportunity
from tests.insight.histories import AS_OF, bought, crowd, found, reckoned, regular

install_record_types()


def test_a_big_customer_who_stopped_has_a_high_historic_and_a_low_current_value(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        stopped = regular(by, "Stopped", AS_OF - timedelta(days=240), times=12, amount=9000)
        steady = regular(by, "Steady", AS_OF - timedelta(days=10), times=12, amount=900)
        run = reckoned(by)
        big, small = found(by, run, stopped), found(by, run, steady)
        assert big.historic == 12 * 9000 > small.historic
        assert big.current is not None
        assert small.current is not None
        assert big.current < small.current / 5
        # Some 365 / 30 purchases of 900 a year, drawn a little towards those of all.
        assert 7000 < small.current < 15000


def test_potential_is_open_sales_by_their_chance_and_the_gap_to_similar_customers(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        fence = regular(by, "Fence", AS_OF, times=4, amount=200)
        sale = make_opportunity(by, account_id=str(fence.id), amount="1000", probability="40")
        sale.created_at = by.now - timedelta(days=700)
        by.session.flush()
        one = found(by, reckoned(by), fence)
        assert one.open_value == Decimal(400)
        assert one.gap_value is not None
        assert one.potential == one.gap_value + 400


def test_open_sales_that_began_after_the_day_are_left_out(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        fence = regular(by, "Fence", AS_OF, times=4, amount=200)
        begun = by.now - timedelta(days=400)
        make_opportunity(by, account_id=str(fence.id), amount="1000", probability="40")
        older = make_opportunity(by, account_id=str(fence.id), amount="500", probability="40")
        older.created_at = begun
        by.session.flush()
        then = begun.astimezone(by.zone).date()
        assert found(by, reckoned(by, then), fence).open_value == Decimal(200)
        assert found(by, reckoned(by, firms_today(by)), fence).open_value == Decimal(600)


def test_in_margin_open_sales_count_as_the_margin_that_they_are_likely_to_bring(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"basis": "margin", "margin_percent": "25"})
        crowd(by)
        fence = regular(by, "Fence", AS_OF, times=4, amount=200)
        opportunity = make_opportunity(
            by, account_id=str(fence.id), amount="1000", probability="40"
        )
        opportunity.created_at = by.now - timedelta(days=700)
        by.session.flush()
        one = found(by, reckoned(by), fence)
        assert (one.historic, one.open_value) == (Decimal(200), Decimal(100))


def test_one_order_without_its_cost_turns_nothing_to_revenue_where_a_percentage_is_entered(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        bought(by, fence, AS_OF, 100, margin=Decimal(30))
        assert reckoned(by).basis == "margin"
        bought(by, fence, AS_OF - timedelta(days=9), 100)
        run = reckoned(by)
        assert (run.basis, found(by, run, fence).historic) == ("revenue", Decimal(200))
        save_settings(by, {"margin_percent": "10"})
        run = reckoned(by)
        assert (run.basis, found(by, run, fence).historic) == ("margin", Decimal(40))


def test_what_was_reckoned_in_another_basis_is_not_what_customers_moved_from(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by, 3)
        first = reckoned(by, AS_OF - timedelta(days=1))
        assert reckoned(by).previous_id == first.id
        save_settings(by, {"basis": "margin", "margin_percent": "10"})
        assert reckoned(by, AS_OF + timedelta(days=1)).previous_id is None


def test_one_mistyped_order_stops_nothing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        fence = regular(by, "Fence", AS_OF, times=4, every=2)
        for ago in range(0, 30, 2):
            bought(by, fence, AS_OF - timedelta(days=ago), 10**13)
        run = reckoned(by)
        one = found(by, run, fence)
        assert run.state == "done"
        assert one.spent == one.spent_90 == one.historic == MOST
        assert (one.usual_year, one.current) == (MOST, MOST)
