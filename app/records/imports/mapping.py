"""A mapping: which columns of a file become which fields, and what becomes of rows that match.

It is kept with its import as JSON and can be written by hand as TOML. Here is its shape only; what
it says is held against a record type by `check.check_mapping`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from pathlib import Path
from typing import Any, Literal, get_args

from app.kernel.countries import countries
from app.kernel.errors import Refused
from app.kernel.language import Text, _, listed
from app.records.imports.left_out import LeftOut, read_left_out

Mode = Literal["create", "update", "both"]
Twins = Literal["create", "skip", "update"]
Dates = Literal["ymd", "dmy", "mdy"]
Point = Literal[".", ","]
MOST_COLUMNS = 500
LONGEST = 1000  # Characters of a template, a default, a value.
MOST_VALUES = 10_000  # Texts of one column that stand for values.
NOT_KEPT = re.compile("[\0\ud800-\udfff]")
WHOLE = ("mode", "match_on", "columns", "duplicates", "distinct_by", "group_by", "left_out")
PARTS: Map[str, Any] = {
    "source": str,
    "field": str | None,
    "template": str | None,
    "values": Map,
    "default": str,
    "create_missing": bool,
    "found_by": str,
    "dates": str,
    "decimal": str,
    "country": str,
}
WORDS: Map[str, Sequence[str]] = {"dates": get_args(Dates), "decimal": get_args(Point)}
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of one column of the file.

    `source` is its name as the table has it; without one the column is made up of its `template` or
    its `default` alone. `field` is the key of the field, None for a column that is left out; that
    of a line is `lines.quantity`, and what a record that is referred to has where it is made
    `account_id.country`.
    `template` is a text with names of columns in braces ("Customer {CustomerID}"); it counts as
    empty when every one of these is. `default` stands in for what is empty, and may hold names in
    braces too. `values` are texts of the file and what they stand for: the value of an option, the
    id of a record, a colleague's e-mail; an empty one means nothing at all, and "*" is every other
    text. With `create_missing`
    a record that is referred to and not there is made, and where the field is a moment that other
    records tell, such a record for each row. `found_by` is the field of what is referred to by
    which alone it is known, and which is filled where it is made. `dates` is the order of day,
    month and year where a date is written in figures, `decimal` the mark before decimals.
    `country` is the code of the country whose phone numbers stand there without one of their own;
    where the row gives its country that comes first, and the workspace's comes last.
    """

    source: str = ""
    field: str | None = None
    template: str | None = None
    values: Map[str, str] = kept(default_factory=dict)
    default: str = ""
    create_missing: bool = False
    found_by: str = ""
    dates: Dates = "ymd"
    decimal: Point = "."
    country: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the rows of a file become records.

    `match_on` is the key of the field by which a row finds the record that stands: "id", the title,
    an e-mail, a phone or a unique field; asked for unless the mode is "create". `duplicates` says
    what becomes of a new row that seems to be there already: "create" makes it all the same, "skip"
    leaves it out, "update" changes the record that was found. `distinct_by` is a column of the
    file: of rows that share its text the first one counts, and rows without it are left out.
    `group_by` is a column too: rows that share its text are one record with a line each. Of which
    one of `left_out` is true is left out, with its reason.
    """

    mode: Mode = "create"
    match_on: str | None = None
    columns: tuple[Column, ...] = ()
    duplicates: Twins = "create"
    distinct_by: str | None = None
    group_by: str | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that become a field."""
        return tuple(one for one in self.columns if one.field is not None)

    def to_json(self) -> dict[str, Any]:
        """The mapping as it is kept; what is as usual is left out."""
        told = {key: getattr(self, key) for key in ("mode", "match_on", "duplicates")}
        told["distinct_by"] = self.distinct_by
        if self.group_by:
            told["group_by"] = self.group_by
        if self.left_out:
            told["left_out"] = [one.to_json() for one in self.left_out]
        told["columns"] = [_column_json(one) for one in self.columns]
        return told


def from_json(raw: Any) -> Mapping:
    """A mapping that a program or a file gave; Refused where its shape is another.

    What stands against a column is told as `columns.<number>.<what>`, counted from 0.
    """
    if not isinstance(raw, Map):
        raise Refused(_("Give the mapping as its parts."), field="mapping")
    errors: Errors = {
        _named(key): _("There is no such part of a mapping.") for key in raw if key not in WHOLE
    }
    for key, allowed in (("mode", get_args(Mode)), ("duplicates", get_args(Twins))):
        if key in raw and raw[key] not in allowed:
            errors[key] = _unknown(allowed)
    for key in ("match_on", "distinct_by", "group_by"):
        part = raw.get(key)
        if not isinstance(part, str | None) or not _can_be_kept(part or ""):
            errors[key] = _("Enter a text here.")
    columns = _columns_in(raw.get("columns"), errors)
    read = [_read_column(one, number, errors) for number, one in enumerate(columns)]
    left_out = read_left_out(raw.get("left_out", ()), errors)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Mapping(
        mode=raw.get("mode", "create"),
        match_on=raw.get("match_on") or None,
        columns=tuple(read),
        duplicates=raw.get("duplicates", "create"),
        distinct_by=raw.get("distinct_by") or None,
        group_by=raw.get("group_by") or None,
        left_out=left_out,
    )


def read_mapping(path: Path) -> Mapping:
    """The mapping that a TOML file holds; Refused where it holds none."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(_("This is no mapping: %(problem)s", problem=str(error))) from None
    return from_json(raw)


def _column_json(column: Column) -> dict[str, Any]:
    usual = Column()
    told = {key: getattr(column, key) for key in PARTS}
    return {
        key: dict(value) if key == "values" else value
        for key, value in told.items()
        if key in ("source", "field") or value != getattr(usual, key)
    }


def _columns_in(raw: Any, errors: Errors) -> Sequence[Any]:
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        errors["columns"] = _("Give the columns as a list.")
        return ()
    if len(raw) > MOST_COLUMNS:
        errors["columns"] = _("At most %(limit)s columns.", limit=MOST_COLUMNS)
        return ()
    return raw


def _read_column(raw: Any, number: int, errors: Errors) -> Column:
    """One column; what does not fit is added to `errors` and left as usual."""
    place = f"columns.{number}"
    if not isinstance(raw, Map):
        errors[place] = _("Give a column as its parts.")
        return Column()
    known: dict[str, Any] = {}
    for key, part in raw.items():
        wrong = _against(str(key), part)
        if wrong is not None:
            errors[f"{place}.{_named(key)}"] = wrong
        else:
            known[key] = dict(part) if key == "values" else part
    for key in ("field", "template"):
        known[key] = known.get(key) or None
    return Column(**known)


def _against(key: str, part: Any) -> Text | None:
    """What stands against one part of a column, or None."""
    if key not in PARTS:
        return _("There is no such part of a column.")
    if not isinstance(part, PARTS[key]) or (isinstance(part, str) and not _can_be_kept(part)):
        return _("This is not what belongs here.")
    if isinstance(part, str) and len(part) > LONGEST:
        return _("This is longer than %(limit)s characters.", limit=LONGEST)
    if key in WORDS and part not in WORDS[key]:
        return _unknown(WORDS[key])
    if key == "values" and not _are_texts(part):
        return _("Give texts and what they stand for.")
    return _against_country(part) if key == "country" else None


def _against_country(code: str) -> Text | None:
    if not code or code in countries("en"):
        return None
    return _("Give the code of a country, such as GB.")


def _are_texts(values: Any) -> bool:
    if len(values) > MOST_VALUES:
        return False
    return all(
        isinstance(text, str) and len(text) <= LONGEST and _can_be_kept(text)
        for pair in values.items()
        for text in pair
    )


def _can_be_kept(text: str) -> bool:
    """False for NUL and for half a letter, of which the database keeps neither."""
    return NOT_KEPT.search(text) is None


def _named(key: object) -> str:
    """A part's name as it can be told, whatever a program made of it."""
    return str(key).encode("utf-8", "replace").decode()


def _unknown(allowed: Sequence[str]) -> Text:
    return _("Choose one of %(values)s.", values=listed(allowed))
