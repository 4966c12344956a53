"""The pages of insight: the value matrix, classes by purchase, who is leaving; reckoning anew."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response, request

from app.insight.operations.rescues import begin_rescue
from app.insight.operations.runs import begin_run
from app.insight.operations.settings import COMPUTE, READ
from app.insight.pages.classes import classes_page
from app.insight.pages.leaving import leaving_page
from app.insight.pages.matrix import matrix_page
from app.insight.pages.seen import demand_purchases
from app.insight.routes.blueprint import blueprint
from app.kernel.errors import Conflict, Refused
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/insight")
@access(permission=READ)
def show_matrix() -> Response:
    """The value matrix."""
    return page("insight/matrix.html", page=matrix_page(current.actor()))


@blueprint.get("/insight/classes")
@access(permission=READ)
def show_classes() -> Response:
    """Classes by purchase."""
    return page("insight/classes.html", page=classes_page(current.actor()))


@blueprint.get("/insight/leaving")
@access(permission=READ)
def show_leaving() -> Response:
    """Who is leaving."""
    return page("insight/leaving.html", page=leaving_page(current.actor()))


@blueprint.post("/insight/runs")
@access(permission=COMPUTE)
def start_run() -> Response:
    """Reckon all customers as of a day; the page to come back to is told by the work."""
    by = current.actor()
    try:
        run = begin_run(by, _day(request.form.get("as_of", "")))
    except (Conflict, Refused) as answer:
        if not by.may(*READ):
            raise
        by.session.rollback()
        told = answer.errors.get("as_of", answer.message)
        shown = matrix_page(by)
        return page("insight/matrix.html", status=answer.status, page=shown, as_of_error=told)
    toast(_("The values are being reckoned."))
    return see_other(f"/work/{run.id}")


@blueprint.post("/insight/leaving/<uuid:account_id>/rescue")
@access(permission=READ)
def start_rescue(account_id: UUID) -> Response:
    """Plan the call with a customer who is leaving, and open it."""
    by = current.actor()
    demand_purchases(by)
    rescue = begin_rescue(by, account_id)
    toast(_("A call is planned in your tasks: contact, opinion, improvement."))
    return see_other(f"/activities/{rescue.activity_id}")


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22."), field="as_of") from None
