"""The fields of a row in words, for cards and entries: what is made of a value is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.kernel.actor import Actor
from app.records.fields import Field, Option
from app.records.pages.kept import Kept
from app.records.pages.looks import Words
from app.records.pages.shown import shown_text
from app.records.types import RecordType


class RowWords:
    """Words for some fields of the rows of one type; `listed` puts several behind each other."""

    def __init__(
        self,
        record_type: RecordType,
        keys: Iterable[str],
        picklists: Mapping[str, tuple[Option, ...]],
        by: Actor,
    ) -> None:
        self._fields = tuple(record_type.by_key[key] for key in keys)
        self._words: dict[str, Mapping[Any, str]] = {}
        for field in self._fields:
            options = picklists.get(field.key) or field.options
            self._words[field.key] = (
                Words(options) if field.kind == "choice" else Kept(_wording(field, options, by))
            )

    def listed(self, row: Any) -> str:
        """The words of the fields that hold something: Machinery · Leeds."""
        return " · ".join(filter(None, map(self._text, self._fields, [row] * len(self._fields))))

    def _text(self, field: Field, row: Any) -> str:
        if field.to:
            return str(getattr(row, f"{field.key}__title") or "")
        value = getattr(row, field.key)
        return self._words[field.key][value] if value not in (None, "", ()) else ""


def _wording(field: Field, options: tuple[Option, ...], by: Actor) -> Callable[[Any], str]:
    return lambda value: shown_text(field, value, by, options)
