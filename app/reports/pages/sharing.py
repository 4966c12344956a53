"""Who a report is shown to, as the form that keeps it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.ids import parse_id
from app.kernel.language import _, current
from app.kernel.localized import pick
from app.reports.models import EVERYONE, PRIVATE, ROLE, TEAM, Report
from app.reports.operations.keep import SHARE, get_report, may_change


@dataclass(frozen=True, slots=True)
class Sharing:
    """The name and the audience of a report, with the audiences that its reader may choose."""

    report: Report | None
    name: str
    audience: str
    choices: tuple[tuple[str, str], ...]


def sharing(report: str, typed: Mapping[str, str] | None, by: Actor) -> Sharing:
    """What the form shows: what was typed, else the report as it stands, else nothing yet."""
    row = _known(report, by)
    name, audience = ("", PRIVATE) if row is None else (row.name, audience_of(row))
    if typed is not None:
        name, audience = typed.get("name", ""), typed.get("audience", PRIVATE)
    choices = [(PRIVATE, str(_("Only me")))]
    if by.session.scalar(select(User.team_id).where(User.id == by.user_id)) is not None:
        choices.append((TEAM, str(_("My team"))))
    if by.may(*SHARE):
        choices.append((EVERYONE, str(_("Everyone"))))
        roles = by.session.scalars(select(Role).order_by(Role.id))
        choices += [
            (f"{ROLE}:{one.id}", str(_("Role: %(name)s", name=pick(one.label, current()))))
            for one in roles
        ]
    return Sharing(row, name, audience, tuple(choices))


def audience_of(row: Report) -> str:
    """The audience as the form names it."""
    return f"{ROLE}:{row.role_id}" if row.audience == ROLE else row.audience


def _known(report: str, by: Actor) -> Report | None:
    """The report that is being changed; one that is not the reader's to change is none."""
    report_id = parse_id(report)
    if report_id is None:
        return None
    try:
        row = get_report(by, report_id)
    except Missing:
        return None
    return row if may_change(by, row) else None
