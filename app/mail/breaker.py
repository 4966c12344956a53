"""Leaves a mail server alone that failed several times in a row, and asks it again now and then.

Each worker process has one breaker: closed while the server answers; open after `most` failures in
a row, when mails wait without a try being counted; half open when the pause is over and one mail
goes as a trial. (Nygard, Release It!, "Circuit Breaker".)
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from app.jobs.errors import NotYet
from app.mail.trouble import Kind, ServerAway, Trouble, Uncertain

HELD = Trouble(Kind.HELD)


@dataclass
class Breaker:
    """Counts failures of the server; whoever wants to send asks it first."""

    most: int = 5
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(minutes=15)
    _failures: int = 0
    _rests_until: datetime | None = None  # None while mails pass.
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def asking(self, now: datetime) -> Iterator[None]:
        """Send one mail in this block and learn from how it ends; NotYet while the server rests.

        A server that answers is there, also when it refuses the mail.
        """
        self._enter(now)
        try:
            yield
        except NotYet:
            raise  # The server was not asked.
        except (ServerAway, Uncertain):  # One that falls silent after each mail costs the most.
            self._failed(now)
            raise
        except Exception:
            self._answered()
            raise
        else:
            self._answered()

    def _enter(self, now: datetime) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            if now < self._rests_until:
                raise NotYet(HELD.plain, self._spread(self._rests_until - now))
            # This mail is the trial; the others wait for how it ends.
            self._rests_until = now + self._pause()

    def _failed(self, now: datetime) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self.most:
                self._rests_until = now + self._pause()

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._rests_until = 0, None

    def _pause(self) -> timedelta:
        """How long to leave the server alone: twice as long after each trial that failed."""
        doublings = min(max(self._failures - self.most, 0), 20)
        return min(self.first_pause * (1 << doublings), self.longest_pause)

    def _spread(self, left: timedelta) -> timedelta:
        """Mails that were held come back after the trial, and not all in one second."""
        return left + self._pause() * random.uniform(0.1, 1.0)  # noqa: S311 - not a secret.
