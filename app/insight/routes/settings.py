"""Thresholds and names of the value matrix: seen and changed in the settings."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity.routes.asking import submit, typed
from app.insight.operations.quadrants import MEAN, MEDIAN, OWN, PARETO, QUADRANTS
from app.insight.operations.settings import (
    AUTO,
    LANGUAGES,
    MANAGE,
    MARGIN,
    REVENUE,
    save_settings,
    settings_of,
)
from app.insight.routes.blueprint import blueprint
from app.kernel.language import NATIVE_NAMES, _
from app.kernel.whole import whole
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/insight"
PAGE = "insight/settings.html"
WAYS = (
    (MEDIAN, _("Median: half of the customers are above it")),
    (MEAN, _("Mean of all customers")),
    (PARETO, _("Pareto: those above it make four fifths of the sum")),
    (OWN, _("Own threshold")),
)
BASES = (
    (
        AUTO,
        _("Margin where every order's cost is known or a percentage is entered, else revenue"),
    ),
    (REVENUE, _("Revenue")),
    (MARGIN, _("Margin")),
)
PLAIN = (
    "current_by",
    "potential_by",
    "current_own",
    "potential_own",
    "basis",
    "margin_percent",
)


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_settings() -> Response:
    """The settings as they stand."""
    return page(PAGE, typed={}, errors={}, form_errors=[], **_shown())


@blueprint.post(PLACE)
@access(permission=MANAGE)
def change_settings() -> Response:
    """Keep other settings."""

    def work() -> Response:
        save_settings(current.actor(), _sent(), whole(typed("version")))
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, PAGE, _shown)


def _sent() -> dict[str, Any]:
    sent: dict[str, Any] = {key: request.form[key] for key in PLAIN if key in request.form}
    sent["keeps_fields"] = typed("keeps_fields") == "1"
    sent["names"] = {
        one.key: {
            what: {
                language: request.form.get(f"{one.key}.{what}.{language}", "")
                for language in LANGUAGES
            }
            for what in ("name", "strategy")
        }
        for one in QUADRANTS
    }
    return sent


def _shown() -> dict[str, Any]:
    by = current.actor()
    settings = settings_of(by)
    return {
        "url": PLACE,
        "settings": settings,
        "told": settings.told(),
        "keeps_fields": typed("keeps_fields") == "1"
        if request.method == "POST"
        else settings.keeps_fields,
        "quadrants": QUADRANTS,
        "ways": WAYS,
        "bases": BASES,
        "languages": [(one, NATIVE_NAMES[one]) for one in LANGUAGES],
        "currency": by.tenant.currency,
    }
