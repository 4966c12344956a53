"""The rows of a page column by column, as one reader sees them.

The cells of a column made in one go cost a page half of what a template for each row did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from app.kernel.actor import Actor, Reach
from app.records.access import reaches
from app.records.fields import Option
from app.records.pages.kept import Kept
from app.records.pages.looks import Shown, chips_of, is_pill
from app.records.pages.shapes import Shapes, listing_of, shapes_for
from app.records.types import RecordType

MARK = "\x1f"


class Sheet:
    """What is known of some rows: `columns` holds values by the names of `query.page`'s rows.

    `origin` is the query that leads back from a record to the list that the rows are of.
    """

    def __init__(
        self,
        record_type: RecordType,
        columns: Mapping[str, Sequence[Any]],
        picklists: Mapping[str, tuple[Option, ...]],
        by: Actor,
        rows: Sequence[Any] = (),
        origin: str = "",
    ) -> None:
        self.record_type = record_type
        self.by = by
        self.rows = rows
        self.origin = f"?{escape(origin)}" if origin else ""
        self.shapes: Shapes = shapes_for(by)
        self.ids = [str(one) for one in columns["id"]]  # An id stands in a row a dozen times.
        self._columns = columns
        self._picklists = picklists
        self._texts: dict[str, list[str]] = {}
        self._owned: dict[str, list[bool]] = {}

    def values(self, key: str) -> Sequence[Any]:
        """The values of a field, row by row."""
        return self._columns[key]

    def titles(self, key: str) -> Sequence[str | None]:
        """What a reference points to, or None where the reader may not see it."""
        return self._columns[f"{key}__title"]

    def texts(self, key: str) -> list[str]:
        """The texts of a field, safe in HTML; of a reference it is the title."""
        if key not in self._texts:
            to = self.record_type.by_key[key].to
            values = self.titles(key) if to and to != "user" else self.values(key)
            self._texts[key] = escaped([str(value or "") for value in values])
        return self._texts[key]

    def shown(self, key: str) -> Mapping[Any, str]:
        """What each value of a choice looks like."""
        as_pills = is_pill(self.record_type, key)
        return Shown(self._options(key), as_pills=as_pills)

    def tagged(self, key: str) -> Mapping[Any, str]:
        """What each set of tags looks like."""
        return Kept(chips_of(self._picklists.get(key, ())))

    def listed(self, key: str) -> Mapping[Any, str]:
        """What each set of choices looks like."""
        return Kept(listing_of(self.record_type.by_key[key], self.by))

    def _options(self, key: str) -> tuple[Option, ...]:
        return self._picklists.get(key) or self.record_type.by_key[key].options

    def owned(self, verb: str) -> list[bool]:
        """Of which rows the owner lets the reader do `verb`, where it does not reach all."""
        if verb not in self._owned:
            reach = self.by.rights.reach(self.record_type.key, verb)
            own = {self.by.user_id} if reach is Reach.OWN else set(self.by.team_user_ids)
            self._owned[verb] = [one in own for one in self.values("owner_id")]
        return self._owned[verb]

    def able(self, number: int) -> list[bool]:
        """With which rows the reader can do a declared action, as far as the rows tell."""
        by, kind, action = self.by, self.record_type, self.record_type.actions[number]
        if by.tenant.is_read_only:
            return [False] * len(self.rows)
        return [
            bool(action.when(row)) and reaches(kind, row.owner_id, action.name, by)
            for row in self.rows
        ]


def sheet_of(
    record_type: RecordType,
    rows: Sequence[Any],
    picklists: Mapping[str, tuple[Option, ...]],
    by: Actor,
    origin: str,
) -> Sheet:
    """The sheet of rows of `query.page`, which are one or more."""
    columns = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
    return Sheet(record_type, columns, picklists, by, rows, origin)


def escaped(texts: list[str]) -> list[str]:
    """Texts as they may stand in HTML, escaped in one go: no text of a record holds the mark."""
    parts = str(escape(MARK.join(texts))).split(MARK)
    return parts if len(parts) == len(texts) else [str(escape(text)) for text in texts]
