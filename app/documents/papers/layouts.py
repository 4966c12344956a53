"""Layouts: what papers can be made of which records, declared by modules at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.documents.papers.models import Document
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.numbers.facts import Numbered, OwnSeries, Resets, offer_series
from app.records.types import RecordType

SHARED = Path(__file__).parent.parent / "layouts"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody adds when a paper is made: a subject and a text, where it takes them."""

    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a layout says of a record: the title of the paper and its own part of the data.

    `uses` are the fields, and the other records, that stand on it; `number` is the record's own, on
    a paper that is numbered by its record.
    """

    title: str
    content: Mapping[str, Any]
    uses: Uses = field(default_factory=Uses)
    number: str = ""


Load = Callable[[RecordType, Record, Given, Actor], Content]


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of paper for records of some types.

    Its source is the file `<key>-<version>.typ` of `folder`; earlier versions stay there, for the
    papers that were made by them. `load` answers with what stands on it, in the language in use
    and as far as its actor may see; `takes_text` says that people write a text for it.
    """

    key: str
    version: int
    label: Text
    record_types: tuple[str, ...]
    load: Load
    folder: Path = SHARED
    takes_text: bool = False
    number: str = ""  # The pattern of its numbers, as long as a firm chooses no other.
    plural: Text | None = None
    by_record: bool = False  # The record has a number of the series, and its papers have that one.
    written_as: str = ""  # The layout whose source it shares, where it has none of its own.

    @property
    def series(self) -> OwnSeries | None:
        """How its papers are numbered; None for papers without a number."""
        if not self.number:
            return None
        numbered = Numbered(Document.number, self.number, Resets.FISCAL, is_on=True)
        taken = partial(_taken, self.key)
        return OwnSeries(f"paper.{self.key}", self.plural or self.label, numbered, taken)

    def source(self, version: int | None = None) -> Path:
        """The file of a version, the newest where none is named; Missing where there is none."""
        path = self.folder / f"{self.written_as or self.key}-{version or self.version}.typ"
        if not path.is_file():
            raise Missing(_("This document was made by a layout that is not there any more."))
        return path


_layouts: dict[str, Layout] = {}


def _taken(layout: str, numbers: Sequence[str], by: Actor) -> set[str]:
    """Which of these numbers a paper has that stands, folded; counters know of the others."""
    folded = func.lower(Document.number)
    asked = select(folded).where(
        Document.layout == layout, folded.in_([one.lower() for one in numbers])
    )
    return {str(one).casefold() for one in by.session.scalars(asked)}


def install(layouts: Iterable[Layout]) -> None:
    """Fix the layouts; start-up calls it once per process. ValueError for one declared twice."""
    found: dict[str, Layout] = {}
    for one in layouts:
        if one.key in found:
            raise ValueError(f"The layout {one.key!r} is declared twice.")
        if not one.source().is_file():
            raise ValueError(f"The layout {one.key!r} has no source.")
        found[one.key] = one
    _layouts.clear()
    _layouts.update(found)
    offer_series(one.series for one in found.values() if one.series is not None)


def layouts_for(record_type: RecordType) -> list[Layout]:
    """What can be made of records of a type."""
    return [one for one in _layouts.values() if record_type.key in one.record_types]


def layout_called(key: str) -> Layout:
    """A layout by its key, or Missing."""
    found = _layouts.get(key)
    if found is None:
        raise Missing(_("There is no such layout."))
    return found
