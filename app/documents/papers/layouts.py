"""Layouts: what papers can be made of which records, declared by modules at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _
from app.records.model import Record
from app.records.types import RecordType

SHARED = Path(__file__).parent.parent / "layouts"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody adds when a paper is made: a subject and a text, where it takes them."""

    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a layout says of a record: the title of the paper and its own part of the data."""

    title: str
    content: Mapping[str, Any]


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

    def source(self, version: int | None = None) -> Path:
        """The file of a version, the newest where none is named; Missing where there is none."""
        path = self.folder / f"{self.key}-{version or self.version}.typ"
        if not path.is_file():
            raise Missing(_("This document was made by a layout that is not there any more."))
        return path


_layouts: dict[str, Layout] = {}


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


def layouts_for(record_type: RecordType) -> list[Layout]:
    """What can be made of records of a type."""
    return [one for one in _layouts.values() if record_type.key in one.record_types]


def layout_called(key: str) -> Layout:
    """A layout by its key, or Missing."""
    found = _layouts.get(key)
    if found is None:
        raise Missing(_("There is no such layout."))
    return found
