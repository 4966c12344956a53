"""The report that is mailed, who may get it, and who does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.identity.rights import rights_of
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.reports.engine.counted import right_of
from app.reports.engine.definition import Definition
from app.reports.engine.written import read
from app.reports.mailings.models import ReportMailing, ReportReader
from app.reports.models import EVERYONE, PRIVATE, ROLE, Report
from app.reports.operations import keep
from app.reports.ready import ready_report

MOST_OFFERED = 500  # Colleagues; any other is looked up by name.


@dataclass(frozen=True, slots=True)
class Mailed:
    """A report as it is mailed: its key, its name, its address, what it counts."""

    key: str
    name: str
    url: str
    definition: Definition
    row: Report | None


def find_report(by: Actor, key: str) -> Mailed:
    """The kept report with this id, or the ready one with this key; Missing for whom it is none."""
    report_id = parse_id(key)
    if report_id is None:
        ready = ready_report(key, by)
        return Mailed(key, str(ready.label), f"/reports/ready/{key}", ready.definition, None)
    row = keep.get_report(by, report_id)
    return Mailed(str(row.id), row.name, f"/reports/{row.id}", read(row.definition), row)


def colleagues(by: Actor, mailed: Mailed, also: Collection[UUID] = ()) -> Sequence[User]:
    """The others who may see a report, by name: the first so many, and those of `also`."""
    others = (User.is_active, User.id != by.user_id)
    order = (User.name_sort, User.id)
    first = by.session.scalars(select(User).where(*others).order_by(*order).limit(MOST_OFFERED))
    found = {one.id: one for one in first}
    if set(also) - found.keys():
        named = select(User).where(*others, User.id.in_(also)).order_by(*order)
        found |= {one.id: one for one in by.session.scalars(named)}
    return [one for one in found.values() if _may_get(by, one, mailed)]


def are_many(by: Actor) -> bool:
    """True where not all colleagues can be named in a form."""
    asked = select(User.id).where(User.is_active).offset(MOST_OFFERED + 1).limit(1)
    return by.session.scalar(asked) is not None


def barred(by: Actor, mailed: Mailed, ids: Collection[UUID]) -> bool:
    """True where somebody of them is no colleague who may see the report."""
    if not ids:
        return False
    found = by.session.scalars(select(User).where(User.is_active, User.id.in_(ids)))
    return set(ids) != {one.id for one in found if _may_get(by, one, mailed)}


def _may_get(by: Actor, user: User, mailed: Mailed) -> bool:
    kind = right_of(mailed.definition.record_type)
    return _sees(user, mailed.row) and rights_of(by.session, user).reach(kind, "read") is not None


def mailing_of(by: Actor, key: str) -> ReportMailing | None:
    """When `by` has a report mailed, or None."""
    row = kept_mailing(by, key)
    return row if row is not None and row.ended_at is None else None


def mailings_of(by: Actor) -> Sequence[ReportMailing]:
    """The reports that `by` has mailed, the oldest first."""
    asked = select(ReportMailing).where(
        ReportMailing.owner_id == by.person_id, ReportMailing.ended_at.is_(None)
    )
    return by.session.scalars(asked.order_by(ReportMailing.created_at, ReportMailing.id)).all()


def readings_of(by: Actor) -> list[tuple[ReportReader, ReportMailing]]:
    """The reports that colleagues have mailed to `by`, those that `by` stopped as well."""
    rows = by.session.execute(
        select(ReportReader, ReportMailing)
        .join(ReportMailing, ReportMailing.id == ReportReader.mailing_id)
        .where(
            ReportReader.user_id == by.person_id,
            ReportMailing.owner_id != by.person_id,
            ReportMailing.ended_at.is_(None),
        )
        .order_by(ReportMailing.created_at, ReportMailing.id)
    )
    return [(row[0], row[1]) for row in rows]


def kept_mailing(by: Actor, key: str) -> ReportMailing | None:
    """The same, also of one that ended and that somebody had stopped."""
    asked = select(ReportMailing).where(
        ReportMailing.owner_id == by.person_id, ReportMailing.report == key
    )
    return by.session.scalars(asked).one_or_none()


def readers_of(by: Actor, mailing_id: UUID) -> dict[UUID, ReportReader]:
    """Who gets it, by their ids."""
    found = by.session.scalars(select(ReportReader).where(ReportReader.mailing_id == mailing_id))
    return {one.user_id: one for one in found}


def mailed_to(by: Actor, key: str) -> list[tuple[ReportReader, ReportMailing, str]]:
    """How `by` gets a report by mail from others: with the name of each who set it up."""
    rows = by.session.execute(
        select(ReportReader, ReportMailing, User.name)
        .join(ReportMailing, ReportMailing.id == ReportReader.mailing_id)
        .join(User, User.id == ReportMailing.owner_id)
        .where(
            ReportReader.user_id == by.person_id,
            ReportMailing.owner_id != by.person_id,
            ReportMailing.report == key,
            ReportMailing.ended_at.is_(None),
        )
        .order_by(ReportMailing.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _sees(user: User, row: Report | None) -> bool:
    """True where a report is shared with somebody, or comes with the product."""
    if row is None or row.audience == EVERYONE or row.owner_id == user.id:
        return True
    if row.audience == PRIVATE:
        return False
    if row.audience == ROLE:
        return row.role_id == user.role_id
    return user.team is not None and str(row.team_id) in user.team.path.split("/")
