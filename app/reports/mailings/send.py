"""Mailing one report to one reader: made with their own access, as a table and as a file.

What is due is looked at in the transaction that enqueues the mail and plans the next, so nothing is
mailed twice, however often a worker dies; after a standstill it is mailed once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, update

from app.events import write_event
from app.identity import outside
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.outside import MailFile
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing
from app.kernel.ids import parse_id
from app.kernel.language import gettext, using
from app.reports.engine.counted import may_take_away
from app.reports.engine.run import TooSlow, run_report
from app.reports.mailings.find import Mailed, find_report
from app.reports.mailings.models import ReportMailing, ReportReader
from app.reports.mailings.plan import arm, next_for
from app.reports.mailings.stop import stop_url
from app.reports.pages.file import FILES, made_of
from app.reports.pages.grid import Grid
from app.reports.pages.shown import Shown, shown_result
from app.web.formats import formats

LIMIT_MS = 45_000
MOST_LINES, MOST_NUMBERS = 60, 8  # Of the table in a mail; the report and the file have all.
LARGEST = 500_000  # Bytes of a file that goes with a mail.
XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Made:
    """What of a report goes into a mail: its table, or why there is none, and a file."""

    shown: Shown | None
    error: str = ""
    file: MailFile | None = None


def mail_report(by: Actor, reader_id: UUID) -> None:
    """Mail a report to somebody when that is due, and plan the next.

    Whoever left gets none, and what they had mailed to others ends with them.
    """
    reader = by.session.get(ReportReader, reader_id)
    if reader is None or reader.next_at is None or reader.next_at > by.now:
        return
    due = reader.next_at
    mailing = by.session.get_one(ReportMailing, reader.mailing_id)
    people = (by.session.get(User, one) for one in (reader.user_id, mailing.owner_id))
    user, owner = people
    if user is None or owner is None or not user.is_active or not owner.is_active:
        _take(by, reader, due, None)
        return
    language = user.language or by.tenant.language
    person = actor_for(by.session, by.tenant, user, by.now, "job", language)
    with using(language):
        try:
            mailed = find_report(person, mailing.report)
        except Missing:
            mailed = None
        made = _made(person, mailed) if mailed is not None else None
        if not _take(by, reader, due, next_for(by, reader, mailing)):
            return
        if mailed is not None and made is not None:
            sender = "" if owner.id == user.id else owner.name
            _send(person, user, reader, mailed, made, sender)


def _take(by: Actor, reader: ReportReader, due: datetime, following: datetime | None) -> bool:
    """Plan the next mail; False where another worker, or the reader, was here meanwhile."""
    taken = by.session.execute(
        update(ReportReader)
        .where(ReportReader.id == reader.id, ReportReader.next_at == due)
        .values(next_at=following, mailed_at=by.now)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(taken, CursorResult)  # noqa: S101 - narrows what an update answers.
    if taken.rowcount and following is not None:
        arm(by, reader.id, following)
    return bool(taken.rowcount)


def _made(person: Actor, mailed: Mailed) -> Made:
    """The report in the rights of its reader; why there is none, where they may not count it."""
    definition = mailed.definition
    try:
        result = run_report(definition, person, limit_ms=LIMIT_MS)
    except TooSlow:
        return Made(None, gettext("It took too long. Open it to have it made in the background."))
    except Answer as answer:
        return Made(None, str(answer.message))
    shown = shown_result(definition, result, person)
    if not may_take_away(definition.record_type, person):
        return Made(shown)
    content = made_of(result, definition, mailed.name, XLSX, person)
    if len(content) > LARGEST:
        return Made(shown)
    return Made(shown, file=MailFile(f"{mailed.name}.{XLSX}", FILES[XLSX], content))


def _send(
    person: Actor, user: User, reader: ReportReader, mailed: Mailed, made: Made, sender: str
) -> None:
    base = outside.workspace_url(person.tenant)
    stop = stop_url(person, reader.id)
    grid = made.shown.grid if made.shown is not None else None
    if made.file is not None:
        _tell(person, mailed)
    outside.mailer()(
        replace(person, via="job"),
        to=user.email,
        template="reports/report",
        language=person.language,
        stop_url=stop,
        files=() if made.file is None else (made.file,),
        values={
            "name": user.name,
            "report": mailed.name,
            "when": formats(person).moment(person.now, person.today()),
            "sender": sender,
            "told": made.shown.told if made.shown is not None else (),
            "notes": made.shown.notes if made.shown is not None else (),
            "error": made.error,
            "is_empty": made.shown is not None and made.shown.is_empty,
            "heads": _heads(grid) if grid is not None else (),
            "rows": _rows(grid) if grid is not None else (),
            "more": max(len(grid.lines) - MOST_LINES, 0) if grid is not None else 0,
            "has_file": made.file is not None,
            "url": base + mailed.url,
            "stop": stop,
        },
    )


def _tell(person: Actor, mailed: Mailed) -> None:
    """Write into the audit that a file went out."""
    told = {"record_type": [None, mailed.definition.record_type], "format": [None, XLSX]}
    subject = parse_id(mailed.key)
    if subject is not None:
        write_event(person, "report", subject, "exported", changes=told)


def _heads(grid: Grid) -> list[str]:
    """What stands over the columns of a mail's table: those that it has room for."""
    across = [
        f"{column} · {measure}" if len(grid.measures) > 1 else column
        for column in grid.columns
        for measure in grid.measures
    ]
    return [*grid.heads, *(across or grid.measures)[:MOST_NUMBERS]]


def _rows(grid: Grid) -> list[tuple[list[str], list[str], bool]]:
    """The names, the numbers, and whether it is a total, of each row; the total of all last."""
    found = [
        (list(line.heads), [one.text for one in line.cells][:MOST_NUMBERS], line.is_total)
        for line in grid.lines[:MOST_LINES]
    ]
    heads = [gettext("All"), *("" for _head in grid.heads[1:])] if grid.heads else []
    return [*found, (heads, [one.text for one in grid.total.cells][:MOST_NUMBERS], True)]
