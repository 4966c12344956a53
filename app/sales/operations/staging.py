"""What follows from the stage of an opportunity: its pipeline, chance, forecast, what it needs."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.orm.attributes import instance_state

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, current
from app.kernel.localized import pick
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.models.opportunity import OPEN
from app.sales.operations.stages import Pipelines, StageFacts, load_pipelines


def settle_stage(opportunity: Opportunity, known: Pipelines, by: Actor) -> None:
    """Let pipeline, probability and forecast agree with the stage, and the stage with the rest.

    Refused where stage and pipeline don't go together, where one that is closed is moved, for a
    stage that is offered no longer, and for each field that the stage asks for and that is empty.
    """
    is_new = instance_state(opportunity).key is None
    changed = frozenset() if is_new else _changed(opportunity)
    stage = _stage(opportunity, known, changed, is_new=is_new)
    is_moved = is_new or "stage_id" in changed or opportunity.stage_id != stage.id
    opportunity.stage_id, opportunity.pipeline_id = stage.id, stage.pipeline_id
    if is_moved:
        _refuse_retired(opportunity, stage, known, by, is_new=is_new)
        _enter(opportunity, stage, changed, by, is_new=is_new)
    _fill(opportunity, stage)
    if opportunity.outcome in (None, OPEN):
        # What is reopened may stand in another stage by then, and no form is there to fill.
        is_asked = is_moved and "outcome" not in changed
        _demand(opportunity, stage, None if is_asked else changed, by)


def _changed(opportunity: Opportunity) -> frozenset[str]:
    attributes = inspect(opportunity).attrs
    keys = [one.key for one in opportunity.__mapper__.column_attrs]
    return frozenset(key for key in keys if attributes[key].history.has_changes())


def _stage(
    opportunity: Opportunity, known: Pipelines, changed: frozenset[str], *, is_new: bool
) -> StageFacts:
    """The stage that is meant, where it or its pipeline was said."""
    stage = known.stages.get(opportunity.stage_id or "")
    pipeline_id = opportunity.pipeline_id
    if stage is None or (pipeline_id and stage.pipeline_id != pipeline_id):
        is_said = "stage_id" in changed or (is_new and stage not in (None, known.first_stage()))
        is_other = is_new or "pipeline_id" in changed
        if is_said and is_other:
            raise Refused(_("This stage belongs to another pipeline."), field="stage_id")
        if not is_said:
            stage = known.first_stage(pipeline_id)
    if stage is None:
        told = _("There is no pipeline with a stage yet. An admin makes them under Settings.")
        raise Refused(told, field="stage_id")
    return stage


def _refuse_retired(
    opportunity: Opportunity, stage: StageFacts, known: Pipelines, by: Actor, *, is_new: bool
) -> None:
    """Refused for what is open and comes to a stage or a pipeline that is offered no longer."""
    is_retired = known.by_id[stage.pipeline_id].is_retired
    # Taking back the change of many by which a stage was emptied puts records into it again.
    may_come_back = not is_retired and not is_new and by.restores
    if opportunity.outcome not in (None, OPEN) or may_come_back:
        return
    if stage.is_retired or is_retired:
        raise Refused(_("This stage is no longer offered."), field="stage_id")


def leave_retired(opportunity: Opportunity, by: Actor) -> bool:
    """Take one that is open out of a stage or pipeline that is offered no longer; True if it went.

    It begins anew in its pipeline, or in the usual one where its own is retired.
    """
    known = load_pipelines(by.session)
    stage = known.stages[opportunity.stage_id]
    pipeline = known.by_id[stage.pipeline_id]
    if not (stage.is_retired or pipeline.is_retired):
        return False
    first = None if pipeline.is_retired else known.first_stage(pipeline.id)
    first = first or known.first_stage()
    if first is None:
        return False
    opportunity.stage_id, opportunity.pipeline_id = first.id, first.pipeline_id
    opportunity.stage_since = by.now
    opportunity.probability = first.probability
    opportunity.forecast_category = first.forecast_category
    return True


def _enter(
    opportunity: Opportunity, stage: StageFacts, changed: frozenset[str], by: Actor, *, is_new: bool
) -> None:
    """Begin a stage: what it says of chance and forecast holds unless something else was said."""
    if not is_new and opportunity.outcome != OPEN:
        raise Refused(_("This one is closed. Reopen it before you move it."), field="stage_id")
    opportunity.stage_since = by.now
    if is_new:
        return
    if "probability" not in changed:
        opportunity.probability = stage.probability
    if "forecast_category" not in changed:
        opportunity.forecast_category = stage.forecast_category


def _fill(opportunity: Opportunity, stage: StageFacts) -> None:
    """Nothing said of chance and forecast is what the stage says."""
    for key in ("probability", "forecast_category"):
        if getattr(opportunity, key) is None:
            setattr(opportunity, key, getattr(stage, key))


def _demand(
    opportunity: Opportunity, stage: StageFacts, changed: frozenset[str] | None, by: Actor
) -> None:
    """Refused for what the stage asks for and is empty; of `changed` fields alone where told."""
    fields = tailored("opportunity", by).by_key
    missing: dict[str, Text | str] = {}
    for key in stage.required:
        field = fields.get(key)
        is_looked_at = changed is None or key in changed or "custom" in changed
        if field is not None and is_looked_at and field.value(opportunity) in (None, "", [], ()):
            name = pick(stage.name, current(), by.tenant.language)
            missing[key] = _("Needed from the stage “%(stage)s” on.", stage=name)
    if missing:
        raise Refused(_("Please check the marked fields."), errors=missing)
