"""Everything in one file: asked for, watched, fetched, deleted; in every state of the workspace."""

from __future__ import annotations

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, send_file

from app.events import write_event
from app.identity.operations.notices import read_about
from app.kernel.actor import Actor
from app.kernel.language import _
from app.leaving.models import Takeout
from app.leaving.operations.takeout import (
    SUBJECT,
    TAKE,
    URL,
    begin_takeout,
    delete_takeout,
    find_takeout,
    list_takeouts,
    open_takeout,
)
from app.leaving.pages.leaving import shown
from app.leaving.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

TEMPLATE = "leaving/leaving.html"


@blueprint.get(URL)
@access(permission=TAKE, while_suspended=True)
def show_leaving() -> Response:
    """What can be taken along, what was, and the way out."""
    by = current.actor()
    if by.user_id is not None:
        current.aside(partial(read_about, by.tenant, by.user_id, URL, by.now))
    return page(TEMPLATE, **shown(list_takeouts(by), by), typed={}, errors={}, form_errors=[])


@blueprint.post(f"{URL}/files")
@access(permission=TAKE, while_suspended=True)
def ask_for_everything() -> Response:
    """Have everything put into one file."""
    begin_takeout(current.actor())
    toast(_("It is being made. A notification tells you when it is ready."), kind="info")
    return see_other(URL)


@blueprint.post(f"{URL}/files/<uuid:takeout_id>/download")
@access(permission=TAKE, while_suspended=True)
def download_everything(takeout_id: UUID) -> Response:
    """The file; that it was fetched is noted, so it is no GET."""
    by = current.actor()
    takeout = find_takeout(takeout_id, by)
    made = open_takeout(takeout, by)
    write_event(by, SUBJECT, by.tenant.id, "takeout_fetched")
    return to_be_saved(
        send_file(
            made,
            "application/zip",
            as_attachment=True,
            download_name=name_of(takeout, by),
            max_age=0,
            etag=False,
        )
    )


@blueprint.post(f"{URL}/files/<uuid:takeout_id>/delete")
@access(permission=TAKE, while_suspended=True)
def remove_everything(takeout_id: UUID) -> Response:
    """Delete one of the files, or stop the making of it."""
    delete_takeout(takeout_id, current.actor())
    toast(_("Deleted."))
    return see_other(URL)


def name_of(takeout: Takeout, by: Actor) -> str:
    """The name under which it is saved, with the firm's day."""
    day = takeout.created_at.astimezone(ZoneInfo(by.tenant.zone)).date()
    return f"{by.tenant.slug} {day.isoformat()}.zip"


def to_be_saved(answer: Response) -> Response:
    """As something to be saved, never to be shown or run where we are."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
