"""The value matrix: thresholds, hysteresis, who moved; settings; old runs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.quadrants import place_in_quadrants, threshold
from app.insight.operations.reckon import keep_classes, reckon
from app.insight.operations.runs import begin_run, firms_today, thin_runs
from app.insight.operations.settings import save_settings, settings_of
from app.jobs.progress import Work
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field, retire_field
from app.records.custom.wish import Wish
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account
from tests.insight.histories import AS_OF, all_of, bought, crowd, found, gave_back, reckoned

install_record_types()


def worth(by: Actor, day: date, *values: tuple[int, int]) -> tuple[InsightRun, list[Account]]:
    """A run in which customers have these current and potential values."""
    known = by.session.scalars(select(Account).order_by(Account.created_at, Account.id)).all()
    accounts = list(known) or [make_account(by, name=f"Firm {n}") for n in range(len(values))]
    run = InsightRun(id=new_id(), as_of=day, state="done", created_at=by.now, facts={})
    by.session.add(run)
    by.session.flush()
    for account, (current, potential) in zip(accounts, values, strict=True):
        zero = dict.fromkeys(
            (
                "spent",
                "spent_90",
                "spent_before",
                "spent_year",
                "spent_year_before",
                "season_90",
                "season_before",
                "historic",
            ),
            Decimal(0),
        )
        by.session.add(
            InsightSnapshot(
                run_id=run.id,
                account_id=account.id,
                frequency=1,
                returns=0,
                bought_90=0,
                bought_before=0,
                current=Decimal(current),
                potential=Decimal(potential),
                **zero,
            )
        )
    by.session.flush()
    return run, accounts


@pytest.mark.parametrize(
    ("way", "mark"), [("median", 30), ("mean", 40), ("pareto", 30), ("own", 77)]
)
def test_the_ways_to_set_a_threshold(acme: Workspace, alice: Person, way: str, mark: int) -> None:
    with acme.acting(alice) as by:
        run, _accounts = worth(by, AS_OF, (10, 0), (20, 0), (30, 0), (40, 0), (100, 0))
        assert threshold(by.session, run.id, "current", way, Decimal(77)) == mark


def test_equal_values_stand_together_before_a_pareto_threshold(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        run, _accounts = worth(by, AS_OF, *((50, 0) for _one in range(6)), (1, 0))
        assert threshold(by.session, run.id, "current", "pareto", None) == 50


def test_margin_is_no_basis_without_a_percentage(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            save_settings(by, {"basis": "margin"})
        assert set(refused.value.errors) == {"margin_percent"}


def test_a_customer_moves_once_a_value_is_a_tenth_beyond_its_threshold(
    acme: Workspace, alice: Person
) -> None:
    marks = {"current": Decimal(100), "potential": Decimal(100)}
    with acme.acting(alice) as by:
        first, accounts = worth(by, AS_OF, (100, 100), (99, 100), (100, 0), (0, 0))
        place_in_quadrants(by.session, first.id, None, marks)
        by.session.expire_all()
        placed = [found(by, first, one).quadrant for one in accounts]
        assert placed == ["strategic", "ordinary", "profitable", "risk"]
        second, _same = worth(
            by, AS_OF + timedelta(days=1), (91, 91), (109, 100), (89, 0), (0, 110)
        )
        place_in_quadrants(by.session, second.id, first.id, marks)
        by.session.expire_all()
        moved = [found(by, second, one) for one in accounts]
        assert [one.quadrant for one in moved] == ["strategic", "ordinary", "risk", "ordinary"]
        assert [one.quadrant_before for one in moved] == placed


def test_nothing_is_high_where_nobody_is_worth_anything(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        run, accounts = worth(by, AS_OF, (0, 0), (0, 0))
        marks = {
            key: threshold(by.session, run.id, key, "median", None)
            for key in ("current", "potential")
        }
        place_in_quadrants(by.session, run.id, None, marks)
        by.session.expire_all()
        assert {found(by, run, one).quadrant for one in accounts} == {"risk"}


def test_settings_are_checked_kept_and_told_to_the_second_of_two(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            save_settings(by, {"current_by": "own", "margin_percent": "101", "basis": "luck"})
        assert set(refused.value.errors) == {"current_own", "margin_percent", "basis"}
        kept = save_settings(
            by,
            {
                "current_by": "own",
                "current_own": "5,000",
                "names": {"strategic": {"name": {"en": "Allies", "zh-CN": "盟友"}}},
            },
            0,
        )
        assert (kept.current_own, kept.version) == (Decimal(5000), 1)
        assert settings_of(by).named("strategic") in ("Allies", "盟友")
        with pytest.raises(Conflict):
            save_settings(by, {"basis": "revenue"}, 0)
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        save_settings(by, {"basis": "revenue"})


def test_classes_are_kept_as_fields_where_that_is_switched_on(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"keeps_fields": True})
        keys = by.session.scalars(select(CustomField.key).order_by(CustomField.key)).all()
        assert keys == ["x_customer_class", "x_customer_tenure"]
    with acme.acting(alice) as by:
        today = firms_today(by)
        crowd(by, 31, today)
        run = reckoned(by, today)
        assert keep_classes(by, run.id, in_steps=False) == 31
        by.session.expire_all()
        for one in all_of(by, run):
            account = by.session.get_one(Account, one.account_id)
            assert account.custom["x_customer_class"] == one.customer_class
            assert account.custom["x_customer_tenure"] == one.tenure
            version = account.version
        assert keep_classes(by, reckoned(by, today).id, in_steps=False) == 0
        assert by.session.get_one(Account, one.account_id).version == version, "written once"


def test_who_has_no_purchase_left_loses_the_class(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"keeps_fields": True})
    with acme.acting(alice) as by:
        today = firms_today(by)
        crowd(by, 31, today)
        once = make_account(by, name="Once")
        order = bought(by, once, today, 70)
        keep_classes(by, reckoned(by, today).id, in_steps=False)
        by.session.expire_all()
        assert by.session.get_one(Account, once.id).custom["x_customer_tenure"] == "new"
        gave_back(by, order, today, 70)
        keep_classes(by, reckoned(by, today).id, in_steps=False)
        by.session.expire_all()
        kept = by.session.get_one(Account, once.id).custom
        assert (kept.get("x_customer_class"), kept.get("x_customer_tenure")) == (None, None)


def test_of_few_customers_and_of_a_past_day_no_class_is_kept(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"keeps_fields": True})
        crowd(by, 29, firms_today(by) - timedelta(days=5))
        assert keep_classes(by, reckoned(by, firms_today(by)).id, in_steps=False) == 0
        crowd(by, 31, firms_today(by) - timedelta(days=5))
        earlier = reckoned(by, firms_today(by) - timedelta(days=1))
        assert keep_classes(by, earlier.id, in_steps=False) == 0


def test_the_fields_of_a_run_that_ended_after_midnight_are_written(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"keeps_fields": True})
        today = firms_today(by)
        crowd(by, 31, today)
        run_id = begin_run(by).id
    clock.shift(timedelta(days=1))
    with acme.acting() as by:
        reckon(by, run_id, in_steps=False)
        assert keep_classes(by, run_id, in_steps=False) == 31


def test_a_field_of_the_same_key_that_holds_something_else_is_left_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = registry().type("account")
        wish = Wish(label={"en": "Our grade"})
        row = define_field(by, account, "text", wish, key="x_customer_class")
        for _time in range(2):
            with pytest.raises(Refused) as refused, by.session.begin_nested():
                save_settings(by, {"keeps_fields": True})
            assert "Our grade" in str(refused.value.errors["keeps_fields"])
            retire_field(by, row)
        assert row.retired_at is not None, "it is not brought back either"


def test_a_run_is_done_for_who_waits_before_fields_are_written(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_settings(by, {"keeps_fields": True})
        crowd(by, 31, firms_today(by))
        run_id = begin_run(by).id
        reckon(by, run_id, in_steps=False)
        by.session.flush()
        assert by.session.get_one(Work, run_id).state == "done"
        held = by.session.scalars(select(Account.custom)).all()
        assert not any("x_customer_class" in one for one in held), "that is a job of its own"


def test_of_old_runs_month_ends_stay(acme: Workspace, alice: Person, clock: Clock) -> None:
    with acme.acting(alice) as by:
        today = firms_today(by)
        for ago in range(100):
            worth(by, today - timedelta(days=ago))
        newest = by.session.scalars(select(InsightRun).where(InsightRun.as_of == today)).one()
        newest.is_current = True
        by.session.flush()
        thin_runs(by)
        days = set(by.session.scalars(select(InsightRun.as_of)))
        assert {today - timedelta(days=ago) for ago in range(7)} <= days
        older = sorted(day for day in days if day <= today - timedelta(days=7))
        assert len(older) <= 5
        assert all((day + timedelta(days=1)).day == 1 for day in older if day.month != today.month)
