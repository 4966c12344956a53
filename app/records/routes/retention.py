"""The settings of what is kept for how long."""

from __future__ import annotations

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.language import _, ngettext
from app.records.retention import (
    EVENT_MONTHS,
    LEAST_DAYS,
    MOST_DAYS,
    change_retention,
    retention,
)
from app.records.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

URL = "/settings/retention"
MANAGE = ("retention", "manage")
FORM = "records/retention.html"


@blueprint.get(URL)
@access(permission=MANAGE)
def show_retention() -> Response:
    """How long deleted records and events are kept."""
    kept = retention(current.actor())
    before = {
        "deleted_days": str(kept.deleted_days),
        "event_months": str(kept.event_months or ""),
    }
    return show(FORM, _shown(), typed=before)


@blueprint.post(URL)
@access(permission=MANAGE)
def save_retention() -> Response:
    """Decide it anew."""

    def work() -> Response:
        change_retention(
            current.actor(),
            deleted_days=typed("deleted_days"),
            event_months=typed("event_months"),
        )
        toast(_("Saved."))
        return see_other(URL)

    return submit(work, FORM, _shown)


def _shown() -> dict[str, object]:
    months = [(number, ngettext("%(n)s month", "%(n)s months", number)) for number in EVENT_MONTHS]
    return {"url": URL, "months": months, "least": LEAST_DAYS, "most": MOST_DAYS}
