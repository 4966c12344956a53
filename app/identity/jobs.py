"""Identity's background work."""

from __future__ import annotations

from collections.abc import Mapping

from app.identity.operations.passwords import send_reset
from app.jobs.registry import job
from app.kernel.actor import Actor

RESET = "send_reset"


@job(RESET, while_suspended=True)
def send_reset_link(by: Actor, payload: Mapping[str, object]) -> None:
    """Mail a reset link to whom the visitor named, if there is such a person."""
    send_reset(by, login=str(payload["login"]))


JOBS = (send_reset_link,)
