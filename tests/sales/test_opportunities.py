"""Opportunities: what their stage brings, what it asks for, and how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.modules import install_record_types
from app.records.door import perform
from app.sales.models import Opportunity
from app.sales.operations.opportunities import today
from app.sales.operations.pipelines import save_pipeline
from app.sales.operations.stages import StageFacts, load_pipelines
from tests.cast import Person, Workspace
from tests.factories import make_account, make_opportunity

install_record_types()


def stages(by: Actor) -> tuple[StageFacts, ...]:
    return load_pipelines(by.session).in_use[0].in_use


def move(opportunity: Opportunity, stage: StageFacts, by: Actor, **given: Any) -> None:
    perform("opportunity", "update", opportunity, by=by, stage_id=stage.id, **given)


def test_a_new_opportunity_begins_in_the_first_stage_with_its_chance_and_forecast(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        first = stages(by)[0]
        assert (found.stage_id, found.pipeline_id) == (first.id, first.pipeline_id)
        assert (found.probability, found.forecast_category) == (Decimal(10), "pipeline")
        assert (found.outcome, found.stage_since) == ("open", by.now)


def test_another_stage_brings_its_chance_unless_one_is_given_with_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by, amount="1200.00", close_on="2031-05-05")
        _first, second, third, *_rest = stages(by)
        move(found, second, by)
        assert (found.probability, found.forecast_category) == (Decimal(25), "pipeline")
        perform("opportunity", "update", found, by=by, probability=40)
        assert found.probability == Decimal(40)
        move(found, third, by, probability=60)
        assert (found.probability, found.forecast_category) == (Decimal(60), "best_case")
        perform("opportunity", "update", found, by=by, probability=None)
        assert found.probability == Decimal(50)


def test_a_stage_asks_for_what_it_needs_and_keeps_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        proposal, negotiation = stages(by)[2:4]
        for stage in (proposal, negotiation):  # What an earlier stage asks for is asked on.
            with pytest.raises(Refused) as refused, by.session.begin_nested():
                move(found, stage, by)
            assert set(refused.value.errors) == {"amount", "close_on"}
            by.session.refresh(found)
        move(found, proposal, by, amount="1200.00", close_on="2031-05-05")
        with pytest.raises(Refused) as refused:
            perform("opportunity", "update", found, by=by, amount=None)
        assert set(refused.value.errors) == {"amount"}


def test_a_stage_says_since_when_an_opportunity_is_in_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        later = replace(by, now=by.now + timedelta(days=3))
        perform("opportunity", "update", found, by=later, name="Forty fences")
        assert found.stage_since == by.now
        move(found, stages(by)[1], later)
        assert found.stage_since == later.now


def test_a_stage_and_a_pipeline_go_together(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        other = save_pipeline(
            by, None, name={"en": "Repairs"}, stages=[{"name": {"en": "Look"}, "probability": 30}]
        )
        only = load_pipelines(by.session).by_id[other.id].in_use[0]
        found = make_opportunity(by, pipeline_id=other.id)
        assert (found.stage_id, found.probability) == (only.id, Decimal(30))
        back = stages(by)[1]
        move(found, back, by)
        assert found.pipeline_id == back.pipeline_id
        perform("opportunity", "update", found, by=by, pipeline_id=other.id)
        assert found.stage_id == only.id
        with pytest.raises(Refused) as refused:
            make_opportunity(by, pipeline_id=other.id, stage_id=back.id)
        assert "stage_id" in refused.value.errors


def test_a_won_opportunity_counts_whole_and_one_lost_not_at_all(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        won, lost = make_opportunity(by, "Won"), make_opportunity(by, "Lost")
        day = today(by) - timedelta(days=2)
        perform("opportunity", "win", won, by=by, reason="price", on=day.isoformat())
        assert (won.outcome, won.probability, won.closed_on) == ("won", 100, day)
        assert (won.forecast_category, won.won_reason) == ("won", "price")
        perform("opportunity", "lose", lost, by=by, reason="no_budget", note="Next year perhaps.")
        assert (lost.outcome, lost.probability, lost.closed_on) == ("lost", 0, today(by))
        assert (lost.forecast_category, lost.lost_reason) == ("lost", "no_budget")


def test_losing_needs_a_reason_and_winning_no_day_ahead(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        for reason in ("", "bad luck"):
            with pytest.raises(Refused) as refused, by.session.begin_nested():
                perform("opportunity", "lose", found, by=by, reason=reason)
            assert "reason" in refused.value.errors
            by.session.refresh(found)
        ahead = (today(by) + timedelta(days=1)).isoformat()
        with pytest.raises(Refused) as refused:
            perform("opportunity", "win", found, by=by, on=ahead)
        assert "on" in refused.value.errors


def test_a_closed_opportunity_stays_in_its_stage_until_it_is_reopened(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        perform("opportunity", "lose", found, by=by, reason="price")
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            move(found, stages(by)[1], by)
        assert "stage_id" in refused.value.errors
        by.session.refresh(found)
        perform("opportunity", "reopen", found, by=by)
        assert (found.outcome, found.lost_reason, found.closed_on) == ("open", None, None)
        assert (found.probability, found.forecast_category) == (Decimal(10), "pipeline")
        move(found, stages(by)[1], by)


def test_an_outcome_is_not_typed_in_but_a_file_may_bring_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            perform("opportunity", "update", found, by=by, outcome="won")
        assert "outcome" in refused.value.errors
        old = make_opportunity(by, "Of old", outcome="won", close_on="2024-03-09")
        assert (old.closed_on, old.probability) == (date(2024, 3, 9), 100)
        early = make_opportunity(by, "Expected later", outcome="lost", close_on="2124-03-09")
        assert (early.closed_on, early.close_on) == (today(by), date(2124, 3, 9))


def test_without_its_module_there_are_no_opportunities(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        without = replace(by, tenant=replace(by.tenant, modules=()))
        with pytest.raises(Missing):
            perform("opportunity", "create", by=without, name="Fence", account_id=str(account.id))
