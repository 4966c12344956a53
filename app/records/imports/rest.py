"""Resting where a workspace became read-only: an import, or its undoing, that goes on by itself."""

from __future__ import annotations

from datetime import timedelta

from app.identity.operations.notices import language_of_reader, tell
from app.jobs.errors import NotYet
from app.jobs.progress import State, Work
from app.kernel.actor import Actor
from app.kernel.language import Text, using

RESTING = timedelta(minutes=2)  # Between looks at a workspace that is read-only.


def rest(work: Work, text: Text, by: Actor, *, via: str, language: str) -> None:
    """Note that work waits until the workspace takes changes, and tell it once.

    It was asked for by way of `via` in `language`, by which it is found how its person reads.
    """
    was_under_way = work.state == State.RUNNING
    work.state = State.WAITING
    if was_under_way and work.user_id is not None:
        with using(language_of_reader(by, work.user_id, via, language)):
            tell(by, work.user_id, str(text), url=work.url, icon="alert-circle")


def look_again() -> NotYet:
    """What a job raises whose work rests: it is run again soon, and that run counts as none."""
    return NotYet("The workspace is read-only.", RESTING)
