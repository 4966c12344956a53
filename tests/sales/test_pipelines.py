"""Laying out pipelines: stages made, ordered and removed, pipelines retired, two admins at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.modules import install_record_types
from app.records.access import fetch
from app.records.door import perform
from app.records.tailored import tailored
from app.sales.models import Opportunity, Pipeline
from app.sales.operations.pipelines import (
    get_pipeline,
    put_first,
    retire_pipeline,
    save_pipeline,
)
from app.sales.operations.stage_removal import removal, remove_stage
from app.sales.operations.stages import StageFacts, load_pipelines
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_opportunity
from tests.sales.conftest import repairs, usual

install_record_types()
PLACE = "/settings/pipelines"


def stages_of(by: Actor, pipeline_id: str) -> tuple[StageFacts, ...]:
    return load_pipelines(by.session).by_id[pipeline_id].in_use


def wishes(by: Actor, pipeline: Pipeline) -> list[dict[str, Any]]:
    """The stages of a pipeline as its editor sends them."""
    return [
        {
            "id": one.id,
            "name": dict(one.name),
            "probability": str(one.probability),
            "forecast_category": one.forecast_category,
            "stale_after": one.stale_after,
            "required": one.own_required,
        }
        for one in stages_of(by, pipeline.id)
    ]


def sale(acme: Workspace, record_id: UUID) -> Opportunity:
    with acme.acting() as by:
        return fetch(tailored("opportunity", by), record_id, by)  # type: ignore[return-value]


def form_of(by: Actor, pipeline_id: str) -> dict[str, str]:
    """What the editor of a pipeline sends where nobody changed anything."""
    pipeline = get_pipeline(by, pipeline_id)
    sent = {"version": str(pipeline.version)}
    sent |= {f"name.{key}": text for key, text in pipeline.name.items() if key != "zh-TW"}
    for number, one in enumerate(wishes(by, pipeline)):
        place = f"stages.{number}"
        sent |= {f"{place}.name.{key}": text for key, text in one["name"].items()}
        sent |= {
            f"{place}.{key}": str(one[key])
            for key in ("id", "probability", "forecast_category", "stale_after")
        }
        sent[f"{place}.colour"] = "blue"
    return sent


def test_a_pipeline_is_typed_into_its_editor(acme: Workspace, alice: Person) -> None:
    sent = {
        "name.en": "Rentals",
        "stages.0.name.en": "Ask",
        "stages.0.probability": "10 %",
        "stages.0.colour": "teal",
        "stages.0.stale_after": "5",
        "stages.1.name.zh-CN": "签约",
        "stages.1.probability": "90",
        "stages.1.forecast_category": "commit",
        "stages.1.required": "amount",
        "stages.2.name.en": "",
    }
    answer = alice.client.post(f"{PLACE}/new", data=sent)
    assert answer.status_code == 303, answer.text
    with acme.acting(alice) as by:
        made = by.session.scalars(select(Pipeline).order_by(Pipeline.position.desc())).first()
        assert made is not None
        assert made.name == {"en": "Rentals"}
        ask, sign = stages_of(by, made.id)
        assert (ask.colour, ask.stale_after, ask.own_required) == ("teal", 5, ())
        assert (sign.name, sign.own_required) == ({"zh-CN": "签约"}, ("amount",))


def test_what_is_wrong_stands_beside_its_stage_and_nothing_typed_is_lost(
    acme: Workspace, alice: Person
) -> None:
    sent = {
        "name.en": "Rentals",
        "stages.0.name.en": "Ask",
        "stages.0.probability": "most",
        "stages.4.name.en": "Sign",
        "stages.4.probability": "90",
        "stages.4.stale_after": "soon",
    }
    answer = alice.client.post(f"{PLACE}/new", data=sent)
    assert answer.status_code == 422
    assert 'id="stages.0.probability-error"' in answer.text
    assert 'id="stages.4.stale_after-error"' in answer.text
    for typed in ('value="most"', 'value="soon"', 'value="Rentals"', 'value="Sign"'):
        assert typed in answer.text
    with acme.acting(alice) as by:
        assert len(by.session.scalars(select(Pipeline)).all()) == 1


def test_stages_stand_as_they_were_put_and_a_new_chance_holds_from_now_on(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        found = make_opportunity(by)
        pipeline = get_pipeline(by, usual(by).id)
        asked = wishes(by, pipeline)
        asked[0]["probability"] = "35"
        order = [asked[1], asked[0], *asked[2:]]
        save_pipeline(by, pipeline, name=pipeline.name, stages=order, version=pipeline.version)
        assert [one.id for one in usual(by).in_use] == [one["id"] for one in order]
        by.session.refresh(found)
        assert found.probability == 10
        assert make_opportunity(by).stage_id == asked[1]["id"]
        moved = make_opportunity(by, stage_id=asked[0]["id"])
        assert moved.probability == 35
        told = by.session.scalars(select(Event.changes).where(Event.record_type == "pipeline"))
        (changes,) = [one for one in told if set(one) == {"stages"}]
        before, after = changes["stages"]
        assert [one["probability"] for one in before[:2]] == [10, 25]
        assert [one["probability"] for one in after[:2]] == [25, 35]


def test_a_stage_is_removed_and_what_is_open_in_it_moved_with_a_receipt_and_an_undo(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        open_ids = [make_opportunity(by, f"Sale {n}").id for n in range(2)]
        lost = make_opportunity(by, "Lost")
        perform("opportunity", "lose", lost, by=by, reason="price")
        lost_id = lost.id
    url = f"{PLACE}/stages/{first.id}/remove"
    asked = alice.client.get(url).text
    assert "2 opportunities are open in this stage." in asked
    assert f'value="{second.id}"' in asked
    refused = alice.client.post(url, data={"to": ""})
    assert refused.status_code == 422
    assert "Choose a stage." in refused.text
    answer = alice.client.post(url, data={"to": second.id})
    assert answer.status_code == 303
    receipt = answer.headers["Location"]
    assert "Changed 2 opportunities." in alice.client.get(receipt).text
    assert {sale(acme, one).stage_id for one in open_ids} == {second.id}
    assert sale(acme, lost_id).stage_id == first.id
    assert first.name["en"] in unescape(alice.client.get(f"/opportunities/{lost_id}").text)
    with acme.acting(alice) as by:
        assert first.id not in {one.id for one in usual(by).in_use}
        assert make_opportunity(by).stage_id == second.id
    assert alice.client.get(url).status_code == 404
    assert alice.client.post(f"{receipt}/undo").status_code == 303
    assert {sale(acme, one).stage_id for one in open_ids} == {first.id}
    with acme.acting(alice) as by:  # It is offered no longer, so nothing else comes to it.
        record = fetch(tailored("opportunity", by), open_ids[0], by)
        perform("opportunity", "update", record, by=by, stage_id=second.id)
        with pytest.raises(Refused) as refused_back, by.session.begin_nested():
            perform("opportunity", "update", record, by=by, stage_id=first.id)
        assert set(refused_back.value.errors) == {"stage_id"}


def test_what_lacks_what_the_other_stage_asks_for_stays_is_told_and_can_go_on(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second, proposal = usual(by).in_use[:3]
        bare = make_opportunity(by, "Bare").id
        full = make_opportunity(by, "Full", amount="9", close_on="2031-05-05").id
        change = remove_stage(by, removal(by, first.id), proposal.id)
        assert change is not None
        assert (change.done, change.left_out) == (1, 1)
        batch = change.id
    told = alice.client.get(f"/opportunities/bulk/{batch}").text
    assert "Bare" in told
    assert "1 left out" in told
    assert (sale(acme, bare).stage_id, sale(acme, full).stage_id) == (first.id, proposal.id)
    assert "Bare" in alice.client.get("/opportunities").text
    assert alice.client.get(f"/opportunities/{bare}").status_code == 200
    with acme.acting(alice) as by:
        record = fetch(tailored("opportunity", by), bare, by)
        perform("opportunity", "update", record, by=by, name="Barely")
        assert record.stage_id == first.id  # type: ignore[attr-defined]
        perform("opportunity", "update", record, by=by, stage_id=second.id)


def test_the_last_stage_stays(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        look, mend = repairs(by).in_use
        assert remove_stage(by, removal(by, look.id)) is None
        with pytest.raises(Refused):
            removal(by, mend.id)


def test_a_stage_that_is_left_out_while_something_is_open_in_it_is_refused(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_opportunity(by)
        pipeline = get_pipeline(by, usual(by).id)
        with pytest.raises(Refused, match="by its own button"):
            save_pipeline(by, pipeline, name=pipeline.name, stages=wishes(by, pipeline)[1:])


def test_a_retired_pipeline_is_offered_nowhere_and_comes_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        other = repairs(by)
        first = other.in_use[0]
    assert f'value="{first.id}"' in alice.client.get("/opportunities/new").text
    answer = alice.client.post(f"{PLACE}/{other.id}/retire")
    assert answer.status_code == 303
    assert "Offer again" in alice.client.get(PLACE).text
    assert f'value="{first.id}"' not in alice.client.get("/opportunities/new").text
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            make_opportunity(by, stage_id=first.id)
        assert set(refused.value.errors) == {"stage_id"}
        with pytest.raises(Refused):
            put_first(by, get_pipeline(by, other.id))
    alice.client.post(f"{PLACE}/{other.id}/offer")
    assert f'value="{first.id}"' in alice.client.get("/opportunities/new").text


def test_a_pipeline_with_something_open_and_the_last_one_are_not_retired(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused, match="One pipeline must stay"):
            retire_pipeline(by, get_pipeline(by, usual(by).id), is_retired=True)
        found = make_opportunity(by, pipeline_id=repairs(by).id)
        other = get_pipeline(by, found.pipeline_id)
        with pytest.raises(Refused, match="Move or close them first"):
            retire_pipeline(by, other, is_retired=True)
        perform("opportunity", "lose", found, by=by, reason="price")
        retire_pipeline(by, other, is_retired=True)
        assert other.is_retired


def test_of_two_admins_who_retire_the_last_two_pipelines_one_is_told(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ids = [usual(by).id, repairs(by).id]
    clients = [alice.sign_in() for _each in ids]
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda one: one[0].post(f"{PLACE}/{one[1]}/retire"), zip(clients, ids, strict=True)
            )
        )
    with acme.acting(alice) as by:
        in_use = by.session.scalars(select(Pipeline.id).where(~Pipeline.is_retired)).all()
        assert len(in_use) == 1


def test_names_in_a_language_that_the_editor_does_not_ask_for_stay(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        pipeline = get_pipeline(by, usual(by).id)
        told = wishes(by, pipeline)
        told[0]["name"]["zh-TW"] = "詢價"
        save_pipeline(by, pipeline, name={**pipeline.name, "zh-TW": "銷售"}, stages=told)
        sent = form_of(by, pipeline.id)
    sent = {key: text for key, text in sent.items() if not key.endswith("zh-TW")}
    answer = alice.client.post(f"{PLACE}/{pipeline.id}", data={**sent, "name.en": "New sales"})
    assert answer.status_code == 303, answer.text
    with acme.acting(alice) as by:
        kept = get_pipeline(by, usual(by).id)
        assert (kept.name["en"], kept.name["zh-TW"]) == ("New sales", "銷售")
        assert stages_of(by, kept.id)[0].name["zh-TW"] == "詢價"


def test_what_is_open_in_a_stage_that_was_removed_keeps_its_pipeline_in_use(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        look, mend = repairs(by).in_use
        make_opportunity(by, "Bare", stage_id=look.id)
        change = remove_stage(by, removal(by, look.id), mend.id)
        assert change is not None
        assert change.left_out == 1
        with pytest.raises(Refused, match="Move or close them first"):
            retire_pipeline(by, get_pipeline(by, look.pipeline_id), is_retired=True)


def test_what_was_closed_in_a_stage_that_is_gone_is_reopened_in_one_that_is_offered(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        look, mend = repairs(by).in_use
        assert mend.required
        lost = make_opportunity(by, "Bare", stage_id=look.id).id
        won = make_opportunity(by, "Won", stage_id=look.id).id
        perform("opportunity", "lose", by.session.get_one(Opportunity, lost), by=by, reason="price")
        perform("opportunity", "win", by.session.get_one(Opportunity, won), by=by)
        remove_stage(by, removal(by, look.id))
    clock.shift(timedelta(hours=1))
    with acme.acting(alice) as by:
        found = by.session.get_one(Opportunity, lost)
        perform("opportunity", "reopen", found, by=by)
        assert (found.stage_id, found.pipeline_id) == (mend.id, mend.pipeline_id)
        assert (found.probability, found.forecast_category) == (80, mend.forecast_category)
        assert found.stage_since == by.now
        perform("opportunity", "lose", found, by=by, reason="price")
        retire_pipeline(by, get_pipeline(by, mend.pipeline_id), is_retired=True)
    with acme.acting(alice) as by:
        found = by.session.get_one(Opportunity, won)
        perform("opportunity", "reopen", found, by=by)
        first = usual(by).in_use[0]
        assert (found.stage_id, found.pipeline_id) == (first.id, first.pipeline_id)
        assert found.probability == first.probability


def test_what_comes_back_from_the_bin_stands_in_a_stage_that_is_offered(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        ids = [make_opportunity(by, name).id for name in ("Open", "Lost")]
        closed = by.session.get_one(Opportunity, ids[1])
        perform("opportunity", "lose", closed, by=by, reason="price")
        for one in ids:
            perform("opportunity", "delete", by.session.get_one(Opportunity, one), by=by)
        assert remove_stage(by, removal(by, first.id)) is None
    with acme.acting(alice) as by:
        for one in ids:
            perform("opportunity", "restore", by.session.get_one(Opportunity, one), by=by)
        back, closed = (by.session.get_one(Opportunity, one) for one in ids)
        assert (back.stage_id, back.probability) == (second.id, second.probability)
        assert (closed.stage_id, closed.outcome) == (first.id, "lost")
        told = select(Event.changes).where(Event.record_id == back.id, Event.verb == "updated")
        (changes,) = by.session.scalars(told)
        assert changes["stage_id"] == [first.id, second.id]


def test_a_stage_whose_opportunities_its_manager_may_not_open_stays(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        make_opportunity(by, "Alice’s")
    with acme.acting(bob) as by:
        own = {("opportunity", verb): Reach.OWN for verb in ("read", "update")}
        rights = Rights(grants={**own, ("pipeline", "manage"): Reach.ALL})
        manager = replace(by, rights=rights)
        with pytest.raises(Refused, match="so none is moved"):
            remove_stage(manager, removal(manager, first.id), second.id)


def test_the_first_pipeline_is_where_new_opportunities_begin(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        other = repairs(by)
    assert alice.client.post(f"{PLACE}/{other.id}/first").status_code == 303
    with acme.acting(alice) as by:
        assert make_opportunity(by).pipeline_id == other.id


def test_of_two_admins_the_second_is_told_and_keeps_what_they_typed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        mine = usual(by).id
        theirs = form_of(by, mine)
    assert alice.client.post(f"{PLACE}/{mine}", data=theirs).status_code == 303
    late = theirs | {"stages.0.name.en": "First look", "name.en": "Ours"}
    refused = alice.client.post(f"{PLACE}/{mine}", data=late)
    assert refused.status_code == 409, refused.text
    assert 'value="First look"' in refused.text
    assert 'name="version" value="2"' in refused.text
    again = alice.client.post(f"{PLACE}/{mine}", data=late | {"version": "2"})
    assert again.status_code == 303
    with acme.acting(alice) as by:
        assert usual(by).in_use[0].name["en"] == "First look"
        pipeline = get_pipeline(by, mine)
        with pytest.raises(Conflict):
            save_pipeline(by, pipeline, name=pipeline.name, stages=wishes(by, pipeline), version=2)
        with pytest.raises(Conflict):
            remove_stage(by, removal(by, usual(by).in_use[0].id), version=2)


def test_a_stage_that_a_colleague_removed_meanwhile_is_not_brought_back(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        first, second = usual(by).in_use[:2]
        sent = form_of(by, first.pipeline_id)
        remove_stage(by, removal(by, first.id), second.id)
        now = get_pipeline(by, first.pipeline_id).version
    refused = alice.client.post(f"{PLACE}/{first.pipeline_id}", data=sent | {"version": str(now)})
    assert refused.status_code == 422
    assert "Somebody removed a stage meanwhile." in refused.text


def test_only_who_manages_pipelines_comes_to_them(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        stage = usual(by).in_use[0]
        one = f"{PLACE}/{stage.pipeline_id}"
        with pytest.raises(NotPermitted):
            save_pipeline(by, None, name={"en": "Mine"}, stages=[])
        with pytest.raises(NotPermitted):
            removal(by, stage.id)
        with pytest.raises(NotPermitted):
            retire_pipeline(by, get_pipeline(by, stage.pipeline_id), is_retired=True)
        with pytest.raises(NotPermitted):
            put_first(by, get_pipeline(by, stage.pipeline_id))
    remove = f"{PLACE}/stages/{stage.id}/remove"
    assert {bob.client.get(url).status_code for url in (PLACE, f"{PLACE}/new", one, remove)} == {
        403
    }
    sent = [
        f"{PLACE}/new",
        one,
        remove,
        *(f"{one}/{verb}" for verb in ("first", "retire", "offer")),
    ]
    assert {bob.client.post(url).status_code for url in sent} == {403}
