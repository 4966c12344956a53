"""A short transaction beside the one under way, which is committed whatever becomes of that one.

It sees nothing that the other has not committed, and waits for what the other holds: so it asks for
little, and gives up soon where it would wait for whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

PATIENCE = text("SET LOCAL lock_timeout = '3s'")
NO_LOCK = "55P03"  # What was waited for stayed locked.
Found = TypeVar("Found")


class Waited(Exception):
    """What it asked for stayed locked, perhaps by whoever asked."""


def apart(tenant: TenantFacts, work: Callable[[Session], Found]) -> Found:
    """Do `work(session)` in a scope of its own, on another connection; Waited where it can't."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> Found:
        with app.app_context(), tenant_scope(tenant) as session:
            session.execute(PATIENCE)
            return work(session)

    with ThreadPoolExecutor(1, thread_name_prefix="apart") as thread:
        try:
            return thread.submit(run).result()
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) == NO_LOCK:
                raise Waited from error
            raise
