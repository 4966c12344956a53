"""The editor of options: the values of an own choice or of a picklist, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.language import OFFERED, Text, _
from app.records.custom.options import COLOURS
from app.records.pages.settings.numbered import first, free_number, languages, rows_of

NAME = "option"
BLANK = 3  # Empty rows that a new choice begins with.
COLOUR_NAMES: Mapping[str, Text] = dict(
    zip(
        COLOURS,
        (
            _("Grey"),
            _("Blue"),
            _("Green"),
            _("Amber"),
            _("Red"),
            _("Violet"),
            _("Teal"),
            _("Pink"),
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One row of the editor; `value` is empty until the option is kept."""

    number: str
    value: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""
    is_retired: bool = False
    is_default: bool = False

    @property
    def is_blank(self) -> bool:
        """True for a row that nobody has written into."""
        return not self.value and not any(self.label.values())


@dataclass(frozen=True, slots=True)
class OptionEditor:
    """All that `records/settings/_options.html` shows."""

    rows: list[OptionRow]
    has_default: bool
    languages: tuple[tuple[str, str], ...] = field(default_factory=languages)
    colours: Mapping[str, Text] = field(default_factory=lambda: COLOUR_NAMES)
    blank: OptionRow = OptionRow("__n__")


def standing_rows(options: Iterable[Mapping[str, Any]], default: Any = None) -> list[OptionRow]:
    """The rows of options as they are kept."""
    marked = default if isinstance(default, list) else [default]
    return [
        OptionRow(
            str(number),
            one["value"],
            one["label"],
            one.get("colour", ""),
            bool(one.get("retired")),
            one["value"] in marked,
        )
        for number, one in enumerate(options)
    ]


def blank_rows() -> list[OptionRow]:
    """What the editor of a new choice begins with."""
    return [OptionRow(str(number)) for number in range(BLANK)]


def sent_rows(sent: MultiDict[str, str]) -> list[OptionRow]:
    """The rows as a form sent them, in the order wished for; one more where it was asked for."""
    found = rows_of(sent, NAME)
    rows = [
        OptionRow(
            number,
            first(parts, "value"),
            {one: first(parts, f"label.{one}") for one in OFFERED},
            first(parts, "colour"),
            bool(first(parts, "retired")),
            bool(first(parts, "default")),
        )
        for number, parts in found.items()
    ]
    if sent.get("add") == NAME:
        rows.append(OptionRow(free_number(list(found))))
    return rows


def wished(rows: Iterable[OptionRow]) -> tuple[dict[str, Any], ...]:
    """The options that the rows ask for, without rows that nobody has written into."""
    return tuple(
        {
            "value": row.value,
            "label": row.label,
            "colour": row.colour,
            "retired": row.is_retired,
            "default": row.is_default,
        }
        for row in rows
        if not row.is_blank
    )
