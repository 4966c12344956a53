"""Several connections that ask at once, as a program of its own: `python -m bench.drive`.

It reads what to do as JSON from its input and writes what it found as JSON to its output. One
thread serves all connections, so that the machine is left to the service.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter
from typing import Any

from bench.http import PATIENCE, connect, split_answer


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of a drive: answers a second, and how many of each status."""

    rate: float
    statuses: dict[int, int]


def drive(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Driven:
    """Ask `requests` in turn over `connections` for `seconds`, in a process of its own."""
    asked = {
        "port": port,
        "requests": [b64encode(one).decode() for one in requests],
        "connections": connections,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.drive"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 2 * PATIENCE,
    )
    found = json.loads(done.stdout)
    statuses = {int(status): count for status, count in found["statuses"].items()}
    return Driven(found["count"] / found["seconds"], statuses)


@dataclass(slots=True)
class _Lane:
    """One connection with the answer that it is receiving."""

    socket: socket.socket
    buffer: bytes = b""


@dataclass(slots=True)
class _Drive:
    """All connections of one drive; each asks anew as soon as it was answered."""

    port: int
    requests: Any
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    statuses: Counter[int] = field(default_factory=Counter)

    def open(self) -> None:
        """Open one connection and ask on it."""
        made = connect(self.port)
        self.selector.register(made, selectors.EVENT_READ, _Lane(made))
        made.sendall(next(self.requests))

    def run(self, until: float) -> None:
        """Serve the connections until the moment has come."""
        while perf_counter() < until:
            for key, _events in self.selector.select(timeout=0.5):
                self._receive(key.data)

    def _receive(self, lane: _Lane) -> None:
        received = lane.socket.recv(262_144)
        lane.buffer += received
        answer = split_answer(lane.buffer)
        if answer is not None:
            self.statuses[answer.status] += 1
            lane.buffer = b""
        if not received or (answer is not None and answer.closes):
            self.selector.unregister(lane.socket)
            lane.socket.close()
            self.open()
        elif answer is not None:
            lane.socket.sendall(next(self.requests))


def main() -> int:
    """Drive what the input asks for."""
    asked = json.load(sys.stdin)
    driven = _Drive(asked["port"], cycle([b64decode(one) for one in asked["requests"]]))
    for _number in range(asked["connections"]):
        driven.open()
    began = perf_counter()
    driven.run(began + asked["seconds"])
    took = perf_counter() - began
    found = {"count": driven.statuses.total(), "seconds": took, "statuses": driven.statuses}
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
