"""The customer base's background work."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.crm.operations.firm_names import (
    REFRESH,
    refresh_contacts,
    refresh_every_contact,
)
from app.crm.operations.named_after import (
    REFRESH_ALL,
    REFRESH_NAMED,
    refresh_all_named,
    refresh_named,
)
from app.crm.operations.orders import FILL, ORDERS, fill_sort_keys
from app.crm.operations.reminders.settle import REMIND, arm_near
from app.crm.operations.reminders.tell import remind_due
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor


@job(REFRESH, while_suspended=True)
def refresh_contact_keys(by: Actor, payload: Payload) -> None:
    """Let the next contacts of a renamed firm be found by its name."""
    refresh_contacts(UUID(str(payload["account_id"])), UUID(str(payload["after"])), by)


@job(REFRESH_NAMED, while_suspended=True)
def refresh_keys_of_named(by: Actor, payload: Payload) -> None:
    """Let the next records of a renamed firm that other modules keep be found by its name."""
    account_id, after = UUID(str(payload["account_id"])), UUID(str(payload["after"]))
    refresh_named(str(payload["kind"]), account_id, after, by)


@job(REFRESH_ALL, while_suspended=True)
def refresh_every_contact_s_keys(by: Actor, payload: Payload) -> None:
    """Let contacts from before a release be found as new ones are; `zuke jobs backfill` asks.

    What else is found by the name of its account comes behind them, type by type.
    """
    after = UUID(str(payload["after"])) if payload.get("after") else None
    if payload.get("record_type"):
        refresh_all_named(str(payload["record_type"]), after, by)
    else:
        refresh_every_contact(after, by)


@job(FILL, every=timedelta(days=1), while_suspended=True)
def fill_every_sort_key(by: Actor, payload: Payload) -> None:
    """Let lists be ordered by texts from before a release too; `zuke jobs backfill` asks now."""
    kind, after = str(payload.get("kind") or next(iter(ORDERS))), payload.get("after")
    fill_sort_keys(kind, UUID(str(after)) if after else None, by)


@job(REMIND, max_attempts=20, longest_retry=600)
def remind(by: Actor, _payload: Payload) -> None:
    """Tell people of what is due; nothing is told twice, and nothing is missed by a later run."""
    remind_due(by)


@job("arm_reminders", every=timedelta(days=1))
def arm_reminders(by: Actor, _payload: Payload) -> None:
    """See that what is to be told in the next days has its jobs."""
    arm_near(by)


JOBS = (
    refresh_contact_keys,
    refresh_keys_of_named,
    refresh_every_contact_s_keys,
    fill_every_sort_key,
    remind,
    arm_reminders,
)
