"""What long work that has not begun waits for, as the layer above puts it into words."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs.progress import State, Work
from app.kernel.actor import Actor

Teller = Callable[[Work, Actor], str]
_teller: Teller | None = None


def install(teller: Teller) -> None:
    """Fix who says what work waits for; start-up calls it once per process."""
    global _teller  # noqa: PLW0603  Fixed from here on, as the registry is.
    _teller = teller


def waits_for(work: Work, by: Actor) -> str:
    """A sentence that names nothing which `by` could not open; "" for what is under way or over."""
    if work.state != State.WAITING or _teller is None:
        return ""
    return _teller(work, by)
