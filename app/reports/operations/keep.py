"""What people do with reports: save, change, share, star, delete, bring back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.models import Role, User
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.views.shelf import teams_of
from app.reports.engine.counted import may_count
from app.reports.engine.definition import Definition
from app.reports.engine.meaning import meaning
from app.reports.engine.openable import demand_openable
from app.reports.engine.written import write
from app.reports.models import (
    AUDIENCES,
    EVERYONE,
    NAME,
    PRIVATE,
    ROLE,
    TEAM,
    Report,
    ReportStar,
)

SHARE = ("report", "share")
MOST = 200  # Reports of one person.
SHOWN = 500  # Reports of one reader.
KEPT = timedelta(days=30)  # A deleted report can be brought back as long as a record.


@dataclass(frozen=True, slots=True)
class Wish:
    """What a report shall be called, who shall see it, and what it shall count."""

    name: str
    audience: str
    definition: Definition
    role_id: UUID | None = None


def save_report(by: Actor, wish: Wish) -> Report:
    """Keep a report; Refused with a message per input."""
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Only a person has reports."))
    kept = select(func.count()).select_from(Report)
    kept = kept.where(Report.owner_id == by.user_id, Report.deleted_at.is_(None))
    if (by.session.scalar(kept) or 0) >= MOST:
        raise Refused(_("You have %(most)s reports. Delete one that you don't use.", most=MOST))
    row = Report(id=new_id(), owner_id=by.user_id, created_at=by.now)
    _apply(by, row, wish)
    by.session.add(row)
    by.session.flush()  # The event that follows tells what is written.
    _tell(by, row, "created", {"name": [None, _public_name(row)], "audience": [None, row.audience]})
    return row


def change_report(by: Actor, row: Report, version: int | None, wish: Wish) -> None:
    """Make a report what `wish` says; Conflict when somebody else changed it meanwhile."""
    require_writable(by)
    require_own(by, row)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody changed this report while you were editing it."))
    before = (_public_name(row), row.audience)
    _apply(by, row, wish)
    try:
        by.session.flush()  # The event that follows tells what is written.
    except StaleDataError:
        raise Conflict(_("Somebody changed this report while you were editing it.")) from None
    after = (_public_name(row), row.audience)
    pairs = zip(("name", "audience"), before, after, strict=True)
    _tell(by, row, "updated", {key: [was, now] for key, was, now in pairs if was != now})


def delete_report(by: Actor, row: Report) -> None:
    """Take a report away from all who see it; it can be brought back for 30 days."""
    require_writable(by)
    require_own(by, row)
    row.deleted_at = by.now
    by.session.execute(
        delete(Report).where(Report.owner_id == row.owner_id, Report.deleted_at < by.now - KEPT)
    )
    by.session.flush()  # The event that follows tells what is written.
    _tell(by, row, "deleted", {})


def restore_report(by: Actor, row: Report) -> None:
    """Bring a deleted report back."""
    require_writable(by)
    require_own(by, row)
    row.deleted_at = None
    by.session.flush()  # The event that follows tells what is written.
    _tell(by, row, "restored", {})


def star(by: Actor, report: str, *, is_starred: bool) -> None:
    """Put a report among the reader's first ones, or take it out."""
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Only a person has reports."))
    mine = (ReportStar.user_id == by.user_id, ReportStar.report == report)
    by.session.execute(delete(ReportStar).where(*mine))
    if is_starred:
        by.session.add(ReportStar(id=new_id(), user_id=by.user_id, report=report))
        by.session.flush()  # Refused here where the reader is gone.


def starred(by: Actor) -> frozenset[str]:
    """What the reader starred: ids and keys."""
    mine = select(ReportStar.report).where(ReportStar.user_id == by.user_id)
    return frozenset(by.session.scalars(mine))


def reports_of(by: Actor) -> list[Report]:
    """The reports that `by` sees, of types that they may read, by name."""
    found = by.session.scalars(
        select(Report)
        .where(Report.deleted_at.is_(None), _seen(by))
        .order_by(func.lower(Report.name), Report.id)
        .limit(SHOWN)
    )
    return [one for one in found if may_count(one.record_type, by)]


def some_reports(by: Actor, ids: Collection[UUID]) -> dict[UUID, Report]:
    """Those of these reports that `by` sees, by their ids."""
    asked = select(Report).where(Report.id.in_(ids), Report.deleted_at.is_(None), _seen(by))
    return {one.id: one for one in by.session.scalars(asked) if may_count(one.record_type, by)}


def get_report(by: Actor, report_id: UUID, *, is_deleted: bool = False) -> Report:
    """A report that `by` sees, or one of their own that was deleted; else Missing."""
    asked = select(Report).where(Report.id == report_id, _seen(by))
    row = by.session.scalars(asked).one_or_none()
    is_there = row is not None and (row.deleted_at is not None) == is_deleted
    if row is None or not is_there or not may_count(row.record_type, by):
        raise Missing(_("This report was deleted, or is not shared with you."))
    if is_deleted and not may_change(by, row):
        raise Missing(_("This report was deleted, or is not shared with you."))
    return row


def may_change(by: Actor, row: Report) -> bool:
    """True for one's own reports, and for everybody's and a role's to whoever may share such."""
    if by.tenant.is_read_only or by.user_id is None:
        return False
    is_wide = row.audience in (EVERYONE, ROLE) and by.may(*SHARE)
    return row.owner_id == by.user_id or is_wide


def require_own(by: Actor, row: Report) -> None:
    """NotPermitted for whoever sees a report of somebody else."""
    if not may_change(by, row):
        raise NotPermitted(_("This report belongs to somebody else. Copy it to change it."))


def _seen(by: Actor) -> ColumnElement[bool]:
    """The reports that `by` sees; a colleague's private ones are not shown to who looks as them."""
    own: ColumnElement[bool] = Report.owner_id == by.user_id
    if by.person_id != by.user_id:
        own = and_(own, Report.audience != PRIVATE)
    return or_(
        own,
        Report.audience == EVERYONE,
        and_(Report.audience == ROLE, Report.role_id == by.role_id),
        and_(Report.audience == TEAM, Report.team_id.in_(teams_of(by))),
    )


def _apply(by: Actor, row: Report, wish: Wish) -> None:
    """Write a wish into the row; Refused with a message per input."""
    # Refused where it can't be counted by whoever keeps it, or its numbers not be opened.
    demand_openable(meaning(wish.definition, by))
    errors: dict[str, Text | str] = {}
    name = " ".join(wish.name.split())
    if not name:
        errors["name"] = _("Please fill in this field.")
    elif len(name) > NAME:
        errors["name"] = _("This is longer than %(limit)s characters.", limit=NAME)
    team_id = row.team_id
    if (wish.audience, wish.role_id) != (row.audience, row.role_id):
        team_id = by.session.scalar(select(User.team_id).where(User.id == row.owner_id))
        refused = _against(by, wish, team_id)
        if refused is not None:
            errors["audience"] = refused
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    row.name, row.audience = name, wish.audience
    row.team_id = team_id if wish.audience == TEAM else None
    row.role_id = wish.role_id if wish.audience == ROLE else None
    row.record_type = wish.definition.record_type
    row.definition = write(wish.definition)
    row.updated_at = by.now


def _against(by: Actor, wish: Wish, team_id: UUID | None) -> Text | None:
    """Why a report may not be shared so, or None."""
    if wish.audience not in AUDIENCES:
        return _("Choose who sees this report.")
    if wish.audience in (EVERYONE, ROLE) and not by.may(*SHARE):
        return _("Your role may not share reports with a role or with everyone.")
    if wish.audience == TEAM and team_id is None:
        return _("You are in no team to share it with.")
    if wish.audience == ROLE:
        known = wish.role_id is not None and by.session.get(Role, wish.role_id) is not None
        return None if known else _("Choose the role that sees this report.")
    return None


def _public_name(row: Report) -> str | None:
    """The name, which the audit tells while others see it."""
    return None if row.audience == PRIVATE else row.name


def _tell(by: Actor, row: Report, verb: str, changes: dict[str, list[object]]) -> None:
    write_event(by, "report", row.id, verb, changes=changes)
