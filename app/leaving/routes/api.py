"""Everything in one file, for programs: asked for, followed, fetched, deleted.

It is there in every state of the workspace. Asking for the end of a workspace takes an owner with
their password, in the browser.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request, send_file

from app.events import write_event
from app.identity.routes.paging import asked_place, cut
from app.kernel.actor import Actor
from app.kernel.language import _
from app.leaving.models import State, Takeout
from app.leaving.operations.takeout import (
    SUBJECT,
    TAKE,
    begin_takeout,
    delete_takeout,
    find_takeout,
    list_takeouts,
    open_takeout,
)
from app.leaving.routes.blueprint import blueprint
from app.leaving.routes.takeouts import name_of, to_be_saved
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import (
    DONE,
    ID,
    LOCATION,
    MOMENT,
    PAGED,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
)
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.routes.sent import once
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

URL = "/api/v1/takeouts"
ONE_URL = f"{URL}/<uuid:takeout_id>"
TAG = _("Everything in one file")
NAMED: dict[str, Schema] = {
    "Takeout": record_of(
        id=ID,
        state=one_of(*(str(one) for one in State)),
        total=WHOLE,
        done=WHOLE,
        size=nullable(WHOLE),
        sha256=nullable(TEXT),
        error=nullable(TEXT),
        user_id=ID,
        created_at=MOMENT,
        finished_at=nullable(MOMENT),
        expires_at=nullable(MOMENT),
        file=nullable(TEXT),
    )
}
ONE = {"200": answer(ref("Takeout"))}
LISTED = {"200": answer(page_of("Takeout"))}
BEGUN = {"202": answer(ref("Takeout"), LOCATION)}
FILE = {"200": {"description": "OK", "content": {"application/zip": {}}}}


@blueprint.get(URL)
@described("list_takeouts", TAG, LISTED, schemas=NAMED, parameters=PAGED)
@access(who=Who.TOKEN, permission=TAKE, while_suspended=True)
def list_takeouts_for_program() -> Response:
    """One page of them, the newest first, whoever asked for them."""
    by = current.actor()
    limit = read_page(request.args, ("cursor",))
    found = list_takeouts(by, limit + 1, asked_place(request.args))
    shown, following = cut(found, limit, lambda one: one.created_at)
    data = [_shown(one, by) for one in shown]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post(URL)
@described("create_takeout", TAG, BEGUN, schemas=NAMED, is_repeatable=True)
@access(who=Who.TOKEN, permission=TAKE, while_suspended=True)
def begin_takeout_by_program() -> Response:
    """Have everything put into one file, in the background."""
    by = current.actor()

    def work(_body: dict[str, Any]) -> Reply:
        takeout = begin_takeout(by)
        place = {"Location": f"{URL}/{takeout.id}"}
        return Reply(202, dumps(_shown(takeout, by)), place)

    return once(work)


@blueprint.get(ONE_URL)
@described("get_takeout", TAG, ONE, schemas=NAMED)
@access(who=Who.TOKEN, permission=TAKE, while_suspended=True)
def show_takeout_to_program(takeout_id: UUID) -> Response:
    """How far it is."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(Reply(200, dumps(_shown(find_takeout(takeout_id, by), by))))


@blueprint.get(f"{ONE_URL}/file")
@described("download_takeout", TAG, FILE)
@access(who=Who.TOKEN, permission=TAKE, while_suspended=True)
def fetch_takeout(takeout_id: UUID) -> Response:
    """The file of one that is done; that it was fetched is noted."""
    refuse_arguments(list(request.args))
    by = current.actor()
    takeout = find_takeout(takeout_id, by)
    made = open_takeout(takeout, by)
    current.aside(partial(_note_fetched, by.tenant, by))
    name = name_of(takeout, by)
    sent = send_file(
        made, "application/zip", as_attachment=True, download_name=name, max_age=0, etag=False
    )
    return to_be_saved(sent)


@blueprint.delete(ONE_URL)
@described("delete_takeout", TAG, DONE)
@access(who=Who.TOKEN, permission=TAKE, while_suspended=True)
def delete_takeout_by_program(takeout_id: UUID) -> Response:
    """Remove one with its file; one that is being made is stopped."""
    refuse_arguments(list(request.args))
    delete_takeout(takeout_id, current.actor())
    return Response(status=204)


def _note_fetched(tenant: TenantFacts, by: Actor) -> None:
    """Write it into the audit after the answer: a GET keeps nothing of its own."""
    with tenant_scope(tenant) as session:
        write_event(replace(by, session=session), SUBJECT, tenant.id, "takeout_fetched")


def _shown(one: Takeout, by: Actor) -> dict[str, Any]:
    is_over = one.expires_at is not None and one.expires_at <= by.now
    is_there = one.state == State.DONE and not is_over
    return {
        "id": str(one.id),
        "state": State.EXPIRED.value if one.state == State.DONE and is_over else str(one.state),
        "total": one.total,
        "done": one.done or 0,
        "size": one.size,
        "sha256": one.sha256,
        "error": one.error,
        "user_id": str(one.user_id),
        "created_at": as_json(one.created_at),
        "finished_at": as_json(one.finished_at),
        "expires_at": as_json(one.expires_at),
        "file": f"{URL}/{one.id}/file" if is_there else None,
    }
