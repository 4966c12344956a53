"""Notes at the head of a record's page that modules make: what its reader should know first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.model import Record
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Note:
    """One note, with what can be done about it: a label, and where its press is posted."""

    text: Text | str
    label: Text | str = ""
    post_url: str = ""


Notes = Callable[[RecordType, Record, Actor], Iterable[Note]]
_makers: tuple[Notes, ...] = ()


def install(makers: Iterable[Notes]) -> None:
    """Fix who makes notes; start-up calls it once per process."""
    global _makers  # noqa: PLW0603  Fixed from here on, as the registry is.
    _makers = tuple(makers)


def notes_on(record_type: RecordType, record: Record, by: Actor) -> list[Note]:
    """Every note on a record that `by` reads."""
    return [note for make in _makers for note in make(record_type, record, by)]
