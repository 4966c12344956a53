"""A card of a board: its name, what tells it, whose it is, what comes next, how long it waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from markupsafe import Markup

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.access import reaches, sees, writable_keys
from app.records.fields import Attribute, Field, Option
from app.records.pages.kept import Kept
from app.records.pages.row_words import RowWords
from app.records.pages.shapes import owner_html
from app.records.query.cards import SINCE, tells_days
from app.records.types import RecordType
from app.web.formats import Formats, formats


@dataclass(frozen=True, slots=True)
class Card:
    """One record on a board; `step` is late, today, planned or none, and empty where it is done."""

    id: str
    version: int
    title: str
    second: str
    facts: str
    owner: Markup
    step: str
    step_text: str
    step_title: str
    days: str
    days_title: str
    is_stale: bool
    may_move: bool


def card_keys(record_type: RecordType, field: Field, by: Actor) -> list[str]:
    """The fields that a board's statement fetches for its cards."""
    board = record_type.board
    told = (*record_type.subtitle, *board.facts, *_steps(record_type))
    keys = [record_type.title.key]
    keys += [one.key for one in told if sees(record_type, one.key, by)]
    # What a card is judged by (whose it is, since when it is there) is fetched, hidden or not.
    since = [board.since.key] if board.since is not None else []
    return list(dict.fromkeys([*keys, field.key, "owner_id", "created_at", *since]))


def may_move(record_type: RecordType, field: Field, by: Actor) -> bool:
    """True when `by` may give some records of the type another value of this field."""
    may = by.may(record_type.key, "update") and not by.tenant.is_read_only
    return may and field.key in writable_keys(record_type, by)


class CardMaker:
    """Makes the cards of one page: what all of them need is looked up once."""

    def __init__(
        self,
        record_type: RecordType,
        field: Field,
        picklists: Mapping[str, tuple[Option, ...]],
        by: Actor,
    ) -> None:
        board = record_type.board
        self._type, self._field, self._by = record_type, field, by
        self._write = formats(by)
        self._second = RowWords(record_type, self._seen(record_type.subtitle), picklists, by)
        facts = [key for key in self._seen(board.facts) if key != field.key]
        self._facts = RowWords(record_type, facts, picklists, by)
        self._owner = Kept(owner_html)
        self._shows_owner = sees(record_type, "owner_id", by)
        self._may_move = may_move(record_type, field, by)
        self._next, self._done, self._what = self._step_keys()
        self._tonight = datetime.combine(by.today(), time.max, by.zone)
        is_usual = bool(board.columns) and board.columns[0].key == field.key
        own = {one.value: one.stale_after for one in picklists.get(field.key, ())}
        self._stale_after = {**board.stale_after, **own} if is_usual else {}
        self._since_key = board.since.key if is_usual and board.since is not None else SINCE
        self._tells_days = tells_days(record_type, field)
        self._shows_made = sees(record_type, "created_at", by)

    def of(self, rows: Iterable[Any]) -> list[Card]:
        """The card of each row."""
        return [self._card(row) for row in rows]

    def _seen(self, attributes: Iterable[Attribute]) -> list[str]:
        return [one.key for one in attributes if sees(self._type, one.key, self._by)]

    def _step_keys(self) -> tuple[str, str, str]:
        """The keys of what comes next, of what ends it and of its words; empty where not seen."""
        board = self._type.board
        shown = self._seen(_steps(self._type))
        coming = board.next or self._type.attention
        if coming is None or coming.key not in shown:
            return "", "", ""
        words = coming.key.removesuffix("_at")
        done = board.done.key if board.done is not None and board.done.key in shown else ""
        return coming.key, done, words if words != coming.key and words in shown else ""

    def _card(self, row: Any) -> Card:
        step, at, words = self._step(row)
        since = self._since(row)
        days, tells_days = self._days(since), self._tells_days and since is not None
        stale_after = self._stale_after.get(getattr(row, self._field.key) or "", 0)
        return Card(
            id=str(row.id),
            version=row.version,
            title=self._type.title_of(row) or gettext("Untitled"),
            second=self._second.listed(row),
            facts=self._facts.listed(row),
            owner=self._owner_of(row),
            step=step,
            step_text=at,
            step_title=words,
            days=ngettext("%(n)s day", "%(n)s days", days, n=days) if tells_days else "",
            days_title=_since(self._write, since) if since is not None else "",
            is_stale=bool(stale_after) and days > stale_after,
            may_move=self._may_move and reaches(self._type, row.owner_id, "update", self._by),
        )

    def _owner_of(self, row: Any) -> Markup:
        if not self._shows_owner or row.owner_id is None:
            return Markup()
        return Markup(self._owner[row.owner_id, row.owner_id__title])  # noqa: S704  Escaped there.

    def _since(self, row: Any) -> datetime | None:
        """Since when the record has been in its column; None where that would tell what is hidden.

        What was never moved has been there since it was made.
        """
        made: datetime = row.created_at
        since: datetime = getattr(row, self._since_key, None) or made
        return since if self._shows_made or since > made else None

    def _days(self, since: datetime | None) -> int:
        """For how many days that is, by the reader's calendar; 0 where it is not told."""
        if since is None:
            return 0
        return max((self._by.today() - since.astimezone(self._by.zone).date()).days, 0)

    def _step(self, row: Any) -> tuple[str, str, str]:
        """The state of what comes next, its day, and its words."""
        if not self._next or (self._done and getattr(row, self._done) is not None):
            return "", "", ""
        at = getattr(row, self._next)
        if at is None:
            return "none", gettext("Nothing planned"), ""
        stands = self._write.stands(at)
        is_near = stands <= self._tonight
        state = "late" if stands < self._by.now else "today" if is_near else "planned"
        words = str(getattr(row, self._what) or "") if self._what else ""
        return state, self._write.day(self._write.local(at).date(), self._by.today()), words


def _since(write: Formats, moment: datetime) -> str:
    return gettext("In this column since %(when)s", when=write.exact(moment))


def _steps(record_type: RecordType) -> tuple[Attribute, ...]:
    """The moment of what comes next, what ends it, and the text of its name beside it."""
    board = record_type.board
    coming = board.next or record_type.attention
    if coming is None:
        return ()
    words = record_type.by_key.get(coming.key.removesuffix("_at"))
    beside = (words.attribute,) if words is not None and words.key != coming.key else ()
    return (coming, *((board.done,) if board.done is not None else ()), *beside)
