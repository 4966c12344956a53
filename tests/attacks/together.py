"""Requests that come at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from werkzeug.test import TestResponse

Ask = Callable[[], TestResponse]


def together(asks: Sequence[Ask]) -> list[int]:
    """The statuses of requests that begin at one moment, in their order; 0 for one that broke."""
    barrier, statuses = Barrier(len(asks)), [0] * len(asks)

    def run(number: int, ask: Ask) -> None:
        barrier.wait()
        statuses[number] = ask().status_code

    threads = [Thread(target=run, args=pair) for pair in enumerate(asks)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return statuses
