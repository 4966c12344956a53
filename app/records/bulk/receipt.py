"""What became of a bulk change, for the message after it, the notice and its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select

from app.identity.operations.users import names_of
from app.jobs.progress import Work
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import readable_fields
from app.records.bulk.begin import why_not_undo
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.bulk.taken_along import told_along
from app.records.bulk.undo import is_maker
from app.records.bulk.verbs import verb_called, worded
from app.records.pages.choices import choices_of
from app.records.pages.shown import UNNAMED, shown_text
from app.records.references import titles
from app.records.types import RecordType
from app.records.values import Unfit, read_value
from app.web.formats import formats

SHOWN = 200  # Records that a receipt names.


# A reason may name a record that the maker of a change may open and its reader may not.
TOLD_TO_MAKER = _("The reason is told to who made this change.")


@dataclass(frozen=True, slots=True)
class Told:
    """One record of which something is to be said; `url` is empty where it can't be opened."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What is to be said of some records, how many they are, and which; `more` are not named."""

    text: str
    count: str
    records: list[Told]
    more: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that `records/receipt.html` shows."""

    record_type: RecordType
    change: BulkChange
    url: str
    title: str
    text: str
    who: str
    when: str
    sets: list[tuple[Text, str]]
    reasons: list[Reason]
    spared: list[Reason]
    waiting: str
    error: str
    why_not_undo: str
    original_url: str
    undone_url: str

    @property
    def can_undo(self) -> bool:
        """True when it can be taken back now."""
        return not self.why_not_undo


def told(change: BulkChange, record_type: RecordType, by: Actor) -> str:
    """Changed 318 accounts, 12 left out. Of an undoing also how many needed none.

    What went along with deleted records, or came back with them, is told in a further sentence, and
    so is how many were counted before and gone when it began.
    """
    parts = (
        _told(change, record_type, by),
        told_along(change, by),
        _vanished(change, by),
        told_withdrawn(change.withdrawn, by),
    )
    return " ".join(part for part in parts if part)


def told_withdrawn(number: int, by: Actor) -> str:
    """How many requests for approval went with what was undone; empty for none."""
    if not number:
        return ""
    return ngettext(
        "%(n)s request for approval was taken back.",
        "%(n)s requests for approval were taken back.",
        number,
        n=_n(number, by),
    )


def _vanished(change: BulkChange, by: Actor) -> str:
    if not change.vanished:
        return ""
    return ngettext(
        "%(n)s that was counted before was gone from the list by then.",
        "%(n)s that were counted before were gone from the list by then.",
        change.vanished,
        n=_n(change.vanished, by),
    )


def _done(change: BulkChange, record_type: RecordType, already: int, by: Actor) -> str:
    """What was done, with the number of records with which it was: Changed 318 accounts."""
    verb = verb_called(record_type, change.verb)
    return worded(verb, verb.told, record_type, change.done - already, by)


def _told(change: BulkChange, record_type: RecordType, by: Actor) -> str:
    already = _already(change, by)
    done = _done(change, record_type, already, by)
    if already:
        one, many = record_type.words.count
        was = ngettext(
            "%(what)s was as it should be already",
            "%(what)s were as they should be already",
            already,
            what=ngettext(one, many, already, n=_n(already, by)),
        )
        if change.done > already:
            done = gettext("%(done)s, %(was)s", done=done, was=was)
        else:
            done = gettext("Nothing was left to take back: %(was)s", was=was)
    if change.asked:
        n = _n(change.asked, by)
        asks = ngettext("%(n)s waits for approval", "%(n)s wait for approval", change.asked, n=n)
        done = gettext("%(done)s, %(was)s", done=done, was=asks)
    if not change.left_out:
        return gettext("%(done)s.", done=done)
    left = ngettext("%(n)s left out", "%(n)s left out", change.left_out, n=_n(change.left_out, by))
    return gettext("%(done)s, %(left)s.", done=done, left=left)


def _already(change: BulkChange, by: Actor) -> int:
    """How many records an undoing found as they should be."""
    if change.undoes_id is None:
        return 0
    rows = select(func.count()).where(
        BulkRow.change_id == change.id, BulkRow.outcome == Outcome.ALREADY
    )
    return by.session.scalar(rows) or 0


def receipt(change: BulkChange, record_type: RecordType, by: Actor) -> Receipt:
    """The page of a bulk change that has come to its end."""
    verb = verb_called(record_type, change.verb)
    who = names_of(by, {change.user_id}) if change.user_id else {}
    url = f"/{record_type.collection}/bulk/"
    waiting = change.total - change.done - change.left_out - change.asked
    why = why_not_undo(change, verb, by)
    work = by.session.get(Work, change.id)
    return Receipt(
        record_type=record_type,
        change=change,
        url=f"{url}{change.id}",
        title=_done(change, record_type, _already(change, by), by),
        text=told(change, record_type, by),
        who=who.get(change.user_id, "") if change.user_id else "",
        when=_when(change.created_at, by),
        sets=_sets(change, record_type, by),
        reasons=[
            *_reasons(change, record_type, Outcome.ASKED, by),
            *_reasons(change, record_type, Outcome.LEFT_OUT, by),
        ],
        spared=_reasons(change, record_type, Outcome.DONE, by),
        waiting=_n(waiting, by) if waiting else "",
        error=(work.error or "") if work is not None else "",
        why_not_undo=str(why) if why is not None else "",
        original_url=f"{url}{change.undoes_id}" if change.undoes_id else "",
        undone_url=f"{url}{change.undone_by_id}" if change.undone_by_id else "",
    )


def _n(count: int, by: Actor) -> str:
    return formats(by).number(count)


def _when(moment: datetime, by: Actor) -> str:
    return formats(by).moment(moment, by.today())


def _sets(change: BulkChange, record_type: RecordType, by: Actor) -> list[tuple[Text, str]]:
    """The fields that were set, in words, as far as the reader may see them."""
    readable = {field.key: field for field in readable_fields(record_type, by)}
    choose = verb_called(record_type, change.verb).choose
    if choose is not None:
        offers = {one.value: one.label for one in choose.offers(record_type, by)}
        told = offers.get(change.inputs.get(choose.key, ""), "")
        return [(choose.label, told)] if told else []
    picklists = choices_of(record_type, by)
    found = []
    for key, raw in change.inputs.items():
        field = readable.get(key)
        if field is None:
            continue
        options = picklists.get(key, ())
        try:
            value = read_value(field, raw, by, options)
        except Unfit:
            continue  # A choice that is gone since says nothing.
        names = titles(field.to, [value], by) if field.to and value else {}
        text = shown_text(field, value, by, options, names)
        found.append((field.label, text or gettext("empty")))
    return found


def _reasons(
    change: BulkChange, record_type: RecordType, outcome: Outcome, by: Actor
) -> list[Reason]:
    """What is to be told of the records of one outcome, the most frequent reason first."""
    of_outcome = (
        BulkRow.change_id == change.id,
        BulkRow.outcome == outcome,
        BulkRow.reason.is_not(None),
    )
    is_told = change.user_id is None or is_maker(change, by)
    text = BulkRow.reason if is_told else literal(str(TOLD_TO_MAKER))
    ranked = select(
        BulkRow.record_id,
        text.label("reason"),
        func.count().over(partition_by=text).label("count_of"),
    ).where(*of_outcome)
    found = ranked.subquery()
    rows = by.session.execute(
        select(found)
        .order_by(found.c.count_of.desc(), found.c.reason, found.c.record_id)
        .limit(SHOWN)
    ).all()
    records = _records([row.record_id for row in rows], record_type, by)
    return [_reason(reason, list(group), records, by) for reason, group in groupby(rows, _of)]


def _of(row: Any) -> str:
    return str(row.reason)


def _reason(text: str, rows: Sequence[Any], records: Mapping[UUID, Told], by: Actor) -> Reason:
    count = rows[0].count_of
    unnamed = count - len(rows)
    more = gettext("%(n)s more", n=_n(unnamed, by)) if unnamed else ""
    return Reason(text, _n(count, by), [records[row.record_id] for row in rows], more)


def _records(ids: Sequence[UUID], record_type: RecordType, by: Actor) -> dict[UUID, Told]:
    """Some records by their ids, with their names, as far as they may be known and opened."""
    names = titles(record_type.key, ids, by, with_deleted=True)
    standing = titles(record_type.key, ids, by)
    url = f"/{record_type.collection}/"
    return {
        one: Told(names.get(one, UNNAMED), f"{url}{one}" if one in standing else "") for one in ids
    }
