"""Pipelines for programs: read by who reads opportunities, laid out by who manages them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import sees
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED, NOT_MODIFIED
from app.records.routes.api import send
from app.records.routes.sent import Body, body_of, once
from app.records.tailored import tailored
from app.sales.models import Pipeline
from app.sales.operations import pipelines as operations
from app.sales.operations.pipelines import MANAGE, get_pipeline, stages_of
from app.sales.operations.stage_removal import removal, remove_stage
from app.sales.operations.stages import StageFacts, load_pipelines
from app.sales.routes import pipelines_told as told
from app.sales.routes.blueprint import blueprint
from app.sales.routes.pipelines_sent import as_sent, name_of, stages_of_body
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/pipelines"
ONE = f"{BASE}/<uuid:pipeline_id>"
READ = ("opportunity", "read")
KNOWN = ("name", "stages")


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    offered = {"is_offered": lambda by: by.tenant.allows("sales"), **more}
    return described(operation, told.TAG, answers, schemas=told.SCHEMAS, **offered)


@blueprint.get(BASE)
@_described("list_pipelines", told.LISTED, parameters=(LIMITED,))
@access(who=Who.TOKEN, permission=READ)
def list_pipelines() -> Response:
    """Every pipeline with its stages in their order, the usual one first, retired ones too."""
    read_page(request.args, ())
    by = current.actor()
    data = [_shown(one.id, by) for one in load_pipelines(by.session).all]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_pipeline", told.MADE, sends=told.MADE_OF, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_pipeline_by_program() -> Response:
    """Make a pipeline of these stages; it stands behind the others."""
    by = current.actor()

    def create(body: Body) -> Reply:
        name, stages = name_of(body.get("name"), by), stages_of_body(body, (), by)
        with as_sent():
            made = operations.save_pipeline(by, None, name=name, stages=stages)
        reply = marked(_shown(made.id, by), made.version, 201)
        reply.headers["Location"] = f"{BASE}/{made.id}"
        return reply

    return once(create, KNOWN, may_be_empty=False)


@blueprint.get(ONE)
@_described("get_pipeline", told.ONE | NOT_MODIFIED)
@access(who=Who.TOKEN, permission=READ)
def show_pipeline_to_program(pipeline_id: UUID) -> Response:
    """One pipeline with its stages."""
    refuse_arguments(list(request.args))
    by = current.actor()
    response = send(_reply(get_pipeline(by, str(pipeline_id)), by))
    response.make_conditional(request)
    return response


@blueprint.patch(ONE)
@_described("update_pipeline", told.ONE, sends=told.CHANGED, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_pipeline_by_program(pipeline_id: UUID) -> Response:
    """Change its name or its stages; `stages` are all of them in their order, named by `id`."""
    by = current.actor()
    pipeline = get_pipeline(by, str(pipeline_id))
    body = body_of(KNOWN)
    standing = stages_of(by, pipeline)
    version = seen_version(request.if_match, pipeline)
    operations.demand_version(pipeline, version)
    if not body:
        require_change(by, *MANAGE)
        return send(_reply(pipeline, by))
    kept = {"stages": [{"id": one.id} for one in standing]}
    name = name_of(body["name"], by) if "name" in body else dict(pipeline.name)
    with as_sent():
        stages = stages_of_body(kept | body, standing, by)
        operations.save_pipeline(by, pipeline, name=name, stages=stages, version=version)
    return send(_reply(pipeline, by))


@blueprint.post(f"{ONE}/first")
@_described("put_pipeline_first", told.ONE, is_repeatable=True, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def put_first_by_program(pipeline_id: UUID) -> Response:
    """Let new opportunities begin in this pipeline."""
    return _verb(pipeline_id, operations.put_first)


@blueprint.post(f"{ONE}/retire")
@_described("retire_pipeline", told.ONE, is_repeatable=True, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def retire_pipeline_by_program(pipeline_id: UUID) -> Response:
    """Offer a pipeline no longer; refused while opportunities are open in it."""
    return _verb(pipeline_id, operations.retire_pipeline, is_retired=True)


@blueprint.post(f"{ONE}/offer")
@_described("offer_pipeline", told.ONE, is_repeatable=True, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def offer_pipeline_by_program(pipeline_id: UUID) -> Response:
    """Offer a retired pipeline again."""
    return _verb(pipeline_id, operations.retire_pipeline, is_retired=False)


@blueprint.post(f"{ONE}/stages/<uuid:stage_id>/remove")
@_described(
    "remove_stage", told.REMOVED, sends=told.REMOVING, is_repeatable=True, is_versioned=True
)
@access(who=Who.TOKEN, permission=MANAGE)
def remove_stage_by_program(pipeline_id: UUID, stage_id: UUID) -> Response:
    """Remove a stage; what is open in it is moved into the stage `to`, by a change of many."""
    by = current.actor()

    def remove(body: Body) -> Reply:
        found = removal(by, str(stage_id))
        if found.pipeline.id != str(pipeline_id):
            raise Missing(_("There is no such stage."))
        version = seen_version(request.if_match, found.pipeline)
        change = remove_stage(by, found, text_of(body, "to"), version)
        shown = {
            "pipeline": _shown(found.pipeline.id, by),
            "batch_id": str(change.id) if change is not None else None,
        }
        return marked(shown, found.pipeline.version)

    return once(remove, ("to",))


def _verb(pipeline_id: UUID, verb: Callable[..., None], **given: bool) -> Response:
    by = current.actor()

    def work(_body: Body) -> Reply:
        pipeline = get_pipeline(by, str(pipeline_id))
        verb(by, pipeline, version=seen_version(request.if_match, pipeline), **given)
        return _reply(pipeline, by)

    return once(work)


def _reply(pipeline: Pipeline, by: Actor) -> Reply:
    return marked(_shown(pipeline.id, by), pipeline.version)


def _shown(pipeline_id: str, by: Actor) -> dict[str, Any]:
    known = load_pipelines(by.session)
    pipeline = known.by_id.get(pipeline_id)
    if pipeline is None:  # Made by somebody else a moment ago: the next look knows it.
        raise Missing(_("There is no such pipeline."))
    return {
        "id": pipeline.id,
        "name": dict(pipeline.name),
        "is_first": pipeline in known.in_use[:1],
        "is_retired": pipeline.is_retired,
        "version": pipeline.version,
        "stages": [_stage(one, by) for one in pipeline.in_use],
    }


def _stage(stage: StageFacts, by: Actor) -> dict[str, Any]:
    """A stage; of what it asks for, whoever does not lay it out is told what they see."""
    record_type = tailored("opportunity", by)
    fields = record_type.by_key
    is_told = by.may(*MANAGE)
    return {
        "id": stage.id,
        "name": dict(stage.name),
        "probability": float(stage.probability),
        "forecast_category": stage.forecast_category,
        "colour": stage.colour,
        "stale_after": stage.stale_after,
        "required": [
            one
            for one in stage.own_required
            if is_told or (one in fields and sees(record_type, one, by))
        ],
    }
