"""Having a report mailed: to whom, when, and no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import aliased

from app.events import write_event
from app.identity.models import User
from app.identity.operations.guard import hold_self, require_writable
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import Text, _
from app.records.worktime.kept import calendar_of
from app.reports.mailings.find import Mailed, barred, kept_mailing, readers_of
from app.reports.mailings.models import RHYTHMS, ReportMailing, ReportReader
from app.reports.mailings.when import Rhythm, next_moment

MAIL_REPORT = "mail_report"
MOST = 20  # Reports that one person has mailed.
MOST_READERS = 50  # Of one of them.
LAST_WEEKDAY, LAST_DAY = 6, 31
AHEAD = timedelta(days=4)  # A daily job sees to what comes later, or was lost.


@dataclass(frozen=True, slots=True)
class Wish:
    """When a report shall be mailed, and to whom: `user_ids` may hold whoever wishes it."""

    rhythm: str
    weekday: int | None
    day: int | None
    at: str
    business_days: bool
    user_ids: Collection[UUID]


def plan_mailing(by: Actor, mailed: Mailed, wish: Wish) -> ReportMailing:
    """Have a report mailed as `wish` says; Refused with a message per input.

    A colleague who stopped it stays without it: only they can have it again.
    """
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Only a person has reports."))
    hold_self(by)
    row = kept_mailing(by, mailed.key)
    is_new = row is None or row.ended_at is not None
    _check(by, mailed, wish, is_new=is_new)
    if row is None:
        row = ReportMailing(id=new_id(), report=mailed.key, owner_id=by.user_id, created_at=by.now)
        by.session.add(row)
    row.rhythm, row.weekday, row.day = wish.rhythm, wish.weekday or 0, wish.day or 1
    row.at, row.business_days, row.updated_at = wish.at, wish.business_days, by.now
    row.ended_at = None
    by.session.flush()  # Its readers refer to it.
    _choose_readers(by, row, set(wish.user_ids))
    told = {"rhythm": wish.rhythm, "at": wish.at, "readers": len(set(wish.user_ids))}
    verb = "mailing_planned" if is_new else "mailing_changed"
    _tell(by, row, verb, {key: [None, value] for key, value in told.items()})
    return row


def end_mailing(by: Actor, row: ReportMailing) -> None:
    """Mail a report no more, to nobody; who stopped it stays without it, should it begin again."""
    _tell(by, row, "mailing_ended", {})
    theirs = ReportReader.mailing_id == row.id
    gone = or_(ReportReader.stopped_at.is_(None), ReportReader.user_id == row.owner_id)
    by.session.execute(delete(ReportReader).where(theirs, gone))
    row.ended_at = by.now
    if not readers_of(by, row.id):
        by.session.delete(row)


def stop_reading(by: Actor, reader_id: UUID) -> None:
    """Have a report of a colleague's mailed to oneself no more; it holds while read-only, too."""
    row = _own(by, reader_id)
    stop(by, row)


def read_again(by: Actor, reader_id: UUID) -> None:
    """Have it mailed again."""
    require_writable(by)
    row = _own(by, reader_id)
    mailing = by.session.get_one(ReportMailing, row.mailing_id)
    if mailing.ended_at is not None:
        raise Missing(_("This report is not mailed."))
    row.stopped_at, row.since = None, by.now
    schedule(by, row, mailing)


def stop(by: Actor, row: ReportReader) -> None:
    """Note that somebody wants it no more."""
    if row.stopped_at is not None:
        return
    row.stopped_at, row.next_at = by.now, None
    write_event(by, "report", _subject_of(by, row), "mailing_stopped")


def schedule(by: Actor, reader: ReportReader, mailing: ReportMailing) -> None:
    """Say when somebody's next mail is due, and enqueue it."""
    due = next_for(by, reader, mailing)
    reader.next_at = due
    arm(by, reader.id, due)


def next_for(by: Actor, reader: ReportReader, mailing: ReportMailing) -> datetime:
    """The next moment of a mailing on somebody's own clock."""
    user = by.session.get_one(User, reader.user_id)
    calendar = calendar_of(by)

    def is_open(day: date) -> bool:
        return bool(calendar.spans_of(day))

    zone = ZoneInfo(user.zone or by.tenant.zone)
    return next_moment(rhythm_of(mailing), zone, by.now, is_open)


def arm(by: Actor, reader_id: UUID, at: datetime) -> None:
    """Enqueue the mail of a moment, unless it waits already."""
    if at > by.now + AHEAD:
        return
    key = f"{MAIL_REPORT}:{reader_id}:{at:%Y%m%d%H%M}"
    enqueue(by, MAIL_REPORT, {"reader_id": str(reader_id)}, run_at=at, key=key)


def arm_mailings(by: Actor) -> None:
    """Enqueue the mails that are near or late, in case that their jobs were lost.

    Whoever was disabled, or had theirs from somebody who was, gets them again once both are back.
    """
    for reader, mailing in _resting(by):
        schedule(by, reader, mailing)
    near = select(ReportReader.id, ReportReader.next_at)
    for reader_id, at in by.session.execute(near.where(ReportReader.next_at < by.now + AHEAD)):
        if at is not None:
            arm(by, reader_id, at)


def _resting(by: Actor) -> Sequence[tuple[ReportReader, ReportMailing]]:
    """What stands still although nobody stopped it, and both of its people are there."""
    reader, owner = aliased(User), aliased(User)
    rows = by.session.execute(
        select(ReportReader, ReportMailing)
        .join(ReportMailing, ReportMailing.id == ReportReader.mailing_id)
        .join(reader, reader.id == ReportReader.user_id)
        .join(owner, owner.id == ReportMailing.owner_id)
        .where(
            ReportReader.next_at.is_(None),
            ReportReader.stopped_at.is_(None),
            ReportMailing.ended_at.is_(None),
            reader.is_active,
            owner.is_active,
        )
    )
    return [(row[0], row[1]) for row in rows]


def rhythm_of(row: ReportMailing) -> Rhythm:
    """How often, as it was chosen."""
    return Rhythm(row.rhythm, row.weekday, row.day, time.fromisoformat(row.at), row.business_days)


def _choose_readers(by: Actor, row: ReportMailing, wanted: set[UUID]) -> None:
    known = readers_of(by, row.id)
    away = _away(by, known)
    for user_id, reader in known.items():
        # Who stopped it stays noted: taken out and put in again, they would have it again. Who is
        # disabled stands in no form, and so nobody took them out of it.
        is_left = reader.stopped_at is None or user_id == by.user_id
        if user_id not in wanted and user_id not in away and is_left:
            by.session.delete(reader)
    for user_id in wanted:
        found = known.get(user_id)
        if found is None:
            found = ReportReader(id=new_id(), mailing_id=row.id, user_id=user_id, since=by.now)
            by.session.add(found)
        if found.stopped_at is not None and user_id == by.user_id:
            found.stopped_at, found.since = None, by.now
        if found.stopped_at is None:
            schedule(by, found, row)


def _away(by: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Those among them who are disabled."""
    asked = select(User.id).where(User.id.in_(ids), User.is_active.is_(False))
    return set(by.session.scalars(asked)) if ids else set()


def _check(by: Actor, mailed: Mailed, wish: Wish, *, is_new: bool) -> None:
    errors = _against_time(wish)
    refused = _against_readers(by, mailed, wish)
    if refused is not None:
        errors["readers"] = refused
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    mine = select(func.count()).where(
        ReportMailing.owner_id == by.user_id, ReportMailing.ended_at.is_(None)
    )
    if is_new and (by.session.scalar(mine) or 0) >= MOST:
        raise Refused(_("You have %(most)s reports mailed. End one that nobody reads.", most=MOST))


def _against_time(wish: Wish) -> dict[str, Text | str]:
    """Why a report can't be mailed then, by input."""
    errors: dict[str, Text | str] = {}
    if wish.rhythm not in RHYTHMS:
        errors["rhythm"] = _("Choose how often it is mailed.")
    if wish.weekday is None or not 0 <= wish.weekday <= LAST_WEEKDAY:
        errors["weekday"] = _("Choose a day of the week.")
    if wish.day is None or not 1 <= wish.day <= LAST_DAY:
        errors["day"] = _("Enter a day from 1 to 31.")
    if not _is_time(wish.at):
        errors["at"] = _("Enter a time like 08:00.")
    return errors


def _against_readers(by: Actor, mailed: Mailed, wish: Wish) -> Text | None:
    """Why it can't be mailed to them, or None."""
    if not wish.user_ids:
        return _("Choose who gets it.")
    if len(wish.user_ids) > MOST_READERS:
        return _("At most %(most)s people get it.", most=MOST_READERS)
    others = {one for one in wish.user_ids if one != by.user_id}
    if barred(by, mailed, others):
        return _("Somebody of them may not see this report.")
    return None


def _is_time(text: str) -> bool:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return False
    return f"{found:%H:%M}" == text


def _own(by: Actor, reader_id: UUID) -> ReportReader:
    row = by.session.get(ReportReader, reader_id)
    if row is None or row.user_id != by.user_id:
        raise Missing(_("There is no such page."))
    return row


def _subject_of(by: Actor, reader: ReportReader) -> UUID:
    return _subject(by.session.get_one(ReportMailing, reader.mailing_id))


def _subject(row: ReportMailing) -> UUID:
    """What the audit tells it of: the report, or of a ready one the mailing itself."""
    return parse_id(row.report) or row.id


def _tell(by: Actor, row: ReportMailing, verb: str, changes: dict[str, list[object]]) -> None:
    write_event(by, "report", _subject(row), verb, changes=changes)
