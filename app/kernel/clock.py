"""The one clock: moments are UTC and come from Python, so that tests can hold them still.

In the demo it can be moved ahead, so that what takes weeks can be looked at in a minute.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

_followed: Path | None = None


def now() -> datetime:
    """The present moment, in UTC, to the microsecond."""
    return datetime.now(UTC) + ahead()


def ahead() -> timedelta:
    """How far the demo's time was moved ahead of the world's; nothing anywhere else."""
    if _followed is None:
        return timedelta()
    try:
        return timedelta(seconds=int(_followed.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return timedelta()  # It was never moved.


def follow(file: Path | None) -> None:
    """Let this process's time be ahead by the seconds that `file` holds at any moment.

    With None it is the world's. Only the demo has such a file (`Settings.moved_clock`).
    """
    global _followed  # noqa: PLW0603 - a process has one time.
    _followed = file
