"""The builder of conditions: for each of them some tests of other fields, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.language import Text, _, current
from app.records.custom.conditions import WHENS, operators_of
from app.records.fields import Field, Option
from app.records.pages.controls import INPUT_TYPES, event_text
from app.records.pages.settings.numbered import first, free_number, rows_of
from app.records.types import RecordType

WHEN_LABELS: Mapping[str, Text] = {
    "visible": _("Shown only when"),
    "required": _("Must be filled in when"),
    "readonly": _("Can't be changed when"),
}
OPERATOR_LABELS: Mapping[str, Text] = {
    "eq": _("is"),
    "ne": _("is not"),
    "in": _("is one of"),
    "filled": _("is filled in"),
    "empty": _("is empty"),
}


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One test as it stands in the builder: a field, how to look at it, and texts to compare."""

    when: str
    number: str
    field: Field | None = None
    operator: str = ""
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the names of its inputs begin with."""
        return f"{self.when}.{self.number}"

    @property
    def operators(self) -> list[tuple[str, Text]]:
        """How its field can be looked at."""
        known = operators_of(self.field) if self.field else ()
        return [(one, OPERATOR_LABELS[one]) for one in known]

    @property
    def look(self) -> str:
        """How its value is asked for: not at all, by ticks, by a choice, or as a text."""
        if self.field is None or self.operator in ("filled", "empty"):
            return ""
        if self.operator == "in":
            return "ticks"
        return "select" if self.options else "input"

    @property
    def type(self) -> str:
        """The type of an input."""
        return INPUT_TYPES.get(self.field.kind, "text") if self.field else "text"


@dataclass(frozen=True, slots=True)
class ConditionBuilder:
    """All that `records/settings/_conditions.html` shows."""

    rows: Mapping[str, list[ConditionRow]]
    fields: list[Field]
    labels: Mapping[str, Text]
    url: str

    def blank(self, when: str) -> ConditionRow:
        """An empty row, to be copied."""
        return ConditionRow(when, "__n__")

    @property
    def is_used(self) -> bool:
        """True when there is any test."""
        return any(row.field for rows in self.rows.values() for row in rows)


class Rows:
    """Makes rows of tests on the fields of a type; `own_key` is the field that they are for."""

    def __init__(
        self,
        record_type: RecordType,
        own_key: str,
        picklists: Mapping[str, tuple[Option, ...]],
        by: Actor,
    ) -> None:
        self.fields = {one.key: one for one in record_type.fields if one.key != own_key}
        self.picklists = picklists
        self.by = by

    def standing(self, conditions: Mapping[str, Any]) -> dict[str, list[ConditionRow]]:
        """The rows of conditions as they are kept."""
        return {
            when: [
                self._row(when, str(number), test["field"], test["op"], self._texts(test))
                for number, test in enumerate(conditions.get(when, ()))
            ]
            for when in WHENS
        }

    def sent(self, form: MultiDict[str, str]) -> dict[str, list[ConditionRow]]:
        """The rows as a form sent them; one more where it was asked for."""
        found: dict[str, list[ConditionRow]] = {}
        for when in WHENS:
            rows = rows_of(form, when)
            found[when] = [
                self._row(
                    when,
                    number,
                    first(parts, "field"),
                    first(parts, "op"),
                    tuple(filter(None, parts.get("value", ()))),
                )
                for number, parts in rows.items()
            ]
            if form.get("add") == when:
                found[when].append(ConditionRow(when, free_number(list(rows))))
        return found

    def _row(
        self, when: str, number: str, key: str, operator: str, values: tuple[str, ...]
    ) -> ConditionRow:
        """A row whose operator fits its field."""
        field = self.fields.get(key)
        if field is None:
            return ConditionRow(when, number)
        known = operators_of(field)
        operator = operator if operator in known else known[0]
        return ConditionRow(when, number, field, operator, values, self._options(field))

    def _options(self, field: Field) -> tuple[tuple[str, str], ...]:
        if field.kind == "flag":
            return ("1", str(_("Yes"))), ("0", str(_("No")))
        if field.kind == "country":
            return tuple(countries(current()).items())
        known = self.picklists.get(field.key) or field.options
        return tuple((one.value, one.shown()) for one in known)

    def _texts(self, test: Mapping[str, Any]) -> tuple[str, ...]:
        """The values of a test as they stand in controls."""
        value, field = test.get("value"), self.fields.get(test["field"])
        if field is None or value is None:
            return ()
        several = value if isinstance(value, list) else [value]
        return tuple(event_text(field, one, self.by) for one in several)


def wished(rows: Mapping[str, Iterable[ConditionRow]]) -> dict[str, list[dict[str, Any]]]:
    """The conditions that the rows ask for, without rows that name no field."""
    return {
        when: [
            {
                "field": one.field.key,
                "op": one.operator,
                "value": list(one.values) if one.operator == "in" else "".join(one.values[:1]),
            }
            for one in tests
            if one.field is not None
        ]
        for when, tests in rows.items()
    }
