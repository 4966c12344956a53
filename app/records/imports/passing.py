"""Files that go with a transaction: what it brought when it is undone, what it dropped when it is
kept. So no row names bytes that are gone, and no bytes stay that no row names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.records.imports.given import room_of

PASSING = "import_files"
Work = Callable[[], None]


@dataclass(slots=True)
class _Passing:
    """What is to be done when the transaction ends in one way or the other."""

    when_undone: list[Work] = field(default_factory=list)
    when_kept: list[Work] = field(default_factory=list)

    def end(self, work: list[Work]) -> None:
        due = list(work)
        self.when_undone.clear()
        self.when_kept.clear()
        for one in due:
            one()


def remove_when_undone(name: str, by: Actor) -> None:
    """Remove a file that was just kept, should its transaction be undone."""
    room = room_of(by)
    _of(by.session).when_undone.append(lambda: room.remove(name))


def remove_when_kept(name: str, by: Actor) -> None:
    """Remove a file that nothing names any more once that is committed."""
    room = room_of(by)
    _of(by.session).when_kept.append(lambda: room.remove(name))


def _of(session: Session) -> _Passing:
    found: _Passing | None = session.info.get(PASSING)
    if found is not None:
        return found
    passing = session.info[PASSING] = _Passing()

    @event.listens_for(session, "after_commit")
    def _keep(ended: Session) -> None:
        if not ended.in_nested_transaction():  # A savepoint decides nothing.
            passing.end(passing.when_kept)

    @event.listens_for(session, "after_rollback")
    def _undo(ended: Session) -> None:
        if not ended.in_nested_transaction():
            passing.end(passing.when_undone)

    return passing
