"""The targets of a year as a table: a row for each person and team, a column for each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.identity.operations.teams import tree
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text
from app.kernel.whole import whole
from app.sales.operations.targets import (
    ANY,
    FIRST_YEAR,
    LAST_YEAR,
    TEAM,
    USER,
    set_target,
    targets_between,
)
from app.web.formats import formats

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class TargetCell:
    """One month of one row: its input, what stands in it and what is kept."""

    name: str
    label: str
    text: str
    kept: str
    error: Text | str = ""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A person or a team with the year's months and their sum."""

    label: str
    is_team: bool
    depth: int
    cells: list[TargetCell]
    total: str


@dataclass(frozen=True, slots=True)
class TargetsPage:
    """All that `sales/targets.html` shows."""

    year: int
    months: list[str]
    people: list[TargetRow]
    teams: list[TargetRow]
    currency: str
    errors: Mapping[str, Text | str] = field(default_factory=dict)


def read_year(text: str, by: Actor) -> int:
    """The year that an address asks for; this one where it asks for none that there can be."""
    found = whole(text)
    return found if found and FIRST_YEAR <= found <= LAST_YEAR else by.today().year


def targets_page(
    year: int,
    by: Actor,
    sent: Mapping[str, str] | None = None,
    errors: Mapping[str, Text | str] | None = None,
) -> TargetsPage:
    """The table as it is kept, or as it was `sent` with what stands against it."""
    maker = _Rows(year, by, sent or {}, errors or {})
    users = by.session.scalars(select(User).where(User.is_active).order_by(User.name_sort))
    write = formats(by)
    return TargetsPage(
        year,
        [write.month_short(one) for one in MONTHS],
        [maker.row(USER, one.id, one.name) for one in users],
        [maker.row(TEAM, one.id, one.name, one.path.count("/") - 1) for one in tree(by)],
        by.tenant.currency,
        errors or {},
    )


class _Rows:
    def __init__(
        self, year: int, by: Actor, sent: Mapping[str, str], errors: Mapping[str, Text | str]
    ) -> None:
        self._year, self._by, self._sent, self._errors = year, by, sent, errors
        self._kept = targets_between(by, date(year, 1, 1), date(year, 12, 1))
        self._write = formats(by)

    def row(self, of: str, of_id: UUID, label: str, depth: int = 0) -> TargetRow:
        amounts = [self._kept.get((of, of_id, date(self._year, one, 1))) for one in MONTHS]
        cells = []
        for month, amount in zip(MONTHS, amounts, strict=True):
            name = f"{of}.{of_id}.{month}"
            kept = f"{amount.normalize():f}" if amount is not None else ""
            text = self._sent.get(name, kept)
            told = f"{label}, {self._write.month_name(month)}"
            cells.append(TargetCell(name, told, text, kept, self._errors.get(name, "")))
        total = sum((one for one in amounts if one is not None), Decimal(0))
        shown = self._write.money_short(total, self._by.tenant.currency) if total else ""
        return TargetRow(label, of == TEAM, depth, cells, shown)


def keep_targets(year: int, sent: Mapping[str, str], by: Actor) -> int:
    """Keep what was typed and differs from what its reader saw; answers with how many.

    Refused with a message per input, also for one that somebody else changed since it was shown,
    and nothing is kept then.
    """
    errors: dict[str, Text | str] = {}
    kept = 0
    for name, text in sent.items():
        of, _dot, rest = name.partition(".")
        named, dot, month = rest.partition(".")
        of_id, number = parse_id(named), whole(month)
        if of not in (USER, TEAM) or not dot or of_id is None or number is None:
            continue
        if number not in MONTHS:
            continue
        if text.strip() == sent.get(f"was.{name}", "").strip():
            continue
        try:
            was = sent.get(f"was.{name}", ANY)
            set_target(by, of, of_id, date(year, number, 1), text, was)
        except (Refused, Conflict) as refused:
            errors[name] = next(iter(refused.errors.values()), refused.message)
        else:
            kept += 1
    if errors:
        raise Refused(errors=errors)
    return kept
