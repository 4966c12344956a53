"""Laying out pipelines: making, changing, ordering and retiring them, and taking a stage away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.operations.guard import require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.picklists import STAMP
from app.sales.models import Opportunity, Pipeline, Stage
from app.sales.models.opportunity import OPEN
from app.sales.operations.stage_wishes import read_name, read_stages

MANAGE = ("pipeline", "manage")
MOST = 30  # Pipelines of a workspace.


def get_pipeline(by: Actor, pipeline_id: str) -> Pipeline:
    """A pipeline by its id; Missing when there is none."""
    found = by.session.get(Pipeline, pipeline_id, populate_existing=True)
    if found is None:
        raise Missing(_("There is no such pipeline."))
    return found


def stages_of(by: Actor, pipeline: Pipeline) -> list[Stage]:
    """The stages of a pipeline that are in use, in their order."""
    rows = by.session.scalars(
        select(Stage)
        .where(Stage.pipeline_id == pipeline.id, Stage.retired_at.is_(None))
        .order_by(Stage.position, Stage.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def save_pipeline(
    by: Actor,
    pipeline: Pipeline | None,
    *,
    name: Mapping[str, Any],
    stages: Sequence[Mapping[str, Any]],
    version: int | None = None,
) -> Pipeline:
    """Make a pipeline of these stages, or change one, in the order given.

    A stage is named by its `id` where it stands. One that is left out is retired, which Refused
    forbids while opportunities are open in it: `remove_stage` moves them first. Refused with a
    message per field (`name`, `stages.0.name`); Conflict when somebody else changed it since
    `version`.
    """
    require_change(by, *MANAGE)
    named, wished = read_name(name), read_stages(stages, by)
    if pipeline is not None:
        demand_version(pipeline, version)
    before = told(by, pipeline)
    if pipeline is None:
        pipeline = _new(by)
    pipeline.name = named
    # Its own row changes with any of its stages, so that the version counts those as well.
    pipeline.version += 1 if before else 0
    _put_stages(by, pipeline, wished)
    keep(by, pipeline, "updated" if before else "created", before)
    return pipeline


def _new(by: Actor) -> Pipeline:
    count = by.session.scalar(select(func.count()).select_from(Pipeline)) or 0
    if count >= MOST:
        raise Refused(_("A workspace has at most %(n)s pipelines.", n=MOST))
    last = by.session.scalar(select(func.max(Pipeline.position)))
    made = Pipeline(
        position=0 if last is None else last + 1,
        is_retired=False,
        version=1,
        created_at=by.now,
        created_by_id=by.user_id,
    )
    by.session.add(made)
    return made


def _put_stages(by: Actor, pipeline: Pipeline, wished: Sequence[dict[str, Any]]) -> None:
    _flush(by)  # Stages refer to the pipeline; of two who save, the second is told.
    standing = {one.id: one for one in stages_of(by, pipeline)}
    strange = [one["id"] for one in wished if one["id"] and one["id"] not in standing]
    if strange:
        raise Refused(_("Somebody removed a stage meanwhile. Load the page again."))
    kept = {one["id"] for one in wished}
    gone = [one for key, one in standing.items() if key not in kept]
    _refuse_filled(by, gone)
    for position, wish in enumerate(wished):
        stage = standing.get(wish["id"]) or Stage(pipeline_id=pipeline.id)
        for key in (
            "name",
            "probability",
            "forecast_category",
            "colour",
            "stale_after",
            "required",
        ):
            setattr(stage, key, wish[key])
        stage.position = position
        by.session.add(stage)
    for stage in gone:
        stage.retired_at = by.now


def _refuse_filled(by: Actor, gone: Sequence[Stage]) -> None:
    held = count_open(by)
    if any(held.get(one.id) for one in gone):
        told = _(
            "Open opportunities are in a stage that you left out. Remove it by its own button."
        )
        raise Refused(told)


def count_open(by: Actor) -> dict[str, int]:
    """How many opportunities are open in each stage, by its id, whoever owns them."""
    rows = by.session.execute(
        select(Opportunity.stage_id, func.count())
        .where(Opportunity.outcome == OPEN, Opportunity.deleted_at.is_(None))
        .group_by(Opportunity.stage_id)
    )
    return {row[0]: row[1] for row in rows}


def demand_version(pipeline: Pipeline, version: int | None) -> None:
    """Conflict when somebody changed the pipeline since `version`; None asks for nothing."""
    if version is not None and version != pipeline.version:
        raise _overtaken()


def retire_pipeline(
    by: Actor, pipeline: Pipeline, *, is_retired: bool, version: int | None = None
) -> None:
    """Offer a pipeline no longer, or again.

    Refused for the last one in use and while opportunities are open in it; Conflict when somebody
    changed it since `version`.
    """
    require_change(by, *MANAGE)
    demand_version(pipeline, version)
    if pipeline.is_retired == is_retired:
        return
    if is_retired:
        held = count_open(by)
        # One may be open in a stage that was removed: what could not be moved stays there.
        every = by.session.scalars(select(Stage.id).where(Stage.pipeline_id == pipeline.id))
        if any(held.get(one) for one in every):
            raise Refused(_("Opportunities are open in this pipeline. Move or close them first."))
        # All are held in one order: of two who retire the last two, the second sees the first.
        held_rows = select(Pipeline.id).order_by(Pipeline.id).with_for_update(key_share=True)
        by.session.execute(held_rows)
        others = select(Pipeline.id).where(~Pipeline.is_retired, Pipeline.id != pipeline.id)
        if by.session.scalar(others.limit(1)) is None:
            raise Refused(_("One pipeline must stay in use."))
    before = told(by, pipeline)
    pipeline.is_retired = is_retired
    pipeline.version += 1
    keep(by, pipeline, "retired" if is_retired else "restored", before)


def put_first(by: Actor, pipeline: Pipeline, *, version: int | None = None) -> None:
    """Let new opportunities begin in this pipeline where nothing else is said.

    Refused for a retired one; Conflict when somebody changed it since `version`.
    """
    require_change(by, *MANAGE)
    demand_version(pipeline, version)
    if pipeline.is_retired:
        raise Refused(_("This pipeline is retired. Offer it again first."))
    rows = list(by.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id)))
    if rows and rows[0].id == pipeline.id:
        return
    before = told(by, pipeline)
    order = [pipeline, *(one for one in rows if one.id != pipeline.id)]
    for position, one in enumerate(order):
        if one.position != position:
            one.position = position
            one.version += 1
    keep(by, pipeline, "updated", before)


def keep(by: Actor, pipeline: Pipeline, verb: str, before: dict[str, Any] | None) -> None:
    """Write a pipeline that was changed, let all read it anew, and tell the audit what was."""
    _flush(by)
    stamps.draw(by.session, STAMP)
    after = told(by, pipeline) or {}
    pairs = {key: [(before or {}).get(key), value] for key, value in after.items()}
    changes = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    record_id = parse_id(pipeline.id)
    if record_id is not None and changes:
        write_event(by, "pipeline", record_id, verb, changes=changes)


def _flush(by: Actor) -> None:
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except StaleDataError:
        raise _overtaken() from None


def told(by: Actor, pipeline: Pipeline | None) -> dict[str, Any] | None:
    """What the audit tells of a pipeline."""
    if pipeline is None:
        return None
    return {
        "name": dict(pipeline.name),
        "position": pipeline.position,
        "is_retired": pipeline.is_retired,
        "stages": [_stage_told(one) for one in stages_of(by, pipeline)],
    }


def _stage_told(stage: Stage) -> dict[str, Any]:
    return {
        "name": dict(stage.name),
        "probability": float(stage.probability),
        "forecast_category": stage.forecast_category,
        "colour": stage.colour,
        "stale_after": stage.stale_after,
        "required": list(stage.required),
    }


def _overtaken() -> Conflict:
    return Conflict(_("Somebody changed this pipeline while you were editing it."))
