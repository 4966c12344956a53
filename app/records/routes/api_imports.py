"""Imports over the API: a file and its mapping, followed, stopped, undone; what failed as CSV."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.routes.paging import asked_place, gather
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.body import WrongContent, demand_known
from app.records.api.shape import Reply, dumps
from app.records.imports.begin import begin_import
from app.records.imports.draft import take_file
from app.records.imports.failed import failures_csv
from app.records.imports.given import may_import
from app.records.imports.keep import (
    cancel_import,
    find_import,
    imports_of,
    may_read_cells,
    sees_import,
)
from app.records.imports.mapping import Mapping, from_json
from app.records.imports.models import ImportRun
from app.records.imports.run import open_table
from app.records.imports.twins import twins_csv
from app.records.imports.undo_jobs import undo_import
from app.records.openapi import imports as told
from app.records.openapi.described import described
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.types import IMPORT
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access
from app.web.uploads import arrived
from tenants.arriving import Arriving

MULTIPART = "multipart/form-data"
FIELDS = ("file", "mapping", "dry_run")


@blueprint.post("/<collection>/import")
@described(
    "import",
    told.TAG,
    sends=told.SENT,
    brings_file=True,
    is_repeatable=True,
    needs=IMPORT,
    **told.BEGUN,
)
@access(who=Who.TOKEN, record_verb=IMPORT, takes_files=True, takes_one=True)
def begin_one_import(collection: str) -> Response:
    """Take in the rows of a file, or with `dry_run` only count what would become of them."""
    by, record_type = subject(collection)
    may_import(record_type, by)
    brought, mapping, is_dry_run = _asked()

    def begin() -> Reply:
        brought.seek(0)
        run = take_file(record_type, brought.name, brought, by)
        begin_import(run, mapping or from_json(run.mapping), by, is_dry_run=is_dry_run)
        place = {"Location": f"/api/v1/imports/{run.id}"}
        return Reply(202, dumps(_shown(run, by)), place)

    kept = mapping.to_json() if mapping is not None else None
    print_ = {"sha256": brought.digest, "mapping": kept, "dry_run": is_dry_run}
    return repeatable(by, print_, begin)


@blueprint.get("/imports")
@described("list_imports", told.TAG, **told.LIST)
@access(who=Who.TOKEN)
def show_every_import() -> Response:
    """One page of the imports that the caller may see, the newest first."""
    by = current.actor()
    limit = read_page(request.args, ("cursor",))
    found, following = gather(
        lambda many, before: imports_of(by, many, before),
        lambda one: sees_import(one, by),
        limit,
        asked_place(request.args),
        lambda one: one.created_at,
    )
    data = [_shown(one, by) for one in found]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.get("/imports/<uuid:import_id>")
@described("get_import", told.TAG, **told.ONE)
@access(who=Who.TOKEN)
def show_one_import(import_id: UUID) -> Response:
    """How far an import is, and what became of its rows."""
    return _one(find_import(import_id, _by()))


@blueprint.post("/imports/<uuid:import_id>/cancel")
@described("cancel_import", told.TAG, **told.ONE)
@access(who=Who.TOKEN)
def end_import(import_id: UUID) -> Response:
    """Stop an import that is under way; what it did stands."""
    return _one(cancel_import(import_id, _by()))


@blueprint.post("/imports/<uuid:import_id>/undo")
@described("undo_import", told.TAG, **told.ONE)
@access(who=Who.TOKEN)
def take_back_import(import_id: UUID) -> Response:
    """Take an import back; what somebody touched since stays."""
    return _one(undo_import(import_id, _by()))


@blueprint.get("/imports/<uuid:import_id>/failures")
@described("list_import_failures", told.TAG, **told.FAILED)
@access(who=Who.TOKEN)
def fetch_failures(import_id: UUID) -> Response:
    """The rows that failed, with the reason, to be mended and given again."""
    by = _by()
    run = find_import(import_id, by)
    lines = failures_csv(run, open_table(run, by).names, by)
    return Response("".join(lines), content_type="text/csv; charset=utf-8")


@blueprint.get("/imports/<uuid:import_id>/duplicates")
@described("list_import_duplicates", told.TAG, **told.LEFT_OUT)
@access(who=Who.TOKEN)
def fetch_duplicates(import_id: UUID) -> Response:
    """The rows that were left out as duplicates, with what each of them resembles, and by what."""
    by = _by()
    run = find_import(import_id, by)
    lines = twins_csv(run, open_table(run, by).names, by)
    return Response("".join(lines), content_type="text/csv; charset=utf-8")


def _by() -> Actor:
    refuse_arguments(list(request.args))
    return current.actor()


def _asked() -> tuple[Arriving, Mapping | None, bool]:
    """The file, the mapping where one is given, and whether to count only; Refused for others."""
    refuse_arguments(list(request.args))
    if request.mimetype != MULTIPART:
        raise WrongContent(_("Send the file as multipart/form-data, in the field “file”."))
    demand_known([*request.form, *request.files], FIELDS)
    brought = arrived()
    if len(brought) != 1:
        raise Refused(_("Send one file in the field “file”."), field="file")
    dry_run = request.form.get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise Refused(_("This must be yes or no."), field="dry_run")
    return brought[0], _mapping(request.form.get("mapping", "")), dry_run == "true"


def _mapping(text: str) -> Mapping | None:
    if not text:
        return None
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(_("This is no JSON."), field="mapping") from None
    return from_json(raw)


def _one(run: ImportRun) -> Response:
    return send(Reply(200, dumps(_shown(run, current.actor()))))


def _mapping_shown(run: ImportRun, by: Actor) -> dict[str, Any]:
    """A mapping; texts of the file stand in it, so these are left out where its cells are."""
    if may_read_cells(run, by):
        return run.mapping
    kept = run.mapping.get("columns", ())
    columns = [{key: one.get(key) for key in ("source", "field")} for one in kept]
    plain = {key: part for key, part in run.mapping.items() if key != "left_out"}
    return {**plain, "columns": columns}


def _shown(run: ImportRun, by: Actor) -> dict[str, Any]:
    """An import as programs see it; `failures` and `duplicates` are where such rows are."""
    return {
        "id": str(run.id),
        "record_type": run.record_type,
        "file_name": run.file_name,
        "size": run.size,
        "state": str(run.state),
        "is_dry_run": run.is_dry_run,
        "mapping": _mapping_shown(run, by),
        "rows": run.total,
        "done": run.done,
        "created": run.created,
        "updated": run.updated,
        "skipped": run.skipped,
        "duplicate": run.duplicate,
        "failed": run.failed,
        "noted": run.noted,
        "asked": run.asked,
        "joined": run.joined,
        "left_out": run.left_out,
        "error": run.error,
        "user_id": str(run.user_id) if run.user_id else None,
        "created_at": as_json(run.created_at),
        "finished_at": as_json(run.finished_at) if run.finished_at else None,
        "undone_at": as_json(run.undone_at) if run.undone_at else None,
        "made": run.made,
        "failures": f"/api/v1/imports/{run.id}/failures" if run.failures_size else None,
        "duplicates": f"/api/v1/imports/{run.id}/duplicates" if run.twins_size else None,
    }
