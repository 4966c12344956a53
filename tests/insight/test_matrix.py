"""The value matrix: thresholds, hysteresis, who moved; settings; old runs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.insight.operations.quadrants import place_in_quadrants, threshold
from app.insight.operations.runs import firms_today, thin_runs
from app.insight.operations.settings import save_settings, settings_of
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.custom.models import CustomField
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account
from tests.insight.histories import AS_OF, all_of, crowd, found, reckoned

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
        today = firms_today(by)
        crowd(by, 31, today)
        run = reckoned(by, today)
        for one in all_of(by, run):
            account = by.session.get_one(Account, one.account_id)
            assert account.custom["x_customer_class"] == one.customer_class
            assert account.custom["x_customer_tenure"] == one.tenure
            version = account.version
        reckoned(by, today)
        assert by.session.get_one(Account, one.account_id).version == version, "written once"


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
