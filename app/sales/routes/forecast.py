"""The forecast, and the targets that it is held against."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.operations.targets import MANAGE
from app.sales.pages.forecast import forecast_page
from app.sales.pages.forecast_lines import read_asked
from app.sales.pages.targets import keep_targets, read_year, targets_page
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

READ = ("opportunity", "read")
TARGETS = "/forecast/targets"


@blueprint.get("/forecast")
@access(permission=READ)
def show_forecast() -> Response:
    """What was won and what may be, by period and by person or team, against targets."""
    by = current.actor()
    return page("sales/forecast.html", table=forecast_page(read_asked(request.args, by), by))


@blueprint.get(TARGETS)
@access(permission=MANAGE)
def show_targets() -> Response:
    """The targets of a year."""
    by = current.actor()
    return page(
        "sales/targets.html", table=targets_page(read_year(request.args.get("year", ""), by), by)
    )


@blueprint.post(TARGETS)
@access(permission=MANAGE)
def save_targets() -> Response:
    """Keep the targets that were changed; all of them or none."""
    by = current.actor()
    year = read_year(request.form.get("year", ""), by)
    try:
        keep_targets(year, request.form, by)
    except Refused as refused:
        by.session.rollback()
        shown = targets_page(year, by, request.form, refused.errors)
        return page("sales/targets.html", status=refused.status, table=shown)
    toast(_("Saved."))
    return see_other(f"{TARGETS}?year={year}")
