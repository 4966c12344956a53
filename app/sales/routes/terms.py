"""The terms of customers by their size and payment record: seen and changed in the settings."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity.routes.asking import submit, typed
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.sales.operations.payment_record import NUMBERS
from app.sales.pages.editor import plain
from app.sales.pages.lines import CELLS
from app.sales.routes.blueprint import blueprint
from app.sales.terms.kept import MANAGE, save_terms, terms_of
from app.sales.terms.rules import HOLD, OPEN, STOP, USUAL
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/terms"
PAGE = "sales/terms.html"
STANDINGS = (
    (OPEN, _("Contracts as usual")),
    (HOLD, _("Each quote is approved")),
    (STOP, _("No contracts")),
)
JUDGED = {
    "good_share": _("Pays on time: at least so much of the money (percent)"),
    "good_days": _("Pays on time: at most so many days late on average"),
    "bad_share": _("Pays late: less than so much of the money on time (percent)"),
    "bad_days": _("Pays late: more than so many days late on average"),
}
FIELDS = ("discount", "payment_days", "deposit", "standing")


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_terms() -> Response:
    """The six cells as they stand."""
    return page(PAGE, typed={}, errors={}, form_errors=[], **_shown())


@blueprint.post(PLACE)
@access(permission=MANAGE)
def change_terms() -> Response:
    """Keep other terms."""

    def work() -> Response:
        save_terms(current.actor(), _sent(), whole(typed("version")))
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, PAGE, _shown)


def _sent() -> dict[str, Any]:
    cells = {
        key: {field: request.form.get(f"{key}.{field}", "") or "0" for field in FIELDS}
        for key in USUAL
    }
    return {
        "is_on": typed("is_on") == "1",
        "big_sizes": request.form.getlist("big_sizes"),
        "cells": cells,
        "judging": {
            **{key: request.form.get(f"judging.{key}", "") or "0" for key in NUMBERS},
            "is_kept": typed("is_kept") == "1",
        },
    }


def _shown() -> dict[str, Any]:
    by = current.actor()
    terms = terms_of(by)
    account = tailored("account", by)
    sizes = choices_of(account, by).get("size", ()) or account.field("size").options
    chosen = request.form.getlist("big_sizes") if request.method == "POST" else terms.big_sizes
    return {
        "url": PLACE,
        "terms": terms,
        "is_on": typed("is_on") == "1" if request.method == "POST" else terms.is_on,
        "sizes": [(one.value, one.shown(), one.value in chosen) for one in sizes],
        "cells": [
            (
                key,
                CELLS[key],
                {
                    "discount": plain(cell.discount),
                    "payment_days": str(cell.payment_days),
                    "deposit": plain(cell.deposit),
                    "standing": cell.standing,
                },
            )
            for key, cell in terms.cells.items()
        ],
        "standings": STANDINGS,
        "judging": [(key, JUDGED[key], plain(getattr(terms.thresholds, key))) for key in NUMBERS],
        "is_kept": typed("is_kept") == "1"
        if request.method == "POST"
        else terms.thresholds.is_kept,
    }
