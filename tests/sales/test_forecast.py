"""The forecast: what counts in which month, for whom, against which target, and who sees it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.identity.operations.teams import create_team, tree
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.sales.models import Opportunity, Target
from app.sales.operations.forecast import forecast, overdue
from app.sales.operations.opportunities import today
from app.sales.operations.stages import load_pipelines
from app.sales.operations.target_sums import TargetSums
from app.sales.operations.targets import TEAM, USER, set_target, targets_between
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_opportunity
from tests.sales.conftest import repairs

install_record_types()

MAY, JUNE = date(2031, 5, 1), date(2031, 6, 1)


def in_stage(by: Actor, number: int, amount: str, close_on: str, **more: Any) -> Opportunity:
    stage = load_pipelines(by.session).in_use[0].in_use[number]
    return make_opportunity(by, amount=amount, close_on=close_on, stage_id=stage.id, **more)


def test_each_amount_counts_once_in_its_month_and_weighted_by_its_chance(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        in_stage(by, 0, "1000", "2031-05-31")  # 10 %, in the pipeline.
        in_stage(by, 2, "400", "2031-05-01", owner_id=bob.user_id)  # 50 %, best case.
        in_stage(by, 2, "70", "2031-06-01")
        found = forecast(by, MAY, date(2031, 7, 1))
        may = found.of([MAY])
        assert (may.pipeline, may.best_case, may.commit, may.won) == (1000, 400, 0, 0)
        assert may.weighted == Decimal(300)
        assert found.of([MAY], {bob.user_id}).weighted == Decimal(200)
        assert found.of([JUNE]).best_case == Decimal(70)


def test_what_is_won_counts_in_the_month_in_which_it_was_won(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        won = in_stage(by, 2, "400", "2031-05-01")
        perform("opportunity", "win", won, by=by)
        lost = in_stage(by, 2, "90", "2031-05-01")
        perform("opportunity", "lose", lost, by=by, reason="price")
        month = today(by).replace(day=1)
        beyond = date(2031, 7, 1)
        found = forecast(by, month, beyond)
        assert found.of([month]).won == Decimal(400)
        assert found.of([MAY]).best_case == Decimal(0)
        assert found.of([month, MAY]).weighted == Decimal(0)


def test_what_has_no_month_to_come_is_told_apart(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        in_stage(by, 0, "1000", "2020-01-01")
        make_opportunity(by, amount="20")
        in_stage(by, 0, "5", "2099-01-01")
        late = overdue(by)
        assert (late.count, late.amount) == (2, Decimal(1020))


def test_a_target_is_set_changed_and_taken_away_with_an_event_each(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        for amount in ("120,000", "90000", ""):
            set_target(by, USER, bob.user_id, MAY, amount)
        assert by.session.scalars(select(Target)).all() == []
        told = by.session.scalars(
            select(Event.verb).where(Event.record_type == "target").order_by(Event.at, Event.id)
        ).all()
        assert sorted(told) == ["created", "deleted", "updated"]


@pytest.mark.parametrize("amount", ["much", "-1", "NaN", "1e400", "10000000000000"])
def test_a_target_that_is_no_amount_is_refused(
    acme: Workspace, alice: Person, bob: Person, amount: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        set_target(by, USER, bob.user_id, MAY, amount)
    assert "amount" in refused.value.errors


def test_who_may_not_set_targets_sets_none_and_sees_their_own(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        set_target(by, USER, alice.user_id, MAY, "500")
        set_target(by, USER, bob.user_id, MAY, "300")
        assert {key[1] for key in targets_between(by, MAY, MAY)} == {alice.user_id, bob.user_id}
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            set_target(by, USER, bob.user_id, MAY, "1")
        seen = {key[1] for key in targets_between(by, MAY, MAY)}
        assert seen <= {alice.user_id, bob.user_id}
        assert bob.user_id in seen
    assert bob.client.get("/forecast/targets").status_code == 403


def test_the_page_shows_targets_and_every_figure_opens_its_rows(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        in_stage(by, 2, "400", "2031-05-01", owner_id=bob.user_id, name="Forty fences")
        in_stage(by, 2, "60", "2031-05-09", name="Six fences")
        set_target(by, USER, bob.user_id, MAY, "800")
    page = alice.client.get("/forecast?start=2031-05-01").text
    (line,) = re.findall(r'<tr><th scope="row"[^>]*>Bob.*?</tr>', page, re.DOTALL)
    assert ">£800<" in line
    rows = {
        alice.client.get(unescape(url)).text for url in re.findall(r'href="([^"]+)">£400', line)
    }
    assert len(rows) == 1
    assert "Forty fences" in min(rows)
    assert "Six fences" not in min(rows)
    whole = alice.client.get("/forecast?start=2031-05-01&who=team&span=quarter").text
    assert ">£460<" in whole


def test_what_is_overdue_in_one_pipeline_opens_its_rows_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        other = repairs(by)
        make_opportunity(by, "Old fence", amount="5", close_on="2020-05-05")
        late = {"amount": "7", "close_on": "2020-05-05", "pipeline_id": other.id}
        make_opportunity(by, "Old roof", **late)
    page = alice.client.get(f"/forecast?pipeline={other.id}").text
    (url,) = re.findall(r'class="board-note">.*?<a href="([^"]+)"', page, re.DOTALL)
    rows = alice.client.get(unescape(url)).text
    assert "Old roof" in rows
    assert "Old fence" not in rows


def test_an_address_that_makes_no_sense_shows_the_usual_page(
    acme: Workspace, alice: Person
) -> None:
    for said in ("start=9999-99-99", "start=0001-01-01", "span=day&who=cat", "pipeline=zzz"):
        assert alice.client.get(f"/forecast?{said}").status_code == 200


def test_targets_are_typed_in_a_table_and_all_or_none_are_kept(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    kept, wrong = f"user.{bob.user_id}.5", f"user.{alice.user_id}.5"
    answer = alice.client.post(
        "/forecast/targets", data={"year": "2031", kept: "300", wrong: "much"}
    )
    assert answer.status_code == 422
    for name, text in ((wrong, "much"), (kept, "300")):
        assert f'name="{name}" value="{text}"' in answer.text
    assert targets(acme) == {}
    told = alice.client.post("/forecast/targets", data={"year": "2031", kept: "300"})
    assert told.headers["Location"].endswith("/forecast/targets?year=2031")
    assert targets(acme) == {bob.user_id: Decimal(300)}


def targets(acme: Workspace) -> dict[UUID, Decimal]:
    with acme.scope() as session:
        return {one.of_id: one.amount for one in session.scalars(select(Target))}


def test_the_target_of_all_takes_that_of_a_team_where_it_has_one(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        north = create_team(by, name="North")
        harbour = create_team(by, name="Harbour", parent=north)
        by.session.get_one(User, bob.user_id).team_id = harbour.id
        by.session.get_one(User, dora.user_id).team_id = north.id
        set_target(by, USER, alice.user_id, MAY, "1")
        set_target(by, USER, bob.user_id, MAY, "20")
        set_target(by, USER, dora.user_id, MAY, "300")
        users, teams = list(by.session.scalars(select(User))), tree(by)

        def whole(month: date = MAY) -> Decimal | None:
            return TargetSums(targets_between(by, MAY, JUNE), users, teams).whole([month])

        assert (whole(), whole(JUNE)) == (Decimal(321), None)
        set_target(by, TEAM, harbour.id, MAY, "4000")
        assert whole() == Decimal(4301), "a team above counts what the one below is to win"
        set_target(by, TEAM, north.id, MAY, "50000")
        set_target(by, TEAM, north.id, JUNE, "7")
        assert (whole(), whole(JUNE)) == (Decimal(50001), Decimal(7))
        sums = TargetSums(targets_between(by, MAY, JUNE), users, teams)
        assert sums.team(harbour.id, [MAY, JUNE]) == Decimal(4000)
        assert sums.team(north.id, [MAY, JUNE]) == Decimal(50007)
    page = alice.client.get("/forecast?start=2031-05-01").text
    assert ">£50K<" in page.partition("<tfoot>")[2]
