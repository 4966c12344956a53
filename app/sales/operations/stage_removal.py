"""Taking a stage out of its pipeline, and moving what is open in it into another one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import permitted
from app.records.bulk.begin import begin_change
from app.records.bulk.models import BulkChange
from app.records.bulk.selection import Selection
from app.records.filters import Filter
from app.records.query import Query
from app.records.tailored import tailored
from app.sales.models import Opportunity, Pipeline, Stage
from app.sales.models.opportunity import OPEN
from app.sales.operations.pipelines import (
    MANAGE,
    count_open,
    demand_version,
    get_pipeline,
    keep,
    stages_of,
    told,
)


@dataclass(frozen=True, slots=True)
class Removal:
    """A stage that may be removed: how many are open in it, and into which others they can go."""

    pipeline: Pipeline
    stage: Stage
    count: int
    others: tuple[Stage, ...]


def removal(by: Actor, stage_id: str) -> Removal:
    """What removing a stage would mean; Missing when there is none, Refused for the last one."""
    require_change(by, *MANAGE)
    stage = by.session.get(Stage, stage_id) if parse_id(stage_id) else None
    if stage is None or stage.retired_at is not None:
        raise Missing(_("There is no such stage."))
    pipeline = get_pipeline(by, stage.pipeline_id)
    others = tuple(one for one in stages_of(by, pipeline) if one.id != stage.id)
    if not others:
        raise Refused(_("A pipeline needs at least one stage."))
    return Removal(pipeline, stage, count_open(by).get(stage.id, 0), others)


def remove_stage(
    by: Actor, found: Removal, to: str = "", version: int | None = None
) -> BulkChange | None:
    """Offer a stage no longer, and move what is open in it into the stage `to` of its pipeline.

    They are moved as any change of many records, with a receipt and an undo: it is the answer, or
    None where nothing is open. What the role may not change, and what lacks a field that the other
    stage asks for, stays and is told there. Refused without a stage to move to; Conflict when
    somebody changed the pipeline since `version`.
    """
    demand_version(found.pipeline, version)
    if found.count and to not in {one.id for one in found.others}:
        raise Refused(_("Choose a stage."), field="to")
    change = _move(found, to, by) if found.count else None
    before = told(by, found.pipeline)
    found.stage.retired_at = by.now
    found.pipeline.version += 1
    keep(by, found.pipeline, "updated", before)
    return change


def _move(found: Removal, to: str, by: Actor) -> BulkChange:
    record_type = tailored("opportunity", by)
    filters = (Filter("stage_id", "eq", found.stage.id), Filter("outcome", "eq", OPEN))
    reached = select(func.count()).where(
        Opportunity.stage_id == found.stage.id,
        Opportunity.outcome == OPEN,
        permitted(record_type, by),
    )
    if not by.session.scalar(reached):
        raise Refused(_("You may open none of the opportunities in this stage, so none is moved."))
    selection = Selection(query=Query(filters=filters), counted=found.count)
    return begin_change(record_type, "update", selection, {"stage_id": to}, by)
