"""The customer base's background work."""

from __future__ import annotations

from uuid import UUID

from app.crm.operations.firm_names import REFRESH, refresh_contacts
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor


@job(REFRESH, while_suspended=True)
def refresh_contact_keys(by: Actor, payload: Payload) -> None:
    """Let the next contacts of a renamed firm be found by its name."""
    refresh_contacts(UUID(str(payload["account_id"])), UUID(str(payload["after"])), by)


JOBS = (refresh_contact_keys,)
