"""The queue as operators see it: failed jobs with their reasons, and trying them again."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response, request

from app.jobs.overview import count_by_state, list_jobs, retry_jobs
from app.kernel.language import _
from app.operator import acts, here
from app.operator.routes.blueprint import blueprint
from app.operator.sessions import SignedInOperator
from app.operator.tenancies import versions
from app.operator.words import JOB_STATES
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.database import control_session
from tenants.history import CONTROL, TENANT

SHOWN = 100


@blueprint.get("/operator/jobs")
@access(Side.SERVICE, Who.OPERATOR)
def jobs() -> Response:
    """Jobs in one state, the newest first; failed ones where none is named."""
    wanted = request.args.get("state", "dead")
    state = wanted if wanted in JOB_STATES else "dead"
    with control_session() as session:
        found = list_jobs(session, states=(state,), limit=SHOWN)
        counts = count_by_state(session)
    totals = {one: sum(n for (_kind, s), n in counts.items() if s == one) for one in JOB_STATES}
    return page(
        "operator/jobs.html",
        operator=here.operator(),
        jobs=found,
        state=state,
        states=JOB_STATES,
        totals=totals,
        shown=SHOWN,
        has_mail=here.settings().is_demo,
    )


@blueprint.post("/operator/jobs/<uuid:job_id>/retry")
@access(Side.SERVICE, Who.OPERATOR)
def retry_job(job_id: UUID) -> Response:
    """Try one failed job again."""
    by = cast("SignedInOperator", here.operator())
    with control_session() as session:
        done = retry_jobs(session, current.moment(), ids=[job_id])
        noted = acts.event(None, "jobs_retried", by, current.moment(), job_id=str(job_id))
        if done:
            session.add(noted)
    if done:
        toast(_("It is tried again."))
    else:
        toast(_("It has not failed, or a newer one has taken its place."), kind="info")
    return see_other("/operator/jobs")


@blueprint.get("/operator/fleet")
@access(Side.SERVICE, Who.OPERATOR)
def fleet() -> Response:
    """At which migration everybody stands."""
    with control_session() as session:
        found = versions(session)
    return page(
        "operator/fleet.html",
        operator=here.operator(),
        versions=found,
        head=TENANT.head,
        control=CONTROL.head,
        has_mail=here.settings().is_demo,
    )
