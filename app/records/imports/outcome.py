"""What became of the rows of a chunk, and of an import so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.kernel.errors import Answer
from app.kernel.language import Text, labelled
from app.records.duplicates.facts import How
from app.records.imports.plan import Plan
from app.records.types import RecordType

WHOLE_ROW = ""  # Where a reason is no single column's.


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that was not taken: its number in the file, its cells, and why, by column.

    One that the mapping leaves out is no failure, though it is told among them.
    """

    line: int
    cells: Sequence[str]
    errors: Mapping[str, str]
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """A row that was left out as a duplicate: the record that it resembles, and by which sign.

    Where an earlier row of the file was to become that record, `of_line` is its number.
    """

    line: int
    cells: Sequence[str]
    record_id: UUID
    how: How
    of_line: int | None = None


@dataclass(slots=True)
class Outcome:
    """How many rows became what, and those that failed; `is_whole` where no further row stands.

    `names` are those of what was referred to and made along, folded, by type.
    """

    created: int = 0
    updated: int = 0
    skipped: int = 0
    noted: int = 0  # Records that tell moments of these rows.
    asked: int = 0
    joined: int = 0  # Further lines of records.
    failures: list[Failure] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def duplicate(self) -> int:
        """How many rows were left out as duplicates."""
        return len(self.twins)

    @property
    def made(self) -> dict[str, int]:
        """How many records were made along, by type."""
        return {kind: len(names) for kind, names in self.names.items() if names}

    @property
    def failed(self) -> int:
        """How many rows failed."""
        return len(self.failures) - self.left_out

    @property
    def left_out(self) -> int:
        """How many rows the mapping leaves out."""
        return sum(one.is_left_out for one in self.failures)

    @property
    def done(self) -> int:
        """How many rows were dealt with."""
        known = self.created + self.updated + self.skipped + self.duplicate + self.failed
        return known + self.asked + self.joined + self.left_out


def reasons(plan: Plan, answer: Answer) -> dict[str, str]:
    """What an answer says, by the column of the file where there is one, in the language in use."""
    return reasons_of(plan, answer.errors) or {WHOLE_ROW: str(answer.message)}


def reasons_of(plan: Plan, errors: Mapping[str, Text | str]) -> dict[str, str]:
    """The same of errors by their fields."""
    told: dict[str, str] = {}
    lined = plan.record_type.lined
    for key, text in errors.items():
        column = plan.source_of.get(key)
        is_whole = lined is not None and key == lined.input
        said = str(text) if column or is_whole else labelled(_called(plan.record_type, key), text)
        place = column or WHOLE_ROW
        told[place] = f"{told[place]} {said}" if place in told else said
    return told


def _called(record_type: RecordType, key: str) -> str:
    field = record_type.by_key.get(key)
    return str(field.label) if field is not None else key
