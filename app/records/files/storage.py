"""What the files of a workspace take, and how much they may: exact, whoever adds at the same time.

The number stands in one row, which is locked by whoever changes it until their transaction ends. It
counts every version of every file, those in the recycle bin too; small pictures are not counted.
"""

from __future__ import annotations

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


def limit_of(by: Actor) -> int:
    """How many bytes the files of a workspace may take."""
    return by.tenant.limits.get(LIMIT, USUAL)


def used(by: Actor) -> int:
    """How many bytes they take."""
    return by.session.scalar(select(FileStorage.used)) or 0


def take(by: Actor, size: int) -> None:
    """Count `size` bytes more; OverLimit when there is no room for them."""
    row = insert(FileStorage).values(id=new_id(), is_the_one=True, used=0)
    by.session.execute(row.on_conflict_do_nothing(index_elements=["is_the_one"]))
    taken = by.session.execute(
        update(FileStorage)
        .where(FileStorage.used + size <= limit_of(by))
        .values(used=FileStorage.used + size)
        .returning(FileStorage.used)
    ).first()
    if taken is None:
        raise OverLimit(
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
