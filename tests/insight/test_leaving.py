"""Who is leaving, by their own baseline; the chance; what is done about it and what it brings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.crm.models import Activity
from app.insight.models import InsightRescue, InsightSnapshot
from app.insight.operations.purchase_model import fit
from app.insight.operations.reasons import FEWER, find_reasons
from app.insight.operations.rescues import begin_rescue, outcome_of
from app.insight.pages.sentences import reasons_of, sentence
from app.kernel.errors import Conflict, Missing, Refused
from app.kernel.language import using
from app.modules import install_record_types
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.insight.histories import AS_OF, bought, crowd, found, on, reckoned, regular

install_record_types()


def test_who_is_late_by_their_own_rhythm_is_leaving_and_who_is_slow_is_not(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        quick = regular(by, "Quick", AS_OF - timedelta(days=75), every=29, times=8)
        slow = regular(by, "Slow", AS_OF - timedelta(days=75), every=80, times=8)
        gone = regular(by, "Gone", AS_OF - timedelta(days=400), every=29, times=8)
        once = make_account(by, name="Once")
        bought(by, once, AS_OF - timedelta(days=75))
        run = reckoned(by)
        standings = {one.name: found(by, run, one).standing for one in (quick, slow, gone, once)}
        assert standings == {"Quick": "leaving", "Slow": "steady", "Gone": "gone", "Once": "new"}
        one = found(by, run, quick)
        assert "rhythm" in one.reasons
        assert one.at_risk is not None
        assert one.usual_year is not None
        assert 0 < one.at_risk < one.usual_year


def test_each_reason_is_a_sentence_with_its_numbers_in_both_languages(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        fence = make_account(by, name="Fence")
        for number in range(8):
            bought(by, fence, AS_OF - timedelta(days=75 + number * 29), 1200)
        one = found(by, reckoned(by), fence)
        assert one.reasons == ["rhythm", "fall"]
        with using("en"):
            rhythm, fall = reasons_of(one, by)
            assert rhythm == "Usually orders every 29 days, last order 75 days ago."
            assert fall == "Spent £1.2K in the last 90 days, £3.6K in the 90 before."
        with using("zh-CN"):
            assert reasons_of(one, by)[0] == "通常每 29 天下一单，上一单在 75 天前。"


def test_who_is_leaving_by_the_chance_alone_is_not_told_to_be_late(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        early = regular(by, "Early", AS_OF - timedelta(days=56), every=65, times=8)
        late = regular(by, "Late", AS_OF - timedelta(days=75), every=29, times=8)
        run = reckoned(by)
        for one in by.session.scalars(select(InsightSnapshot)):
            one.risk = 0.9 if one.account_id in (early.id, late.id) else 0.1
        by.session.flush()
        find_reasons(by, run, has_model=True)
        by.session.expire_all()
        one = found(by, run, early)
        assert (one.standing, one.reasons) == ("leaving", ["likeness"])
        assert "likeness" not in found(by, run, late).reasons
        usual = "Usually orders every 65 days, last order 56 days ago."
        with using("en"):
            (told,) = reasons_of(one, by)
            assert told == f"Customers who ordered as they do often stayed away. {usual}"
        with using("zh-CN"):
            assert reasons_of(one, by)[0].startswith("下单情况与其相近的客户后来常常不再下单。")


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        (1, "1 order in the last 90 days, 4 in the 90 before."),
        (0, "0 orders in the last 90 days, 4 in the 90 before."),
    ],
)
def test_fewer_orders_are_told_in_the_number_they_are(
    acme: Workspace, alice: Person, orders: int, told: str
) -> None:
    with acme.acting(alice) as by:
        one = InsightSnapshot(bought_90=orders, bought_before=4)
        with using("en"):
            assert sentence(FEWER, one, by) == told


def test_a_season_that_falls_each_year_makes_nobody_suspect(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        usual, sudden = make_account(by, name="Skis"), make_account(by, name="Fences")
        for name, years in ((usual, (0, 1, 2)), (sudden, (0,))):
            for year in range(3):
                for week in range(26):
                    ago = year * 365 + week * 7
                    is_low = week < 13 and year in years
                    bought(by, name, AS_OF - timedelta(days=ago), 100 if is_low else 1000)
        run = reckoned(by)
        assert found(by, run, usual).standing == "steady"
        assert found(by, run, sudden).reasons == ["fall", "season"]


def test_a_silence_of_every_year_is_no_reason_and_a_new_one_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        usual, sudden = make_account(by, name="Candles"), make_account(by, name="Fences")
        for year in range(3):
            for number in range(4):
                bought(by, usual, AS_OF - timedelta(days=year * 365 + 190 + number * 7))
        for number in range(40):
            bought(by, sudden, AS_OF - timedelta(days=190 + number * 14))
        run = reckoned(by)
        assert (found(by, run, usual).standing, found(by, run, usual).reasons) == ("steady", [])
        assert "rhythm" in found(by, run, sudden).reasons


def test_the_model_learns_what_parts_those_who_left_from_those_who_stayed() -> None:
    rows = [(1.0, float(number % 10)) for number in range(200)]
    left = [1.0 if number % 10 > 4 or number == 3 else 0.0 for number in range(200)]
    level, slope = fit(rows, left)
    assert slope > 0
    assert abs(level + slope * 4.5) < 1, "even chances between the two groups"


def test_one_press_plans_the_call_in_three_steps_and_only_one_is_open(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        late = regular(by, "Late", AS_OF - timedelta(days=75), every=29, times=8, amount=290)
        steady = regular(by, "Steady", AS_OF)
        reckoned(by)
        then = on(by, AS_OF)
        rescue = begin_rescue(then, late.id)
        activity = by.session.get_one(Activity, rescue.activity_id)
        assert (activity.kind, activity.account_id) == ("call", late.id)
        assert [line[:2] for line in (activity.body or "").split("\n\n")] == ["1.", "2.", "3."]
        assert 850 < rescue.usual_90 <= 900, "their own interval, drawn a little to that of all"
        with pytest.raises(Conflict):
            begin_rescue(then, late.id)
        with pytest.raises(Refused):
            begin_rescue(then, steady.id)


def test_who_may_not_read_an_account_cannot_follow_it_up(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        late = regular(by, "Late", AS_OF - timedelta(days=75), every=29, times=8)
        reckoned(by)
        late_id = late.id
    with acme.acting(bob) as by, pytest.raises(Missing):
        begin_rescue(by, late_id)


def test_a_follow_up_begins_on_the_day_of_the_press_and_not_by_figures_of_long_ago(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        late = regular(by, "Late", AS_OF - timedelta(days=75), every=29, times=8)
        reckoned(by)
        with pytest.raises(Refused):
            begin_rescue(on(by, AS_OF + timedelta(days=4)), late.id)
        day = AS_OF + timedelta(days=3)
        assert begin_rescue(on(by, day), late.id).begun_on == day


def test_the_usual_quarter_is_the_customers_own_and_not_drawn_to_that_of_others(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(40):
            regular(by, f"Quick {number}", AS_OF, every=5, times=9)
        slow = regular(by, "Slow", AS_OF - timedelta(days=150), every=60, times=4, amount=600)
        reckoned(by)
        assert begin_rescue(on(by, AS_OF), slow.id).usual_90 == Decimal(900)


def test_who_is_silenced_follows_nobody_up(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by, 20)
        late = regular(by, "Late", AS_OF - timedelta(days=75), every=29, times=8)
        run = reckoned(by)
        assert found(by, run, late).standing == "leaving"
        with pytest.raises(Refused):
            begin_rescue(on(by, AS_OF), late.id)


def test_a_follow_up_goes_along_when_its_customer_is_merged_and_comes_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        late, other = (
            regular(by, name, AS_OF - timedelta(days=75), every=29, times=8)
            for name in ("Late", "Late again")
        )
        kept = make_account(by, name="Late Ltd")
        reckoned(by)
        first, second = (begin_rescue(on(by, AS_OF), one.id) for one in (late, other))
        ids = (first.id, second.id)
        merge = merge_records("account", kept.id, [late.id, other.id], by=by)
        by.session.expire_all()
        left = by.session.scalars(select(InsightRescue)).all()
        assert [(one.id, one.account_id) for one in left] == [(ids[0], kept.id)]
        undo_merge(merge.id, by=by)
        by.session.expire_all()
        back = by.session.execute(select(InsightRescue.id, InsightRescue.account_id)).all()
        assert {tuple(one) for one in back} == {(ids[0], late.id), (ids[1], other.id)}


def test_recovery_is_measured_against_the_usual_pace(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        crowd(by)
        back = regular(by, "Back", AS_OF - timedelta(days=75), every=30, times=8, amount=300)
        away = regular(by, "Away", AS_OF - timedelta(days=75), every=30, times=8, amount=300)
        reckoned(by)
        for one in (back, away):
            begin_rescue(on(by, AS_OF), one.id)
        bought(by, back, AS_OF + timedelta(days=10), 300)
        bought(by, back, AS_OF + timedelta(days=40), 300)
        reckoned(by, AS_OF + timedelta(days=60))
        rows = {one.account_id: one for one in by.session.scalars(select(InsightRescue))}
        assert (rows[back.id].outcome, rows[back.id].bought, rows[back.id].spent) == (
            "recovered",
            2,
            Decimal(600),
        )
        assert rows[away.id].outcome == "open"
        reckoned(by, AS_OF + timedelta(days=100))
        assert by.session.get_one(InsightRescue, rows[away.id].id).outcome == "lost"


@pytest.mark.parametrize(
    ("bought_times", "spent", "passed", "outcome"),
    [
        (0, 0, 10, "open"),
        (0, 0, 91, "lost"),
        (1, 10, 90, "open"),
        (1, 10, 91, "lost"),
        (3, 900, 91, "recovered"),
        (1, 100, 30, "recovered"),
        (1, -50, 30, "open"),
    ],
)
def test_what_a_follow_up_came_to(bought_times: int, spent: int, passed: int, outcome: str) -> None:
    found_outcome = outcome_of(bought_times, Decimal(spent), passed, Decimal(30), Decimal(300))
    assert found_outcome == outcome
