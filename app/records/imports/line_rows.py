"""Rows that are the lines of a record: what each says, and what stands against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.folding import fold
from app.kernel.language import Text, _, gettext, listed
from app.records.imports.cells import price_figures
from app.records.imports.outcome import WHOLE_ROW, Failure, reasons, reasons_of
from app.records.imports.plan import Plan, Source
from app.records.imports.resolve import resolve
from app.records.tailored import tailored

Names = dict[str, set[str]]
NUMBERS = ("number", "money", "percent")
NO_NUMBER = re.compile(r"[^\d.,+\-\s%％]")
MOST_NAMED = 5  # Of what rows of one record name differently.
Errors = dict[str, Text | str]


@dataclass(slots=True)
class Part:
    """One row of a record: its number in the file, its cells, and what they say of a line.

    `along` is what else is given to what the line refers to, by the path of the reference.
    """

    line: int
    cells: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    along: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_parts(plan: Plan, parts: Iterable[Part], wrong: Errors) -> None:
    """Read what rows say of lines; Refused at its field where a text is too long for any.

    What can't be a number is put among what is `wrong`, before anything is made along.
    """
    lined = plan.record_type.lined
    assert lined is not None  # noqa: S101 - `check_mapping` has seen to it.
    references = [one for one in plan.lines if one.field.to]
    for number, part in enumerate(parts):
        try:
            for source in plan.lines:
                text = source.text(part.cells)
                if text:
                    said = part.values[source.field.key] = source.read(text)
                    figures = price_figures(said) if source.field.key in lined.priced else said
                    if source.field.kind in NUMBERS and NO_NUMBER.search(figures):
                        told = _("This must be a number.")
                        wrong[f"{lined.input}.{number}.{source.field.key}"] = told
            for source in references:
                path = f"{lined.input}.{source.field.key}"
                if path in plan.along:
                    part.along[path] = read_along(source, plan.along[path], part.cells)
        except Refused as refused:
            errors = {f"{lined.input}.{number}.{key}": text for key, text in refused.errors.items()}
            raise Refused(refused.message, errors=errors) from None


def against_shared(plan: Plan, parts: Sequence[Part]) -> Errors:
    """What stands against rows of one record that say differently for whom, or when, it is.

    What is empty says nothing. Moments may lie a day apart, as a long bill passes midnight.
    """
    lined = plan.record_type.lined
    errors: Errors = {}
    if lined is None or len(parts) <= 1:
        return errors
    for source in plan.sources:
        if source.field.key not in lined.shared:
            continue
        told = dict.fromkeys(text for one in parts if (text := source.told(one.cells)))
        if len(told) <= 1 or _are_alike(source, list(told)):
            continue
        names = listed(list(told)[:MOST_NAMED])
        errors[source.field.key] = _("Rows of one record name several: %(names)s.", names=names)
    return errors


def _are_alike(source: Source, texts: Sequence[str]) -> bool:
    """True of texts that differ in case or width alone, and of moments at most a day apart."""
    if source.field.kind not in ("day", "moment"):
        return len({fold(one) for one in texts}) == 1
    try:
        days = [date.fromisoformat(str(source.read(one))[:10]) for one in texts]
    except ValueError:
        return False
    return (max(days) - min(days)).days <= 1


def read_along(
    reference: Source, sources: Iterable[Source], cells: Sequence[str]
) -> dict[str, Any]:
    """What a row itself says of what it refers to, for where that is made.

    What stands in for an empty cell is of many rows: only that very column says anything of it, and
    what the others say is left open.
    """
    is_shared = reference.stands_in(cells)
    found: dict[str, Any] = {}
    for source in sources:
        if is_shared and source.column.source not in ("", reference.column.source):
            found[source.field.key] = ""
            continue
        text = source.told(cells)
        if text or source.says_nothing(cells):
            found[source.field.key] = source.read(text) if text else ""
    return found


class Along:
    """What is given to records that are made, by the text by which rows refer to them.

    Of several rows the first one counts that says anything; where none does, what stands in for it.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)
        self._told: dict[str, dict[str, Any]] = {}
        self._first: dict[str, Sequence[str]] = {}

    def add(self, text: str, told: Mapping[str, Any], cells: Sequence[str]) -> None:
        """Note what a row says; see `read_along`."""
        self._first.setdefault(text, cells)
        known = self._told.setdefault(text, {})
        for key, value in told.items():
            known.setdefault(key, value)

    def of_all(self) -> dict[str, dict[str, Any]]:
        """What each text's record is given, in the order in which they were met."""
        for source in self._sources:
            for text, known in self._told.items():
                key = source.field.key
                if key not in known and (said := source.instead(self._first[text])):
                    known[key] = source.read(said)
        return self._told


def refer_parts(
    plan: Plan, rows: Iterable[tuple[Sequence[Part], Errors]], names: Names, by: Actor
) -> None:
    """Put ids where lines name other records, or errors among those of their record.

    Nothing is made for a record against which something stands already.
    """
    lined = plan.record_type.lined
    found = list(rows)
    for source in plan.line_references:
        assert lined is not None  # noqa: S101 - there are no such columns without.
        key, to = source.field.key, source.field.to or ""
        path = f"{lined.input}.{key}"
        makes = source.column.create_missing
        asking = [
            (number, part, errors)
            for parts, errors in found
            if not (makes and errors)
            for number, part in enumerate(parts)
            if key in part.values
        ]
        along = Along(plan.along.get(path, ()))
        name, called = _naming(plan, source, by)
        for _number, part, _errors in asking:
            told = part.along.get(path, {})
            if name and part.values.get(called):
                told = {name: part.values[called], **told}
            along.add(part.values[key], told, part.cells)
        given = along.of_all()
        meant = resolve(
            to,
            list(given),
            by,
            create_missing=makes,
            made=names.setdefault(to, set()),
            found_by=source.column.found_by,
            along=given,
        )
        for number, part, errors in asking:
            means = meant[part.values[key]]
            if isinstance(means, UUID):
                part.values[key] = str(means)
            else:
                errors[f"{lined.input}.{number}.{key}"] = means


def _naming(plan: Plan, source: Source, by: Actor) -> tuple[str, str]:
    """The field by which what lines refer to is called, and that of a line which says how."""
    lined = plan.record_type.lined
    called = lined.called.get(source.field.key, "") if lined is not None else ""
    if not called or not source.column.found_by:
        return "", ""
    return tailored(source.field.to or "", by).title.key, called


def failures_of(plan: Plan, parts: Sequence[Part], answer: Answer) -> list[Failure]:
    """The rows of a record that is not taken, each with what stands against it."""
    lined = plan.record_type.lined
    prefix = f"{lined.input}." if lined is not None else ""
    told: dict[int, Errors] = {}
    for key, text in answer.errors.items():
        number, inner = _placed(key, prefix) if prefix else (0, key)
        told.setdefault(min(number, len(parts) - 1), {})[inner] = text
    if not told:
        why = reasons(plan, answer)
        return [Failure(one.line, one.cells, why) for one in parts]
    goes_along = {WHOLE_ROW: gettext("Another row of the same record can't be taken.")}
    return [
        Failure(
            one.line,
            one.cells,
            reasons_of(plan, told[number]) if number in told else goes_along,
        )
        for number, one in enumerate(parts)
    ]


def _placed(key: str, prefix: str) -> tuple[int, str]:
    """The number of a line that an error is about, and the path of its field."""
    if not key.startswith(prefix):
        return 0, key
    number, _dot, inner = key.removeprefix(prefix).partition(".")
    return (int(number), prefix + inner) if number.isdecimal() else (0, key)


NEEDS_APPROVAL = _(
    "Somebody would have to approve this here. Whoever may agree to it by themselves can import it."
)
HERE_ALREADY = _("This is here already, and what becomes of it is noted here.")
