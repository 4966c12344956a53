"""What a record type says of moments that it has from records of another type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.language import Text
from app.records.fields import Attribute


@dataclass(frozen=True, slots=True)
class Noted:
    """Moments that only records of `type` tell: a file that gives one has such a record made.

    `last` is our field of what was done last and `next` that of what is next. The record that is
    made refers to ours by `reference`, holds `given`, and has the moments in its fields `done_at`
    and `next_at`; where nothing was done yet, in `due_at`. Its text in the field `words` is `text`
    in the workspace's language. `asks` is what the box beside the column says.
    """

    type: str
    reference: str
    last: Attribute
    next: Attribute
    given: Mapping[str, Any]
    done_at: str
    next_at: str
    due_at: str
    words: str
    text: Text
    asks: Text

    @property
    def keys(self) -> frozenset[str]:
        """Our fields whose moments become such records."""
        return frozenset((self.last.key, self.next.key))
