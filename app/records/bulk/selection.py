"""Which records a bulk change is about: those that were ticked, or all that a list shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, literal, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.rows import rows_written
from app.records.access import permitted, within_reach
from app.records.along import Numbers, living_below
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.query import Query, conditions
from app.records.types import RecordType

MOST = 100_000  # Records of one bulk change.


@dataclass(frozen=True, slots=True)
class Selection:
    """The ids that were ticked, or a list whose every row is meant.

    `counted` is how many rows of the list the person was told of before saying yes.
    """

    ids: tuple[UUID, ...] = ()
    query: Query | None = None
    counted: int = 0

    def condition(self, record_type: RecordType, by: Actor) -> list[ColumnElement[bool]]:
        """The WHERE of the selected records that `by` may read; Refused for a list of no sense."""
        if self.query is not None:
            return conditions(record_type, self.query, by)
        return [record_type.model.id.in_(self.ids), permitted(record_type, by, "read")]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records are meant, and how many of them the role reaches; the rest is left out."""

    total: int
    reached: int

    @property
    def left_out(self) -> int:
        """How many will be left out."""
        return self.total - self.reached


def count_selected(record_type: RecordType, verb: str, selection: Selection, by: Actor) -> Counted:
    """The numbers before the change, in one statement; Refused for nothing and for too many."""
    reaches = within_reach(record_type, by, verb).label("reaches")
    found = select(reaches).where(*selection.condition(record_type, by)).limit(MOST + 1).subquery()
    counted = select(func.count(), func.count().filter(found.c.reaches))
    total, reached = by.session.execute(counted).one()
    if not total and not selection.ids:
        raise Refused(_("Select some rows first."))
    if total > MOST:
        raise Refused(
            _(
                "At most %(limit)s records can be changed at once. Narrow the list first.",
                limit=MOST,
            )
        )
    return Counted(max(total, len(selection.ids)), reached)


def count_along(record_type: RecordType, selection: Selection, by: Actor) -> Numbers:
    """How many records of each type a deletion of the selected ones takes along."""
    if not record_type.children:
        return {}
    meant = selection.condition(record_type, by)
    reached = within_reach(record_type, by, "delete")
    return living_below(record_type, select(record_type.model.id).where(*meant, reached), by)


def keep_rows(change: BulkChange, record_type: RecordType, selection: Selection, by: Actor) -> int:
    """Write down which records the change is about; answers with how many.

    What was ticked and is gone stays among them, so that the receipt tells of it.
    """
    if selection.query is None:
        rows = [
            {"change_id": change.id, "record_id": one, "outcome": Outcome.WAITING}
            for one in selection.ids
        ]
        by.session.execute(insert(BulkRow), rows)
        return len(rows)
    chosen = select(literal(change.id), record_type.model.id, literal(int(Outcome.WAITING))).where(
        *selection.condition(record_type, by)
    )
    columns: Sequence[str] = ("change_id", "record_id", "outcome")
    return rows_written(by.session.execute(insert(BulkRow).from_select(columns, chosen)))
