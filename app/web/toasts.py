"""Toasts: a message at the foot of the page, with an undo where there is one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask import g, session

from app.kernel.language import Text
from app.web.visit import has_visit

KEPT = 5  # Messages that wait for the next page.


@dataclass(frozen=True, slots=True)
class Toast:
    """One message; `undo_url` is posted to by a button, "Undo" unless it has another label.

    `more_url` leads to the page that tells all of it, `open_url` to what is to be done about
    it, in the drawer, by a link called `open_label`.
    """

    text: str
    kind: str = "good"
    undo_url: str | None = None
    undo_label: str | None = None
    more_url: str | None = None
    open_url: str | None = None
    open_label: str | None = None


def toast(
    text: Text | str,
    *,
    undo_url: str | None = None,
    undo_label: Text | str | None = None,
    more_url: str | None = None,
    open_url: str | None = None,
    open_label: Text | str | None = None,
    kind: str = "good",
) -> None:
    """Show a message with this answer; one that redirects keeps it for the next page."""
    g.setdefault("toasts", []).append(
        Toast(
            str(text),
            kind,
            undo_url,
            str(undo_label) if undo_label else None,
            more_url,
            open_url,
            str(open_label) if open_label else None,
        )
    )


def shown() -> list[Toast]:
    """The messages of this answer, and those that earlier ones left for the next page."""
    waiting = [Toast(**one) for one in session.pop("toasts", [])] if has_visit() else []
    return [*waiting, *g.pop("toasts", [])]


def forget() -> None:
    """Drop every message that waits: what they tell did not come to pass."""
    g.pop("toasts", None)
    if has_visit():
        session.pop("toasts", None)


def keep_for_next_page() -> None:
    """Keep messages that this answer did not show, as it leads elsewhere."""
    unseen = g.pop("toasts", [])
    if unseen:
        session["toasts"] = [*session.get("toasts", []), *map(asdict, unseen)][-KEPT:]
