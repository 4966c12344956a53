"""The rows of a report's statement as JSON, and back.

The names of what references point to are not kept: who reads the result is told those that they
may see by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select

from app.kernel.language import gettext
from app.records.query.target import target_of
from app.reports.engine.columns import HIDDEN
from app.reports.engine.meaning import Meaning
from app.reports.engine.run import Found, Rows

LEFT_OUT = ("t", "y")  # The titles of references and their order begin so.


def pack(found: Found) -> dict[str, Any]:
    """What a report found, as it is kept."""
    before = None if found.before is None else _table(found.before)
    return {"rows": _table(found.rows), "before": before, "is_cut": found.is_cut}


def unpack(kept: Mapping[str, Any], meaning: Meaning) -> Found:
    """What was kept, with the names of references as `meaning`'s reader may see them now."""
    rows = _rows(kept["rows"])
    before = None if kept["before"] is None else _rows(kept["before"])
    for number, one in enumerate(meaning.dimensions):
        if one.field.to:
            _name(meaning, number, [*rows, *(before or ())])
    return Found(rows, before, kept["is_cut"])


def _table(rows: Rows) -> dict[str, Any]:
    names = [name for name in (rows[0] if rows else ()) if name[0] not in LEFT_OUT]
    return {"names": names, "rows": [[_plain(row[name]) for name in names] for row in rows]}


def _rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    names: Sequence[str] = table["names"]
    return [dict(zip(names, (_value(one) for one in row), strict=True)) for row in table["rows"]]


def _plain(value: Any) -> Any:
    """A value of a row as JSON has it: what JSON does not know as its kind and its text."""
    if value is None or isinstance(value, str | int | float):
        return value
    for kind, (of, _read) in _KINDS.items():
        if isinstance(value, of):
            return [kind, value.isoformat() if isinstance(value, date) else str(value)]
    raise TypeError(f"A report has no {type(value).__name__}.")


def _value(kept: Any) -> Any:
    return _KINDS[kept[0]][1](kept[1]) if isinstance(kept, list) else kept


# A moment is a day, too, so it stands before.
_KINDS: dict[str, tuple[type, Any]] = {
    "number": (Decimal, Decimal),
    "moment": (datetime, datetime.fromisoformat),
    "day": (date, date.fromisoformat),
    "id": (UUID, UUID),
}


def _name(meaning: Meaning, number: int, rows: list[dict[str, Any]]) -> None:
    """Write the names of the records that a group refers to into its rows."""
    key = f"k{number}"
    ids = {row[key] for row in rows} - {None, HIDDEN}
    target = target_of(meaning.dimensions[number].field, meaning.firm, f"t{number}")
    row = target.row
    wanted = row.id == any_(literal(sorted(ids), ARRAY(Uuid())))
    found = select(row.id, target.title, target.key).where(wanted, target.may_open)
    known = {one[0]: (one[1], one[2]) for one in meaning.firm.session.execute(found)}
    unknown = (gettext("What you may not open"), None)
    for each in rows:
        each[f"t{number}"], each[f"y{number}"] = known.get(each[key], unknown)
