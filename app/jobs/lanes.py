"""Pieces of long work two at once, each in a transaction of its own, kept one after the other.

A row that is written costs the database about as much as us, so two pieces side by side take little
longer than one. Order is kept by turns: a piece is only committed once the one before it is, so
whoever goes on after a kill, or is cancelled, finds what it would have found of one lane.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

LANES = 2
# One that waits for a lock which the other holds until its own turn would wait for ever.
PATIENCE = text("SET LOCAL lock_timeout = '2s'")
SOON = 0.0005  # Seconds; Python's own is 5 ms, and a piece asks the database a dozen times.
Turn = Callable[[], bool]
Piece = TypeVar("Piece")


def _come_back_soon() -> None:
    """Let a lane whose answer has come go on while the other one computes."""
    sys.setswitchinterval(min(sys.getswitchinterval(), SOON))


def in_lanes(
    tenant: TenantFacts,
    pieces: Iterable[Piece],
    work: Callable[[Piece, Session, Turn], bool],
) -> Iterator[tuple[Piece, bool]]:
    """Do `work` on each piece, two at once, and yield each with whether it stands, in their order.

    `work(piece, session, turn)` runs in a scope of its own; `turn()` waits until the piece before
    is committed and answers whether it was. It commits by itself and answers whether it did; what
    it left open is undone. What it raises is raised here too. With the first that does not stand
    it ends, and none of the later ones stands.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def ride(piece: Piece, before: Future[bool] | None) -> bool:
        with app.app_context(), tenant_scope(tenant) as session:
            session.execute(PATIENCE)
            stands = work(piece, session, lambda: before is None or before.result())
            session.rollback()
            return stands

    _come_back_soon()
    under_way: deque[tuple[Piece, Future[bool]]] = deque()
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as threads:
        last: Future[bool] | None = None
        for piece in pieces:
            last = threads.submit(ride, piece, last)
            under_way.append((piece, last))
            if len(under_way) == LANES:
                first, done = under_way.popleft()
                yield first, done.result()
                if not done.result():
                    return
        for piece, done in under_way:
            yield piece, done.result()
