"""What a record type says of files: moments that other records tell, lines, what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.language import Text
from app.records.fields import Attribute, Field


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


@dataclass(frozen=True, slots=True)
class Lined:
    """Records that have lines: several rows of a file are one of them.

    `create` takes the lines under `input`, each a mapping by the keys of `fields`, which are those
    that a column of a file can become. `key` is the field by which rows are known for the same
    record, and `most` how many lines it may have. `differs(pairs, by)` tells of records that stand,
    each with such lines, which ones they are to have where these say others than theirs, None where
    they do not, or what stands against them; `verb` is the action that gives a record other ones.
    What a line refers to and is made along is called as another field of the line says, by
    `called`. Numbers in `priced` may be written with a currency: that of the record, or they are
    refused. What rows of one record say of a field in `shared` they say alike.
    """

    input: str
    key: str
    fields: tuple[Field, ...]
    most: int
    verb: str
    called: Mapping[str, str]
    differs: Callable[[Sequence[tuple[Any, Sequence[Mapping[str, Any]]]], Any], list[Any]]
    priced: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What became of records before they came here, which a file may say of new ones.

    `fields` are kept by the product otherwise; a new record is handed them as `past`. Whoever gives
    one must be allowed the `verbs` by which people come there; what these are held back for is held
    against the row. `values` are what the first of them may be, and the first of these is what a
    new record is anyway, of which nothing of this holds. With them it is handed, as `said`, of
    which fields the file tells at all, and as `given` which ones its rows give.
    """

    fields: tuple[Attribute, ...]
    values: tuple[str, ...]
    verbs: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the fields."""
        return tuple(one.key for one in self.fields)

    def is_over(self, told: Mapping[str, Any]) -> bool:
        """True where rows that tell this make a record that is no new one."""
        return bool(told) and told.get(self.keys[0]) != self.values[0]
