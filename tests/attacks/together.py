"""Requests that come at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from werkzeug.test import TestResponse

Ask = Callable[[], TestResponse]


def together(asks: Sequence[Ask]) -> list[TestResponse]:
    """The answers to requests that begin at one moment, in their order; raises what breaks one."""
    barrier = Barrier(len(asks))

    def run(ask: Ask) -> TestResponse:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(run, asks))


def statuses(asks: Sequence[Ask]) -> list[int]:
    """Their statuses alone."""
    return [one.status_code for one in together(asks)]
