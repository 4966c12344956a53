"""What names a record by its id in the middle of a text: filters of views and rules, defaults.

The id of a merged record is written over with the survivor's. The journal keeps the text before and
after, so that an undo puts back what nobody changed since. A sharing rule is left as it is where
the person could not have made it: who merges two firms of their own shares nothing by that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from app.kernel import stamps
from app.kernel.actor import Actor, Reach
from app.kernel.rows import rows_written
from app.records.custom.models import CustomField
from app.records.merge.models import Merge, MergeMove
from app.records.sharing.models import SharingRule
from app.records.sharing.rules import REACHES
from app.records.sharing.rules import STAMP as RULES
from app.records.tailored import STAMP as TYPES
from app.records.tailored import switched_on
from app.records.views.models import SavedView
from app.records.views.shelf import STAMP as VIEWS


@dataclass(frozen=True, slots=True)
class Written:
    """A column whose texts may hold ids; `stamp` is drawn where one was changed."""

    model: Any
    column: str
    stamp: str

    @property
    def place(self) -> str:
        """How the journal calls it."""
        return f"{self.model.__tablename__}/{self.column}"

    @property
    def at(self) -> Any:
        """The column."""
        return self.model.__table__.c[self.column]

    @property
    def text(self) -> Any:
        """The column as one text."""
        return cast(self.at, Text)

    def put(self, text: Any) -> dict[str, Any]:
        """What an UPDATE sets; who has the row open at this moment is told that it changed."""
        table = self.model.__table__
        versioned = {"version": table.c.version + 1} if "version" in table.c else {}
        return {self.column: cast(text, self.at.type), **versioned}


EVERY = (
    Written(SavedView, "query", VIEWS),
    Written(SharingRule, "conditions", RULES),
    Written(CustomField, "default", TYPES),
    Written(CustomField, "conditions", TYPES),
)


def move_written(merge: Merge, absorbed: Sequence[UUID], by: Actor) -> None:
    """Let every text that names a merged record name the survivor."""
    for one in EVERY:
        table = one.model.__table__
        was_any = False
        for was in absorbed:
            rows = by.session.execute(
                select(table.c.id, one.text.label("text"))
                .where(one.text.contains(str(was)), _is_theirs(one, by))
                .with_for_update()
            ).all()
            if not rows:
                continue
            was_any = True
            new = func.replace(one.text, str(was), str(merge.survivor_id))
            after = by.session.execute(
                update(table)
                .where(table.c.id.in_([row.id for row in rows]))
                .values(**one.put(new))
                .returning(table.c.id, one.text)
            )
            texts = {row_id: text for row_id, text in after}  # noqa: C416  Typed rows.
            by.session.add(
                MergeMove(
                    merge_id=merge.id,
                    place=one.place,
                    was_id=was,
                    moved=[[str(row.id), row.text, texts[row.id]] for row in rows],
                    dropped=[],
                )
            )
        if was_any:
            stamps.draw(by.session, one.stamp)


def _is_theirs(one: Written, by: Actor) -> ColumnElement[bool]:
    """Every row; of sharing rules those alone that `by` may make: of what they reach whole."""
    if one.model is not SharingRule:
        return true()
    if not by.may("sharing", "manage"):
        return false()
    return or_(
        *(
            and_(SharingRule.access == access, SharingRule.record_type.in_(kinds))
            for access, verbs in REACHES.items()
            for kinds in [
                [kind.key for kind in switched_on(by) if _reaches_all(kind.key, verbs, by)]
            ]
        )
    )


def _reaches_all(kind: str, verbs: Sequence[str], by: Actor) -> bool:
    return all(by.rights.reach(kind, verb) is Reach.ALL for verb in verbs)


def put_written_back(moves: Collection[MergeMove], by: Actor) -> None:
    """Write the texts as they were before, the last one first, where nobody changed them since."""
    for one in EVERY:
        table = one.model.__table__
        mine = [move for move in moves if move.place == one.place]
        rows = [row for move in mine for row in move.moved]
        while rows:
            left = []
            for row_id, before, after in rows:
                stands = (table.c.id == UUID(row_id), one.text == after)
                new = one.put(literal(before, Text()))
                if not rows_written(by.session.execute(update(table).where(*stands).values(**new))):
                    left.append((row_id, before, after))
            if len(left) == len(rows):
                break
            rows = left
        if mine:
            stamps.draw(by.session, one.stamp)
