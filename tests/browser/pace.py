"""How slow line and machine are made, so that what passes only by speed is found out.

`ZUKE_TEST_LATENCY_MS` delays each answer: `300` always by as much, `0-300` by a random time
between the two. `ZUKE_TEST_CPU_SLOWDOWN=4` lets the browser's scripts run at a quarter of their
speed. Both are for tests alone: the service reads neither.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Pace:
    """The shortest and longest delay of an answer in milliseconds; how much slower scripts run."""

    shortest: int
    longest: int
    slowdown: float

    @property
    def is_late(self) -> bool:
        """Whether answers are delayed at all."""
        return self.longest > 0


def read_pace() -> Pace:
    """The pace that the environment asks for; without a word of it, nothing is held up."""
    shortest, _dash, longest = (os.environ.get("ZUKE_TEST_LATENCY_MS") or "0").partition("-")
    slowdown = float(os.environ.get("ZUKE_TEST_CPU_SLOWDOWN") or 1)
    return Pace(int(shortest), int(longest or shortest), slowdown)


class Late:
    """An application that answers after a while: half of it passes before it begins to work.

    So a change is made later than the test may have looked for it, and told later than it was made.
    """

    def __init__(self, app: WSGIApplication, pace: Pace) -> None:
        self._app = app
        self._pace = pace
        # One of its own: pytest-randomly sets the shared one back before each test.
        self._chance = Random()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, held up by a random time in two parts."""
        delay = self._chance.uniform(self._pace.shortest, self._pace.longest) / 1000
        sleep(delay / 2)
        answer = self._app(environ, start_response)
        sleep(delay / 2)
        return answer
