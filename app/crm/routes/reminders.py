"""Reminders: put off from the bell, and how long before they usually come."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response, request

from app.crm.models import Activity
from app.crm.operations.reminders.choices import CHOICES
from app.crm.operations.reminders.choose import choose_usual, snooze, usual_of
from app.crm.routes.blueprint import blueprint
from app.identity.routes.asking import show, submit
from app.identity.routes.notices import show_notices
from app.kernel.language import _
from app.records.routes.blueprint import record_for
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import is_htmx, see_other
from app.web.toasts import toast

PLACE = "/settings/me/reminders"
TEMPLATE = "crm/reminders.html"


@blueprint.post("/activities/<uuid:record_id>/snooze")
@access(permission=("activity", "read"))
def snooze_reminder(record_id: UUID) -> Response:
    """Be reminded of one's own activity again, in an hour or tomorrow."""
    _type, record, by = record_for("activities", record_id, "read")
    at = snooze(cast("Activity", record), request.form.get("wait", ""), by)
    when = formats(by).moment(at, by.today())
    toast(_("You will be reminded again: %(when)s", when=when))
    return show_notices() if is_htmx() else see_other("/notices")


@blueprint.get(PLACE)
@access()
def show_reminders() -> Response:
    """How long before the reader is reminded."""
    by = current.actor()
    return show(TEMPLATE, _shown(), typed={"remind": usual_of(by)})


@blueprint.post(PLACE)
@access()
def save_reminders() -> Response:
    """Keep how long before; what is planned already follows."""

    def work() -> Response:
        choose_usual(request.form.get("remind", ""), current.actor())
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, TEMPLATE, _shown)


def _shown() -> dict[str, object]:
    return {"url": PLACE, "choices": [(one.value, one.shown()) for one in CHOICES]}
