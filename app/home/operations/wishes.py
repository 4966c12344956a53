"""What somebody wishes to put on a Home: whether it is there, and who would see it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from app.home import contributed
from app.home.operations.homes import as_role
from app.home.placed import LONGEST_QUERY, NAME, ROWS, Placed
from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.pages.state import read_query
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values.texts import CONTROL
from app.records.views.models import EVERYONE as ALL_PEOPLE
from app.records.views.opened import list_to_keep
from app.records.views.shelf import ViewFacts, shelf
from app.records.widgets import LIST, REPORT, VIEW, WIDGET
from app.reports.models import EVERYONE, ROLE, Report
from app.reports.operations import keep
from app.reports.ready import ready_report


def fitting(wish: Placed, by: Actor, role: Role | None = None) -> Placed:
    """A wish as it can be put on one's Home, or on that of a role.

    Missing or NotPermitted where `by` may not see what it shows; Refused for a name or a query that
    can't be, and for what the people of the role would not see.
    """
    named = named_so(wish)
    if wish.rows not in ROWS:
        raise Refused(_("Choose how many rows."), field="rows")
    if wish.kind == REPORT:
        _demand_report(wish.of, by, role)
    elif wish.kind == VIEW:
        _demand_view(wish.of, by, role)
    elif wish.kind == LIST:
        return replace(named, query=_query(wish, by))
    elif wish.kind == WIDGET:
        contributed.widget(wish.of, by if role is None else as_role(by, role))
    else:
        raise Refused(_("There is no such widget, or it is not for your role."), field="kind")
    return replace(named, query="")


def named_so(wish: Placed) -> Placed:
    """A widget under the name that it shall have; Refused for one that is too long."""
    name = " ".join(CONTROL.sub(" ", wish.name).split())
    if len(name) > NAME:
        message = _("This is longer than %(limit)s characters.", limit=NAME)
        raise Refused(message, field="name")
    return replace(wish, name=name)


def view_of(of: str, by: Actor) -> ViewFacts | None:
    """The saved view of this id that `by` has, of whatever type."""
    view_id = parse_id(of)
    return next((one for one in shelf(by).views if one.id == view_id), None)


def readable_type(kind: str, by: Actor) -> RecordType:
    """The type of this key; Missing while its module is off, NotPermitted without the right."""
    declared = registry().get(kind)
    if declared is None or not by.tenant.allows(declared.module):
        raise Missing(_("There is no such list."))
    if not by.may(kind, "read"):
        raise NotPermitted(_("Your role does not allow this."))
    return tailored(declared, by)


def is_for_role(row: Report, role_id: UUID) -> bool:
    """True where whoever has the role sees the report."""
    return row.audience == EVERYONE or (row.audience == ROLE and row.role_id == role_id)


def _demand_report(of: str, by: Actor, role: Role | None) -> None:
    report_id = parse_id(of)
    if report_id is None:
        ready_report(of, by)
        return
    row = keep.get_report(by, report_id)
    if role is not None and not is_for_role(row, role.id):
        message = _("The people of this role do not see this report. Share it with them first.")
        raise Refused(message, field="of")


def _demand_view(of: str, by: Actor, role: Role | None) -> None:
    view = view_of(of, by)
    if view is None:
        raise Missing(_("This view was deleted, or is not shared with you."))
    readable_type(view.record_type, by)
    if role is not None and view.audience != ALL_PEOPLE:
        message = _("The people of this role do not see this view. Share it with them first.")
        raise Refused(message, field="of")


def _query(wish: Placed, by: Actor) -> str:
    """The query of a list as the list itself would write it."""
    record_type = readable_type(wish.of, by)
    if len(wish.query) > LONGEST_QUERY:
        message = _("This list has more filters than a view can hold.")
        raise Refused(message, field="query")
    return list_to_keep(record_type, read_query(wish.query), by).query()
