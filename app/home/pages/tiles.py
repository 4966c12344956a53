"""Widgets as a page shows them before their content is there: what each is called and opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from app.home import contributed
from app.home.operations.wishes import readable_type, view_of
from app.home.placed import Placed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, gettext
from app.records.pages.state import MINE, read_query, read_state
from app.records.types import RecordType
from app.records.views.tabs import opened_at
from app.records.widgets import LIST, REPORT, VIEW, WIDGET
from app.reports.engine.written import read
from app.reports.models import Report
from app.reports.operations.keep import some_reports
from app.reports.pages.chart import CHARTS
from app.reports.ready import ready_report

LABELS = {
    "report": _("Report"),
    "view": _("Saved view"),
    "list": _("List"),
    "widget": _("Widget"),
}
ICONS = {"report": "chart-bar", "view": "layout-list", "list": "layout-list", "widget": "activity"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A widget of a page: its title, its icon, the page that shows all of it.

    `url` is "" where there is no such page, and where what it shows is not there for its reader
    (`is_there`). `draws` says that it may be a chart.
    """

    placed: Placed
    title: str
    url: str
    icon: str
    kind: Text
    is_there: bool = True
    draws: bool = False


def tiles(widgets: Sequence[Placed], by: Actor) -> tuple[Tile, ...]:
    """Every widget in its order; however many there are, at most one statement is run."""
    ids = {found for one in widgets if one.kind == REPORT and (found := parse_id(one.of))}
    reports = some_reports(by, ids) if ids else {}
    return tuple(tile(one, by, reports) for one in widgets)


def tile(placed: Placed, by: Actor, reports: dict[UUID, Report] | None = None) -> Tile:
    """One widget; `reports` are those that were looked up, None where none were."""
    known = reports
    if known is None:
        report_id = parse_id(placed.of) if placed.kind == REPORT else None
        known = some_reports(by, {report_id}) if report_id else {}
    kind = LABELS.get(placed.kind, LABELS[WIDGET])
    try:
        found = _found(placed, by, known)
    except Answer:
        icon = ICONS.get(placed.kind, ICONS[WIDGET])
        return Tile(placed, placed.name or str(kind), "", icon, kind, is_there=False)
    title, url, icon, draws = found
    return Tile(placed, placed.name or title, url, icon, kind, draws=draws)


def list_title(record_type: RecordType, query: str) -> str:
    """What a list is called by itself: that of its tab, if it is one, else that of all."""
    many = str(record_type.words.many)
    asked = usual_query(record_type, query)
    tab = next(
        (one for one in record_type.views if usual_query(record_type, one.query) == asked), None
    )
    label = str(tab.label) if tab is not None else ""
    if asked == usual_query(record_type, urlencode(MINE)):
        label = gettext("Mine")
    return gettext("%(many)s: %(tab)s", many=many, tab=label) if asked and label else many


def usual_query(record_type: RecordType, query: str) -> str:
    """The query of a list as the list itself would write it; Refused where it can't be read."""
    return read_state(record_type, read_query(query)).query()


def _found(placed: Placed, by: Actor, reports: dict[UUID, Report]) -> tuple[str, str, str, bool]:
    """Title, address, icon, and whether it may be a chart; what is not there raises an answer."""
    if placed.kind == REPORT:
        return _report(placed.of, by, reports)
    if placed.kind == VIEW:
        view = view_of(placed.of, by)
        if view is None:
            raise Missing(_("This view was deleted, or is not shared with you."))
        record_type = readable_type(view.record_type, by)
        return view.name, opened_at(f"/{record_type.collection}", view), record_type.icon, False
    if placed.kind == LIST:
        record_type = readable_type(placed.of, by)
        state = read_state(record_type, read_query(placed.query))
        return (
            list_title(record_type, placed.query),
            _list_url(state.url()),
            record_type.icon,
            False,
        )
    found = contributed.widget(placed.of, by)
    return str(found.label), found.url, found.icon, False


def _report(of: str, by: Actor, reports: dict[UUID, Report]) -> tuple[str, str, str, bool]:
    report_id = parse_id(of)
    if report_id is None:
        ready = ready_report(of, by)
        draws = ready.definition.shape in CHARTS
        return str(ready.label), f"/reports/ready/{ready.key}", "chart-bar", draws
    row = reports.get(report_id)
    if row is None:
        raise Missing(_("This report was deleted, or is not shared with you."))
    draws = read(row.definition).shape in CHARTS
    return row.name, f"/reports/{row.id}", "chart-bar", draws


def _list_url(url: str) -> str:
    """The address of a list as it stands, whatever its reader begins with."""
    return url if "?" in url else f"{url}?{urlencode({'view': 'all'})}"
