"""Completing an activity with how it went and what comes next, and taking both back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.crm.models import Activity
from app.crm.operations.next_step import take_back
from app.crm.pages.done import OTHER, STEP, done_form
from app.crm.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.errors import Answer, NotPermitted, Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.pages.form import sent_moment
from app.records.pages.unseen import warn_unseen
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.types import RecordType
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

DUE = "due_at"


@blueprint.get("/activities/<uuid:record_id>/done")
@access(permission=("activity", "complete"))
def show_done(record_id: UUID) -> Response:
    """The form of what was done, in the drawer or as a page."""
    record_type, activity, by = _activity(record_id)
    if activity.done_at is not None:
        raise Refused(_("This is done already."))
    form = done_form(activity, by, next_url=next_or(record_url(record_type, record_id)))
    return page("crm/done.html", "form", form=form)


@blueprint.post("/activities/<uuid:record_id>/done")
@access(permission=("activity", "complete"))
def do_done(record_id: UUID) -> Response:
    """Complete an activity and plan the next step, both or nothing."""
    record_type, activity, by = _activity(record_id)
    inputs: dict[str, Any] = {}
    if request.form.get("outcome"):
        inputs["outcome"] = request.form["outcome"]
    if request.form.get("when"):
        inputs["next"] = _next()
    try:
        perform("activity", "complete", activity, by=by, **inputs)
    except (Refused, NotPermitted) as answer:
        if not answer.errors:
            raise
        by.session.rollback()
        return _again(record_id, answer)
    _tell(record_id, activity, by)
    warn_unseen(record_type, activity, by)
    return _changed(next_or(record_url(record_type, record_id)))


def _tell(record_id: UUID, activity: Activity, by: Actor) -> None:
    """Say what was done, with the one undo that takes all of it back."""
    url, planned_id = f"/activities/{record_id}", activity.next_step.planned_id
    text = _("%(action)s: %(name)s", action=_("Marked as done"), name=activity.subject)
    undo = f"{url}/reopen"
    if planned_id is not None:
        planned = by.session.get_one(Activity, planned_id)
        text = _("Done, and the next step is planned: %(name)s", name=planned.subject)
        undo = f"{url}/done/{planned_id}/undo"
    toast(text, undo_url=undo if by.may("activity", "reopen") else None)


@blueprint.post("/activities/<uuid:record_id>/done/<uuid:planned_id>/undo")
@access(permission=("activity", "reopen"))
def undo_done(record_id: UUID, planned_id: UUID) -> Response:
    """Reopen an activity and take away the next step that was planned with it."""
    record_type, activity, by = _activity(record_id, "reopen")
    if take_back(activity, planned_id, by):
        toast(_("Reopened, and the next step is gone: %(name)s", name=activity.subject))
    else:
        toast(
            _("Reopened. The next step stays: it was changed since, or you may not delete it."),
            kind="warn",
        )
    return _changed(next_or(record_url(record_type, record_id)))


def _activity(record_id: UUID, verb: str = "complete") -> tuple[RecordType, Activity, Actor]:
    record_type, record, by = record_for("activities", record_id, verb)
    return record_type, cast("Activity", record), by


def _next() -> dict[str, str]:
    """The next step as the form sent it: its moment is a quick one or that of the control."""
    sent = _sent()
    when = sent["when"]
    return {
        **{key: sent[key] for key in STEP if key in sent},
        "due_at": sent.get("due_at", "") if when == OTHER else when,
    }


def _sent() -> dict[str, str]:
    """What the form sent; a box that is ticked comes after the 0 that stands for it unticked."""
    found = {key: values[-1] for key, values in request.form.lists()}
    if DUE in found:
        found[DUE] = sent_moment(request.form.getlist(DUE))
    return found


def _again(record_id: UUID, answer: Answer) -> Response:
    """The form with what was typed and why it was refused."""
    _record_type, activity, by = _activity(record_id)
    typed = _sent()
    form = done_form(activity, by, next_url=next_or(""), typed=typed, answer=answer)
    return page("crm/done.html", "form", status=422, form=form)


def _changed(url: str) -> Response:
    """Back to where it was asked for; htmx closes the drawer and loads anew what changed."""
    if not is_htmx():
        return see_other(url)
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed, drawer-close"
    return response
