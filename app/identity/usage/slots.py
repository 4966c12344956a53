"""Counting against a limit without one row that everybody waits for.

A kind is counted in a few rows, among which the room that is left is divided. Whoever adds takes a
row that nobody holds and whose room suffices; nobody waits, and the limit can't be passed, since
all rooms together are what is left. Only where the rooms are too small, or the limit was changed,
all rows are held in their order and the room is divided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.identity.usage.models import UsageSlot
from app.kernel.actor import Actor
from app.kernel.ids import new_id

SLOTS = 8  # As many change one kind at once without waiting.
BOUNDLESS = 1 << 60  # Stands for "no limit", so that there is one way to count.

Count = Callable[[], int]


def take(
    by: Actor, kind: str, n: int, most: int | None, *, count: Count, must: bool = False
) -> bool:
    """Count `n` more of `kind`; False, and nothing counted, where that is more than `most`.

    `count` says how many there are where they were never counted before. With `must`, they are
    counted beyond the limit too, since they are there already.
    """
    bound = BOUNDLESS if most is None else most
    free = _free(kind).where(UsageSlot.most == bound, UsageSlot.room >= n)
    taken = by.session.execute(
        update(UsageSlot)
        .where(UsageSlot.id == free.scalar_subquery())
        .values(used=UsageSlot.used + n, room=UsageSlot.room - n)
        .returning(UsageSlot.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is not None:
        return True
    rows = _hold(by, kind, count)
    total = sum(row.used for row in rows)
    if total + n > bound and not must:
        return False
    _divide(by, rows, total + n, bound)
    return True


def give_back(by: Actor, kind: str, n: int) -> None:
    """Count `n` less; nothing happens where the kind was never counted."""
    if n <= 0:
        return
    for free in (_free(kind), _first(kind)):  # Waits only where every row is held.
        given = by.session.execute(
            update(UsageSlot)
            .where(UsageSlot.id == free.scalar_subquery())
            .values(used=UsageSlot.used - n)
            .returning(UsageSlot.id)
            .execution_options(synchronize_session=False)
        ).first()
        if given is not None:
            return


def used(by: Actor, kind: str) -> int | None:
    """How many were counted; None where nobody counted yet."""
    total = by.session.scalar(select(func.sum(UsageSlot.used)).where(UsageSlot.kind == kind))
    return None if total is None else int(total)


def count_anew(by: Actor, kind: str, most: int | None, count: Count) -> int:
    """Put the number right by what there is; whoever adds meanwhile waits."""
    rows = _hold(by, kind, count)
    total = count()
    _divide(by, rows, total, BOUNDLESS if most is None else most)
    return total


def _free(kind: str) -> Select[tuple[object]]:
    """The first row that nobody else holds."""
    return _first(kind, skip_locked=True)


def _first(kind: str, *, skip_locked: bool = False) -> Select[tuple[object]]:
    query = select(UsageSlot.id).where(UsageSlot.kind == kind).order_by(UsageSlot.slot).limit(1)
    return query.with_for_update(skip_locked=skip_locked)  # type: ignore[return-value]


def _hold(by: Actor, kind: str, count: Count) -> Sequence[UsageSlot]:
    """All rows of a kind, held in their order; made by whoever comes first."""
    held = (
        select(UsageSlot)
        .where(UsageSlot.kind == kind)
        .order_by(UsageSlot.slot)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if rows := by.session.scalars(held).all():
        return rows
    made = [{"id": new_id(), "kind": kind, "slot": n, "used": 0, "room": 0, "most": 0}
            for n in range(SLOTS)]  # fmt: skip
    first = insert(UsageSlot).values(made).on_conflict_do_nothing(index_elements=["kind", "slot"])
    inserted = by.session.scalars(first.returning(UsageSlot.slot)).all()
    rows = by.session.scalars(held).all()
    if inserted:
        rows[0].used = count()
    return rows


def _divide(by: Actor, rows: Sequence[UsageSlot], total: int, bound: int) -> None:
    """Note what is used in the first row, and divide what is left among all."""
    share, rest = divmod(max(bound - total, 0), len(rows))
    for number, row in enumerate(rows):
        row.used = total if number == 0 else 0
        row.room = share + (rest if number == 0 else 0)
        row.most = bound
    by.session.flush()  # Others read these rows by statements of their own.
