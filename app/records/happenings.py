"""What happens to what is no record, and is told to programs outside: such as e-mails sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import Text


@dataclass(frozen=True, slots=True)
class Called:
    """What one and several of them are called."""

    one: Text
    many: Text


@dataclass(frozen=True, slots=True)
class Happenings:
    """What can happen to things of a kind, by `key`, under which events name them.

    `verbs` are the events in words, `may_read` says who is told of any, `shown` is one of them as
    that person may see it, None where they may not.
    """

    key: str
    words: Called
    verbs: Mapping[str, Text]
    may_read: Callable[[Actor], bool]
    shown: Callable[[UUID, Actor], dict[str, Any] | None]


_installed: dict[str, Happenings] = {}


def install(happenings: Iterable[Happenings]) -> None:
    """Take what the modules declare; start-up calls it once per process."""
    _installed.clear()
    _installed.update((one.key, one) for one in happenings)


def happenings() -> list[Happenings]:
    """All of them, in the order of the modules."""
    return list(_installed.values())


def find_happenings(key: str) -> Happenings | None:
    """Those of a kind, or None."""
    return _installed.get(key)
