"""Rows of a file that are left out, as a mapping says, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.folding import fold
from app.kernel.language import LOCALES, Text, _, current
from app.kernel.localized import pick

MOST = 50  # Rules of one mapping.
LONGEST = 1000
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda value, than: value < than,
    ">": lambda value, than: value > than,
}
NOT_KEPT = re.compile("[\0\ud800-\udfff]")
Errors = dict[str, Text | str]
Cells = Sequence[str]
Read = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule: a row is left out where every column in `when` is as it says.

    What it says is a text, or a number that cells are equal to however they write it, or `<0` or
    `>0` with any number. `reason` tells why, by language.
    """

    when: Mapping[str, str]
    reason: Mapping[str, str]

    def told(self) -> str:
        """Why, in the language in use."""
        return pick(self.reason, current())

    def to_json(self) -> dict[str, Any]:
        """The rule as it is kept."""
        return {"when": dict(self.when), "reason": dict(self.reason)}


def read_left_out(raw: Any, errors: Errors) -> tuple[LeftOut, ...]:
    """The rules that a program or a file gave; what stands against one is added to `errors`."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes) or len(raw) > MOST:
        errors["left_out"] = _("Give the rows to be left out as a list.")
        return ()
    found = []
    for number, one in enumerate(raw):
        rule = _read(one)
        if rule is None:
            errors[f"left_out.{number}"] = _("Say when a row is left out, and why.")
        else:
            found.append(rule)
    return tuple(found)


def _read(raw: Any) -> LeftOut | None:
    if not isinstance(raw, Mapping) or set(raw) != {"when", "reason"}:
        return None
    when, reason = raw["when"], raw["reason"]
    reason = {"en": reason} if isinstance(reason, str) else reason
    if not (_are_texts(when) and _are_texts(reason)) or set(reason) - set(LOCALES):
        return None
    return LeftOut(dict(when), dict(reason))


def _are_texts(pairs: Any) -> bool:
    return (
        isinstance(pairs, Mapping)
        and bool(pairs)
        and all(
            isinstance(text, str) and len(text) <= LONGEST and NOT_KEPT.search(text) is None
            for pair in pairs.items()
            for text in pair
        )
    )


def tests_of(
    rules: Sequence[LeftOut], names: Sequence[str], read: Mapping[str, Read]
) -> list[tuple[LeftOut, list[tuple[int, Callable[[str], bool]]]]]:
    """The rules made ready for a table: which cells are looked at, and how.

    `read` makes plain numbers of the cells of each column.
    """
    places = {name: place for place, name in enumerate(names)}
    return [
        (
            one,
            [(places[name], _test(text, read[name])) for name, text in one.when.items()],
        )
        for one in rules
    ]


def check_rules(rules: Sequence[LeftOut], names: Sequence[str]) -> Errors:
    """What stands against rules for a table with these columns."""
    return {
        f"left_out.{number}": _("The file has no column “%(name)s”.", name=name)
        for number, one in enumerate(rules)
        for name in one.when
        if name not in names
    }


def _test(said: str, read: Read) -> Callable[[str], bool]:
    text = said.strip()
    compare = COMPARED.get(text[:1])
    than = _number(text[1:]) if compare is not None else _number(text)
    if than is None:
        folded = fold(text)
        return lambda cell: fold(cell) == folded
    known: Decimal = than
    by = compare or (lambda value, other: value == other)

    def holds(cell: str) -> bool:
        value = _number(read(cell))
        return value is not None and by(value, known)

    return holds


def _number(text: str) -> Decimal | None:
    plain = text.strip()
    return Decimal(plain) if NUMBER.fullmatch(plain) else None
