"""What the files of a workspace take, and how much they may: exact, whoever adds at the same time.

The number stands in one row, which is locked by whoever changes it until their transaction ends. It
counts every version of every file, those in the recycle bin too; small pictures are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.files.models import File, FileStorage, FileVersion
from app.records.files.sizes import size_text

LIMIT = "file_bytes"  # In a plan's limits.
USUAL = 5 * 1000**3  # Bytes, where the plan says nothing.
WAITING = "file-bytes-waiting"  # Among what a session holds: bytes that are counted at the end.


def limit_of(by: Actor) -> int:
    """How many bytes the files of a workspace may take."""
    return by.tenant.limits.get(LIMIT, USUAL)


def used(by: Actor) -> int:
    """How many bytes they take."""
    return by.session.scalar(select(FileStorage.used)) or 0


def take(by: Actor, size: int) -> None:
    """Count `size` bytes more; OverLimit when there is no room for them."""
    waiting = by.session.info.get(WAITING)
    if waiting is None:
        _count(by, size)
    elif used(by) + waiting + size > limit_of(by):
        raise _full(by)
    else:
        by.session.info[WAITING] = waiting + size


@contextmanager
def counted_at_the_end(by: Actor) -> Iterator[None]:
    """Count what files take in this block once it ends, for work that adds many one by one.

    The row would be locked from the first of them on, and everybody else who adds a file wait for
    the last. Each is judged by what is free then; OverLimit at the end where others were quicker.
    """
    by.session.info[WAITING] = 0
    try:
        yield
        size = by.session.info[WAITING]
    finally:
        del by.session.info[WAITING]
    if size:
        by.session.flush()  # What is counted stands before its number does.
        _count(by, size)


@contextmanager
def savepoint(by: Actor) -> Iterator[None]:
    """A savepoint that undoes what was to be counted along with the rest."""
    before = by.session.info.get(WAITING)
    try:
        with by.session.begin_nested():
            yield
    except BaseException:
        if before is not None:
            by.session.info[WAITING] = before
        raise


def _count(by: Actor, size: int) -> None:
    row = insert(FileStorage).values(id=new_id(), is_the_one=True, used=0)
    by.session.execute(row.on_conflict_do_nothing(index_elements=["is_the_one"]))
    taken = by.session.execute(
        update(FileStorage)
        .where(FileStorage.used + size <= limit_of(by))
        .values(used=FileStorage.used + size)
        .returning(FileStorage.used)
    ).first()
    if taken is None:
        raise _full(by)


def _full(by: Actor) -> OverLimit:
    return OverLimit(
        _(
            "There is no room for this file: the files of your workspace take %(used)s of "
            "%(limit)s. Delete some for good, or ask for a larger plan.",
            used=size_text(used(by)),
            limit=size_text(limit_of(by)),
        )
    )


def take_turns(by: Actor) -> None:
    """Wait until nobody else adds a file; the very first of a workspace has no row to wait at."""
    by.session.execute(select(FileStorage.id).with_for_update())


def give_back(by: Actor, size: int) -> None:
    """Count `size` bytes less, of what is gone for good."""
    if size:
        by.session.execute(
            update(FileStorage).values(used=func.greatest(FileStorage.used - size, 0))
        )


def count_anew(by: Actor) -> None:
    """Put the number right by what the rows say; whoever adds meanwhile waits."""
    held = by.session.scalar(select(FileStorage.used).with_for_update())
    if held is None:
        return
    sums = [select(func.coalesce(func.sum(one.size), 0)) for one in (File, FileVersion)]
    stands = sum(int(by.session.scalar(one) or 0) for one in sums)
    if stands != held:
        by.session.execute(update(FileStorage).values(used=stands))
