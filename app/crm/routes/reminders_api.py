"""Reminders for programs: being reminded of one's own activity later."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response

from app.crm.models import Activity
from app.crm.operations.reminders.choose import WAITS, snooze
from app.crm.routes.blueprint import blueprint
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.inputs import demand_scope, text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import MOMENT, answer, one_of, record_of, sent
from app.records.routes.sent import Body, once
from app.records.tailored import tailored
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

ANSWERS = {"200": answer(record_of(remind_at=MOMENT))}
SENT = sent(("wait",), wait=one_of(*WAITS))


@blueprint.post("/api/v1/activities/<uuid:activity_id>/snooze")
@described("snooze_reminder", _("Reminders"), ANSWERS, sends=SENT, is_repeatable=True)
@access(who=Who.TOKEN, permission=("activity", "read"))
def snooze_by_program(activity_id: UUID) -> Response:
    """Be reminded of one's own open activity again: in an hour, or tomorrow morning."""
    by = current.actor()
    demand_scope(by, "activity", "update")

    def work(body: Body) -> Reply:
        found = fetch(tailored("activity", by), activity_id, by)
        at = snooze(cast("Activity", found), text_of(body, "wait"), by)
        return Reply(200, dumps({"remind_at": as_json(at)}))

    return once(work, ("wait",), may_be_empty=False)
