"""Somebody is called otherwise: how the layer above learns of it."""

from __future__ import annotations

from collections.abc import Callable

from app.kernel.actor import Actor

Follow = Callable[[Actor], None]
_follow: Follow | None = None


def install(follow: Follow) -> None:
    """Fix what follows a new name; start-up calls it once per process."""
    global _follow  # noqa: PLW0603  Fixed from here on, as the registry is.
    _follow = follow


def tell_renamed(by: Actor) -> None:
    """Let what names people follow, in the transaction in which somebody was renamed."""
    if _follow is not None:
        _follow(by)
