"""People as cards that phones and mail programs take: vCard 3.0 in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import vobject

from app.records.exports.columns import Column, Read
from app.records.exports.facts import Card
from app.records.fields import Attribute
from app.records.types import RecordType


class VcardFile:
    """A file of cards that is being written."""

    def __init__(self, path: Path, columns: Sequence[Column], record_type: RecordType) -> None:
        if record_type.card is None:
            raise LookupError(f"{record_type.key} has no cards.")
        self._write = CardWriter(record_type.card, columns)
        # A line may not be translated: it ends in CR LF on every machine.
        self._file = path.open("w", encoding="utf-8", newline="")

    def write(self, rows: Iterable[Any]) -> None:
        """Write rows as `which.rows_of` gives them."""
        for row in rows:
            self._file.write(self._write.card(row))

    def end(self) -> None:
        """Write what is still in hand."""
        self._file.close()

    def drop(self) -> None:
        """Let go of a file that will not be kept."""
        with suppress(OSError):  # The disk was full, and this is told already.
            self._file.close()


class CardWriter:
    """Makes a card of a row; what the columns don't hold, as the role hides it, stays out."""

    def __init__(self, card: Card, columns: Sequence[Column]) -> None:
        self._facts = card
        self._reads: dict[str, Read] = {}
        for one in columns:  # Of a reference, the title comes first.
            self._reads.setdefault(one.key, one.read)

    def card(self, row: Any) -> str:
        """The card of one row as text."""
        facts, card = self._facts, vobject.vCard()
        name = self._text(row, facts.name)
        family, given = self._text(row, facts.family), self._text(row, facts.given)
        card.add("n").value = vobject.vcard.Name(
            family=family, given=given if family or given else name
        )
        card.add("fn").value = name
        card.add("uid").value = f"urn:uuid:{self._reads['id'](row)}"
        if job := self._text(row, facts.job):
            card.add("title").value = job
        if firm := self._text(row, facts.firm):
            card.add("org").value = [firm]
        self._add(card, "tel", row, facts.phones, "WORK")
        self._add(card, "email", row, facts.emails, "INTERNET")
        self._add(card, "x-wechat", row, facts.messengers, "")
        text: str = card.serialize()
        return text

    def _add(
        self, card: Any, name: str, row: Any, attributes: Sequence[Attribute], kind: str
    ) -> None:
        for attribute in attributes:
            if text := self._text(row, attribute):
                line = card.add(name)
                line.value = text
                if kind:
                    line.type_param = kind

    def _text(self, row: Any, attribute: Attribute | None) -> str:
        read = self._reads.get(attribute.key) if attribute is not None else None
        value = read(row) if read is not None else None
        return "" if value is None else str(value)
