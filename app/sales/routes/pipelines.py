"""The settings of pipelines: which there are, their stages, removing one, retiring a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.language import _
from app.kernel.language import current as reading
from app.kernel.localized import pick
from app.records.bulk.models import BulkChange
from app.records.pages.looks import tone
from app.records.pages.settings.numbered import is_half_way
from app.records.routes.forms import seen_version
from app.sales.models import Pipeline
from app.sales.operations import pipelines as operations
from app.sales.operations.pipelines import MANAGE
from app.sales.operations.stage_removal import Removal, removal, remove_stage
from app.sales.operations.stages import load_pipelines
from app.sales.pages.pipeline_form import PipelineForm, refused, sent_form, standing_form
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/pipelines"
REMOVE = "sales/stage_remove.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_pipelines() -> Response:
    """Every pipeline with its stages and what is open in them; the usual one first."""
    by = current.actor()
    held = operations.count_open(by)
    rows = [
        (
            one,
            _named(one.name, by),
            [(_named(s.name, by), tone(s.colour)) for s in one.in_use],
            sum(held.get(s.id, 0) for s in one.stages),
        )
        for one in sorted(load_pipelines(by.session).all, key=lambda one: one.is_retired)
    ]
    return page("sales/pipelines.html", rows=rows)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_pipeline() -> Response:
    """The editor of a new pipeline."""
    return _show(standing_form(None, current.actor()))


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_pipeline() -> Response:
    """Make a pipeline."""
    return _save(None)


@blueprint.get(f"{PLACE}/<uuid:pipeline_id>")
@access(permission=MANAGE)
def show_pipeline(pipeline_id: UUID) -> Response:
    """The editor of a pipeline."""
    by = current.actor()
    return _show(standing_form(operations.get_pipeline(by, str(pipeline_id)), by))


@blueprint.post(f"{PLACE}/<uuid:pipeline_id>")
@access(permission=MANAGE)
def change_pipeline(pipeline_id: UUID) -> Response:
    """Keep a pipeline; where another admin was faster, what was typed stays to be looked at."""
    return _save(operations.get_pipeline(current.actor(), str(pipeline_id)))


@blueprint.post(f"{PLACE}/<uuid:pipeline_id>/first")
@access(permission=MANAGE)
def put_first(pipeline_id: UUID) -> Response:
    """Let new opportunities begin in this pipeline."""
    by = current.actor()
    pipeline = operations.get_pipeline(by, str(pipeline_id))
    operations.put_first(by, pipeline)
    toast(_("New opportunities begin in: %(name)s", name=_named(pipeline.name, by)))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<uuid:pipeline_id>/retire")
@access(permission=MANAGE)
def retire_pipeline(pipeline_id: UUID) -> Response:
    """Offer a pipeline no longer."""
    return _retire(str(pipeline_id), is_retired=True)


@blueprint.post(f"{PLACE}/<uuid:pipeline_id>/offer")
@access(permission=MANAGE)
def offer_pipeline(pipeline_id: UUID) -> Response:
    """Offer a retired pipeline again."""
    return _retire(str(pipeline_id), is_retired=False)


@blueprint.get(f"{PLACE}/stages/<uuid:stage_id>/remove")
@access(permission=MANAGE)
def ask_remove_stage(stage_id: UUID) -> Response:
    """Where what is open in a stage goes when it is removed."""
    by = current.actor()
    return show(REMOVE, _removing(removal(by, str(stage_id)), by), block="form")


@blueprint.post(f"{PLACE}/stages/<uuid:stage_id>/remove")
@access(permission=MANAGE)
def do_remove_stage(stage_id: UUID) -> Response:
    """Remove a stage, and move what is open in it into another one."""
    by = current.actor()
    found = removal(by, str(stage_id))
    name = _named(found.stage.name, by)

    def work() -> BulkChange | None:
        return remove_stage(by, found, typed("to"))

    done = submit(work, REMOVE, lambda: _removing(removal(by, str(stage_id)), by))
    if isinstance(done, Response):
        return done
    toast(_("Removed: %(name)s", name=name))
    return see_other(f"/opportunities/bulk/{done.id}" if done else f"{PLACE}/{found.pipeline.id}")


def _removing(found: Removal, by: Actor) -> dict[str, object]:
    return {
        "url": f"{PLACE}/stages/{found.stage.id}/remove",
        "name": _named(found.stage.name, by),
        "count": found.count,
        "others": [(one.id, _named(one.name, by)) for one in found.others],
    }


def _retire(pipeline_id: str, *, is_retired: bool) -> Response:
    by = current.actor()
    pipeline = operations.get_pipeline(by, pipeline_id)
    operations.retire_pipeline(by, pipeline, is_retired=is_retired)
    back = "offer" if is_retired else "retire"
    name = _named(pipeline.name, by)
    text = _("Retired: %(name)s", name=name)
    if not is_retired:
        text = _("Offered again: %(name)s", name=name)
    toast(text, undo_url=f"{PLACE}/{pipeline_id}/{back}")
    return see_other(PLACE)


def _save(pipeline: Pipeline | None) -> Response:
    by = current.actor()
    seen = seen_version()
    form = sent_form(pipeline, request.form, seen or 0, by)
    if is_half_way(request.form):
        return _show(form)
    try:
        operations.save_pipeline(
            by,
            pipeline,
            name=form.name,
            stages=[row.wish() for row in form.stages if not row.is_blank],
            version=seen,
        )
    except (Refused, Conflict) as answer:
        pipeline_id = pipeline.id if pipeline else None
        by.session.rollback()
        now = operations.get_pipeline(by, pipeline_id) if pipeline_id else None
        again = sent_form(now, request.form, now.version if now else 0, by)
        return _show(refused(again, answer), answer)
    toast(_("Saved."))
    return see_other(PLACE)


def _show(form: PipelineForm, answer: Answer | None = None) -> Response:
    return page(
        "sales/pipeline.html",
        status=answer.status if answer else 200,
        form=form,
        is_overtaken=isinstance(answer, Conflict),
    )


def _named(name: Mapping[str, str], by: Actor) -> str:
    return pick(name, reading(), by.tenant.language)
