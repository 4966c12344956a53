"""A table in a file: its columns' names and its rows of text, however it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class How:
    """How a file is read. `encoding`, `delimiter` and `quote` are of texts, `sheet` of workbooks.

    `skip` rows stand above the head, such as a title or instructions. Without a head
    (`has_header`) columns are called by their letters: A, B, C.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    sheet: str = ""
    skip: int = 0
    has_header: bool = True

    def to_json(self) -> dict[str, Any]:
        """All of it, to be kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> How:
        """What `to_json` wrote; what it did not know is as it is by itself."""
        return cls(**{one.name: kept[one.name] for one in fields(cls) if one.name in kept})


class Table(Protocol):
    """What an import reads. `names` are told apart and never empty; `sheets` those to choose from.

    `rows` gives each row that is not empty with its number, as a spreadsheet counts it: the first
    row of the file is 1, and one whose cells have several lines is one row. It has as many cells as
    there are names; one with more texts than that keeps them, so that they can be told. Refused,
    at whatever row, where the file turns out to be cut or not what it says it is.
    """

    @property
    def names(self) -> Sequence[str]:
        """The columns."""

    @property
    def how(self) -> How:
        """How it is read."""

    @property
    def sheets(self) -> Sequence[str]:
        """The sheets of a workbook; none of a text."""

    def rows(self, start_at: int = 1) -> Iterator[tuple[int, list[str]]]:
        """The rows from the number `start_at` on."""

    def sample(self, n: int) -> list[list[str]]:
        """The first `n` rows at most, without reading the file again."""
