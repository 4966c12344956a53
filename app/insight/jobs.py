"""Insight's background work: every night, and when somebody asks for it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.insight.operations import reckon as reckoning
from app.insight.operations.runs import KIND, begin_nightly
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor

GIVEN_UP = "insight_given_up"


@job("reckon_insight_daily", every=timedelta(days=1))
def reckon_daily(by: Actor, _payload: Payload) -> None:
    """Have all customers reckoned as of today."""
    begin_nightly(by)


@job(KIND, heavy=True, lease_seconds=60, timeout=900, aftermath=GIVEN_UP)
def reckon(by: Actor, payload: Payload) -> None:
    """Make one run."""
    reckoning.reckon(by, UUID(str(payload["run_id"])))


@job(reckoning.WRITE_FIELDS, heavy=True, lease_seconds=60, timeout=900)
def write_fields(by: Actor, payload: Payload) -> None:
    """Write the classes of a run to the accounts; tried again, it goes on where it stood."""
    reckoning.keep_classes(by, UUID(str(payload["run_id"])))


@job(GIVEN_UP, max_attempts=20, while_suspended=True)
def reckoning_given_up(by: Actor, payload: Payload) -> None:
    """End a run whose job became a dead letter."""
    reckoning.give_up(by, UUID(str(payload["run_id"])))


JOBS = (reckon_daily, reckon, write_fields, reckoning_given_up)
