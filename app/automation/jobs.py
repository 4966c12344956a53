"""The background work of webhooks and approvals."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask, current_app

from app.automation.approvals.absences import RECOUNT
from app.automation.approvals.ask import REMIND
from app.automation.approvals.ends import forget_finished
from app.automation.approvals.entitled import pass_on
from app.automation.approvals.rests import go_on_after
from app.automation.approvals.settle import LEFT, remind
from app.automation.approvals.waiting import concern
from app.automation.webhooks.operations import forget_deliveries
from app.automation.webhooks.outbox import DISPATCH, dispatch, read_payload
from app.automation.webhooks.sender import SEND, send_now, sender_of
from app.automation.webhooks.stop import stop_those_of_nobody
from app.jobs.enqueue import enqueue
from app.jobs.errors import NotYet
from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, scopeless_job
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from tenants.control import WAKE
from tenants.facts import TenantFacts

RESTING = timedelta(hours=1)  # How often a workspace that is read-only is looked at again.


@job(DISPATCH, first_retry=2)
def dispatch_webhooks(by: Actor, payload: Payload) -> None:
    """Make the deliveries of what one transaction wrote, and have them sent."""
    stop_those_of_nobody(by)
    if dispatch(by, *read_payload(payload)):
        send_now(by)


@scopeless_job(SEND, first_retry=2)
def send_webhooks(service: Service, tenant: TenantFacts) -> None:
    """Hand over what a workspace has to send now; its threads go on by themselves."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    sender_of(app, service.settings).begin(tenant)


@job("forget_deliveries", every=timedelta(days=1), while_suspended=True)
def forget_old_deliveries(by: Actor, _payload: Payload) -> None:
    """Forget what webhooks sent more than thirty days ago."""
    forget_deliveries(by.session, by.now)


@job(REMIND, max_attempts=20, longest_retry=600)
def remind_approval(by: Actor, payload: Payload) -> None:
    """Remind those who are asked; of what was decided meanwhile nothing is said."""
    if by.tenant.is_read_only:
        raise NotYet("Nobody can decide while the workspace is read-only.", RESTING)
    request_id, level = UUID(str(payload["request_id"])), int(str(payload["level"]))
    due_at = datetime.fromisoformat(str(payload["due_at"])) if "due_at" in payload else None
    remind(request_id, level, by, is_late=bool(payload["is_late"]), due_at=due_at)


@job(WAKE, max_attempts=20, longest_retry=600)
def wake_workspace(by: Actor, payload: Payload) -> None:
    """Let deadlines go on that rested while nobody could change anything."""
    since, until = (datetime.fromisoformat(str(payload[one])) for one in ("since", "until"))
    after = go_on_after(since, until, by, parse_id(str(payload.get("after") or "")))
    if after is not None:
        enqueue(by, WAKE, {**payload, "after": str(after)})


@job(LEFT, max_attempts=20, longest_retry=600)
def pass_on_approvals(by: Actor, payload: Payload) -> None:
    """Ask others where somebody may not decide any more.

    The rest is no job of the first one's key, so that a change of people meanwhile is looked at
    from the beginning again.
    """
    after = pass_on(by, parse_id(str(payload.get("after") or "")))
    if after is not None:
        enqueue(by, LEFT, {"after": str(after)}, key=f"{LEFT}:{after}")


@job("forget_approvals", every=timedelta(days=1), while_suspended=True)
def forget_old_approvals(by: Actor, _payload: Payload) -> None:
    """Forget requests that came to their end and have no record that stands."""
    while forget_finished(by):
        continue


@job(RECOUNT)
def recount_approvals(by: Actor, payload: Payload) -> None:
    """Count what waits for people on the day on which somebody begins or ends to stand in."""
    ids = payload["user_ids"]
    concern(by, [UUID(str(one)) for one in ids] if isinstance(ids, list) else [])


JOBS = (
    dispatch_webhooks,
    send_webhooks,
    forget_old_deliveries,
    forget_old_approvals,
    remind_approval,
    wake_workspace,
    pass_on_approvals,
    recount_approvals,
)
