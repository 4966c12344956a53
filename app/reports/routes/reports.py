"""The reports that there are, and each with its numbers."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.ids import parse_id
from app.kernel.language import _
from app.reports.engine.counted import may_take_away
from app.reports.engine.written import read
from app.reports.operations import keep
from app.reports.pages.arguments import build_url
from app.reports.pages.listed import listed
from app.reports.pages.shown import shown
from app.reports.ready import ready_report
from app.reports.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/reports")
@access()
def show_reports() -> Response:
    """The reader's reports, those shared with them, and those that come with the product."""
    return page("reports/list.html", shelves=listed(current.actor()))


@blueprint.get("/reports/<uuid:report_id>")
@access()
def show_report(report_id: UUID) -> Response:
    """One report with its numbers, as the reader may see them."""
    by = current.actor()
    row = keep.get_report(by, report_id)
    definition = read(row.definition)
    own = str(row.id) if keep.may_change(by, row) else ""
    return page(
        "reports/report.html",
        it=shown(definition, by, is_fresh=_is_fresh()),
        name=row.name,
        text="",
        key=str(row.id),
        report=own,
        edit_url=build_url(definition, own),
        is_starred=str(row.id) in keep.starred(by),
        may_export=may_take_away(row.record_type, by) and by.previews is None,
    )


@blueprint.get("/reports/ready/<key>")
@access()
def show_ready_report(key: str) -> Response:
    """A report that comes with the product."""
    by = current.actor()
    found = ready_report(key, by)
    kind = found.definition.record_type
    return page(
        "reports/report.html",
        it=shown(found.definition, by, is_fresh=_is_fresh()),
        name=str(found.label),
        text=str(found.text),
        key=found.key,
        report="",
        edit_url=build_url(found.definition),
        is_starred=found.key in keep.starred(by),
        may_export=may_take_away(kind, by) and by.previews is None,
    )


@blueprint.post("/reports/star")
@access()
def star_report() -> Response:
    """Put a report among the reader's first ones, or take it out."""
    by = current.actor()
    key = request.form.get("key", "")[:80]
    report_id = parse_id(key)
    place = f"/reports/{key}" if report_id is not None else f"/reports/ready/{key}"
    known = keep.get_report(by, report_id).id if report_id else ready_report(key, by).key
    keep.star(by, str(known), is_starred=request.form.get("on") == "1")
    return see_other(place)


@blueprint.post("/reports/<uuid:report_id>/delete")
@access()
def delete_report(report_id: UUID) -> Response:
    """Delete a report; the message brings it back."""
    by = current.actor()
    row = keep.get_report(by, report_id)
    keep.delete_report(by, row)
    undo = f"/reports/{report_id}/restore"
    toast(_("The report %(name)s was deleted.", name=row.name), undo_url=undo)
    return see_other("/reports")


@blueprint.post("/reports/<uuid:report_id>/restore")
@access()
def restore_report(report_id: UUID) -> Response:
    """Bring a deleted report back and open it."""
    by = current.actor()
    keep.restore_report(by, keep.get_report(by, report_id, is_deleted=True))
    return see_other(f"/reports/{report_id}")


def _is_fresh() -> bool:
    """True where the numbers shall be counted anew, though a worker has counted them today."""
    return request.args.get("fresh") == "1"
