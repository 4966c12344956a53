"""Keeps a worker's process alive: a job that ends it (memory, a crash in C) ends no more than it.

Imports only the standard library, so that the parent stays small beside its child.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType

OVERDUE_EXIT = 75  # The child's exit code when only a fresh process ends a job that takes too long.
SHORT_LIFE = 10.0  # A child that lived less long is started again with growing pauses.
LONGEST_PAUSE = 30.0
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Supervisor:
    """Runs one command again and again, until it ends by itself or we are asked to end."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.child: subprocess.Popen[bytes] | None = None
        self.ending = False

    def run(self) -> int:
        """Return the exit code of the last child; only killed and overdue ones are replaced."""
        for one in ENDINGS:
            signal.signal(one, self._end)
        pause, code = 1.0, 0
        while not self.ending:
            started = time.monotonic()
            code = self._once()
            if not self._is_to_replace(code):
                break
            pause = (
                1.0 if time.monotonic() - started > SHORT_LIFE else min(pause * 2, LONGEST_PAUSE)
            )
            _tell("worker_replaced", exit_code=code, pause=pause)
            self._wait(pause)
        return max(code, 0) if not self.ending else 0

    def _is_to_replace(self, code: int) -> bool:
        """True for a child that was killed or asked to be replaced, unless we end ourselves."""
        return not self.ending and (code < 0 or code == OVERDUE_EXIT)

    def _once(self) -> int:
        self.child = subprocess.Popen([sys.executable, *self.command])
        if self.ending:
            # The signal came while the child was being started.
            self.child.terminate()
        return self.child.wait()

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.ending and time.monotonic() < deadline:
            time.sleep(0.1)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.ending = True
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()


def _tell(event: str, **values: object) -> None:
    line = {"event": event, "level": "warning", "logger": __name__, **values}
    line["at"] = datetime.now(UTC).isoformat()
    print(json.dumps(line), flush=True)  # noqa: T201 - the log of a process without logging.
