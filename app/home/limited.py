"""As long as a widget may take: what its statements do beyond that is given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.reports.engine.run import CANCELED, TooSlow
from tenants.engine import sqlstate

LIMIT_MS = 2000  # Of each statement of a widget.


@contextmanager
def within(session: Session, limit_ms: int) -> Iterator[None]:
    """Let no statement in here take longer; TooSlow where one would, and nothing of it is kept."""
    usual = session.scalar(select(func.current_setting("statement_timeout")))
    setting = "statement_timeout"
    try:
        with session.begin_nested():
            session.execute(select(func.set_config(setting, str(limit_ms), True)))
            yield
            session.execute(select(func.set_config(setting, usual, True)))
    except DBAPIError as error:
        if sqlstate(error) == CANCELED:
            raise TooSlow from None
        raise
