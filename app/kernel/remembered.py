"""What a process remembers of workspaces under their stamps; the least lately used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

Value = TypeVar("Value")
Key = tuple[UUID, UUID]  # A workspace and a stamp of its own.


class Remembered(Generic[Value]):
    """At most `most` values, one for each workspace and stamp; safe to ask from many threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is kept under `key`, made by `make` when it was not met before."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            kept = self._kept.setdefault(key, made)  # Of two who made it at once, one is kept.
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return kept
