"""A handover that was begun: what became of it, going on with it, taking it back."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response

from app.handover.operations.begin import enqueue_piece
from app.handover.operations.undo import begin_undo
from app.handover.pages.plan import is_open
from app.handover.pages.told import find_handover, told
from app.handover.routes.blueprint import MANAGE, blueprint
from app.identity.operations.notices import read_about
from app.jobs.progress import find_work
from app.kernel.errors import Refused
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.get("/handovers/<uuid:handover_id>")
@access()
def show_handover(handover_id: UUID) -> Response:
    """What changed hands: for a receiver what they got, for who manages people all of it."""
    by = current.actor()
    handover = find_handover(handover_id, by)
    work = find_work(handover.undo_id or handover.id, by)
    if is_open(handover) and work is not None and work.is_under_way:
        return see_other(f"/work/{work.id}")
    shown = told(handover, by)
    if by.user_id is not None:
        current.aside(partial(read_about, by.tenant, by.user_id, shown.url, by.now))
    return page("handover/told.html", it=shown)


@blueprint.post("/handovers/<uuid:handover_id>/undo")
@access(permission=MANAGE)
def undo_handover(handover_id: UUID) -> Response:
    """Take a handover back."""
    by = current.actor()
    handover = find_handover(handover_id, by)
    try:
        begin_undo(handover, by)
    except Refused as answer:  # It was pressed twice, or a colleague was faster.
        if is_htmx():
            raise
        by.session.rollback()
        toast(answer.message, kind="warn")
        return see_other(f"/handovers/{handover_id}")
    if handover.undo_finished_at is not None:
        toast(_("Taken back."))
    return see_other(f"/handovers/{handover_id}")


@blueprint.post("/handovers/<uuid:handover_id>/resume")
@access(permission=MANAGE)
def resume_handover(handover_id: UUID) -> Response:
    """Go on with a handover whose job failed again and again."""
    by = current.actor()
    handover = find_handover(handover_id, by)
    if is_open(handover):
        enqueue_piece(by, handover)
        toast(_("It goes on in the background."))
    return see_other(f"/handovers/{handover_id}")
