"""Telling the service what happened: signed as Stripe signs, tried again where it was not taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from urllib.error import URLError
from urllib.request import Request, urlopen

from app.demo.stripe.world import Thing

TRIES = 8
TIMEOUT = 10  # Seconds.


def body_of(event: Thing) -> bytes:
    """An event as it is sent."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def signature(body: bytes, secret: str, at: int | None = None) -> str:
    """The header `Stripe-Signature` of a body at a moment."""
    moment = int(time.time()) if at is None else at
    signed = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@dataclass
class Deliveries:
    """Sends events to one address, one after the other, in a thread of its own."""

    url: str
    secret: str
    now: Callable[[], int] = lambda: int(time.time())  # When a notice is signed.
    wait: Callable[[int], float] = lambda tries: min(2.0**tries, 60.0)
    _queue: deque[tuple[float, int, Thing]] = field(default_factory=deque)
    _news: Condition = field(default_factory=Condition)
    _is_over: bool = False

    def start(self) -> None:
        """Begin to send."""
        Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Send nothing more."""
        with self._news:
            self._is_over = True
            self._news.notify()

    def hear(self, event: Thing) -> None:
        """Send an event soon."""
        with self._news:
            self._queue.append((0.0, 0, event))
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                if not self._queue and not self._is_over:
                    self._news.wait()
                if self._is_over:
                    return
                due, tries, event = self._queue.popleft()
                if due > time.monotonic():
                    self._queue.append((due, tries, event))
                    self._news.wait(0.1)
                    continue
            if not self._send(event) and tries + 1 < TRIES:
                with self._news:
                    later = time.monotonic() + self.wait(tries)
                    self._queue.append((later, tries + 1, event))

    def _send(self, event: Thing) -> bool:
        body = body_of(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, self.secret, self.now()),
        }
        request = Request(self.url, body, headers, method="POST")  # noqa: S310  http, of this machine.
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except (URLError, TimeoutError, OSError):
            return False
