"""Ending a statement that nobody waits for any more: another thread looks, and cancels it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from tenants.scope import tenant_scope

EVERY = 1.0  # Seconds.

log = structlog.get_logger(__name__)


@contextmanager
def stopped_when(is_over: Callable[[Session], bool], by: Actor) -> Iterator[None]:
    """Cancel the statement that runs in `by`'s session as soon as `is_over`.

    That is asked in a scope of its own. The statement fails as one that took too long.
    """
    # A proxy, as the application of a thread is its own.
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    driver = by.session.connection().connection.driver_connection
    ended = Event()

    def look() -> None:
        while not ended.wait(EVERY):
            try:
                with app.app_context(), tenant_scope(by.tenant) as session:
                    stops = is_over(session)
            except SQLAlchemyError as error:  # No connection is free: it looks again.
                log.warning("report_not_looked_after", exc_info=error)
                continue
            if stops and driver is not None and not ended.is_set():
                driver.cancel()
                return

    thread = Thread(target=look, name="report-stopping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
