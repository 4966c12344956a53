"""The form by which a report is mailed: when, to whom, and who has it mailed to the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, gettext
from app.kernel.whole import whole
from app.records.pages.business_hours import weekday_names
from app.reports.mailings.find import (
    Mailed,
    are_many,
    colleagues,
    mailed_to,
    mailing_of,
    readers_of,
)
from app.reports.mailings.models import DAILY, MONTHLY, WEEKLY, ReportMailing
from app.reports.mailings.plan import Wish
from app.web.formats import formats

RHYTHM_WORDS: Mapping[str, Text] = {
    DAILY: _("Every day"),
    WEEKLY: _("Every week"),
    MONTHLY: _("Every month"),
}
USUAL_TIME = "08:00"


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Somebody who can be ticked; `note` says when they get it next, or that they stopped it."""

    user_id: str
    name: str
    is_ticked: bool
    note: str


@dataclass(frozen=True, slots=True)
class Received:
    """A report that a colleague has mailed to the reader."""

    reader_id: UUID
    text: str
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class MailingForm:
    """What the form shows: what was typed, else what is kept, else the usual."""

    mailed: Mailed
    typed: Mapping[str, str]
    rhythms: Mapping[str, Text]
    weekdays: tuple[str, ...]
    readers: tuple[ReaderRow, ...]
    received: tuple[Received, ...]
    is_kept: bool
    business_days: bool
    has_more: bool  # Colleagues that are not named here, but can be looked up.


def mailing_form(
    mailed: Mailed, by: Actor, wish: Wish | None, raw: Mapping[str, str]
) -> MailingForm:
    """The form of a report, with what was typed where that was refused."""
    row = mailing_of(by, mailed.key)
    typed = {**_typed(row), **raw} if wish is not None else _typed(row)
    readers = _readers(mailed, row, wish, by)
    return MailingForm(
        mailed,
        typed,
        RHYTHM_WORDS,
        tuple(weekday_names(by)),
        readers,
        _received(mailed, by),
        row is not None,
        wish.business_days if wish is not None else row is None or row.business_days,
        are_many(by),
    )


def read_wish(mailed: Mailed, by: Actor, raw: Mapping[str, str], user_ids: list[str]) -> Wish:
    """What a form asks for; a day that its rhythm has no need of may be left out, and stays."""
    kept = _typed(mailing_of(by, mailed.key))
    needed = {WEEKLY: "weekday", MONTHLY: "day"}.get(raw.get("rhythm", ""))
    unsent = {key: kept[key] for key in ("weekday", "day") if key != needed}
    raw = {**unsent, **raw}
    found = [parse_id(one) for one in user_ids]
    return Wish(
        raw.get("rhythm", ""),
        whole(raw.get("weekday", "")),
        whole(raw.get("day", "")),
        raw.get("at", ""),
        raw.get("business_days") == "1",
        tuple(dict.fromkeys(one for one in found if one is not None)),
    )


def _typed(row: ReportMailing | None) -> dict[str, str]:
    if row is None:
        return {"rhythm": WEEKLY, "weekday": "0", "day": "1", "at": USUAL_TIME}
    day, weekday = str(row.day), str(row.weekday)
    return {"rhythm": row.rhythm, "weekday": weekday, "day": day, "at": row.at}


def _readers(
    mailed: Mailed, row: ReportMailing | None, wish: Wish | None, by: Actor
) -> tuple[ReaderRow, ...]:
    known = readers_of(by, row.id) if row is not None else {}
    getting = {user_id for user_id, one in known.items() if one.stopped_at is None}
    ticked = set(wish.user_ids) if wish is not None else getting
    if row is None and wish is None and by.user_id is not None:
        ticked = {by.user_id}
    also = ticked | getting
    people = [(by.user_id, gettext("You"))]
    people += [(one.id, one.name) for one in colleagues(by, mailed, also - {by.user_id})]
    rows = []
    for user_id, name in people:
        note = ""
        reader = known.get(user_id) if user_id is not None else None
        if reader is not None and reader.stopped_at is not None:
            note = gettext("stopped it")
        elif reader is not None and reader.next_at is not None:
            note = formats(by).weekday_and_moment(reader.next_at, by.today())
        rows.append(ReaderRow(str(user_id), name, user_id in ticked, note))
    return tuple(rows)


def _received(mailed: Mailed, by: Actor) -> tuple[Received, ...]:
    found = []
    for reader, mailing, name in mailed_to(by, mailed.key):
        words = {"name": name, "how": str(RHYTHM_WORDS[mailing.rhythm])}
        text = gettext("From %(name)s: %(how)s", **words)
        found.append(Received(reader.id, text, reader.stopped_at is not None))
    return tuple(found)
