"""How the service does at this moment, as anybody may know it: no workspace is told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.overview import oldest_due
from app.kernel.language import Text, _
from tenants.control import SERVICE, Job
from tenants.database import control_session

SLOW_DATABASE = 0.5  # Seconds for a look at one row.
LATE = 120.0  # Seconds that work may wait before it is worth telling.
VERY_LATE = 900.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service: what it is for, and how it does (`good`, `warn`, `bad`)."""

    icon: str
    label: Text
    text: Text
    tone: str
    state: Text


@dataclass(frozen=True, slots=True)
class Standing:
    """All parts, and what they come to."""

    parts: tuple[Part, ...]
    at: datetime

    @property
    def tone(self) -> str:
        """That of the part that does worst."""
        order = ("good", "warn", "bad")
        return max((one.tone for one in self.parts), key=order.index)


STATES = {"good": _("Works"), "warn": _("Slow"), "bad": _("Disturbed")}
PAGES = ("device-desktop", _("Workspaces"), _("Pages, search and the API."))
WORK = ("clock", _("Work in the background"), _("Imports, exports, reports, webhooks, e-mails."))
SIGN_UP = ("user-plus", _("New workspaces"), _("Signing up on this site."))


def standing(now: datetime) -> Standing:
    """Look at each part; where the database does not answer, nothing else can."""
    began = perf_counter()
    try:
        with control_session() as session:
            session.scalar(select(Job.id).where(Job.tenant_id == SERVICE).limit(1))
            took = perf_counter() - began
            waited = oldest_due(session, now)
            founding = session.scalar(
                select(Job.run_at)
                .where(
                    Job.tenant_id == SERVICE,
                    Job.kind == "found_workspace",
                    Job.state == "ready",
                    Job.run_at <= now,
                )
                .order_by(Job.run_at)
                .limit(1)
            )
    except SQLAlchemyError:
        tones = ("bad", "bad", "bad")
    else:
        waits = (now - founding).total_seconds() if founding is not None else 0.0
        tones = ("warn" if took > SLOW_DATABASE else "good", _late(waited), _late(waits))
    parts = tuple(
        Part(icon, label, text, tone, STATES[tone])
        for (icon, label, text), tone in zip((PAGES, WORK, SIGN_UP), tones, strict=True)
    )
    return Standing(parts, now)


def _late(seconds: float) -> str:
    if seconds > VERY_LATE:
        return "bad"
    return "warn" if seconds > LATE else "good"
