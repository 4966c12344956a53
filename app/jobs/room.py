"""Room in the queue: how much work of one workspace may wait at one moment."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from app.jobs.schedule import KEYS
from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.language import _
from tenants.control import Job
from tenants.database import control_session
from tenants.facts import TenantFacts
from tenants.plans import Limit


def require_room(by: Actor) -> None:
    """OverLimit where as much waits as the plan allows, before somebody asks for long work.

    What changes bring about by themselves (a mail, a rule) is let in: refusing it would lose the
    change.
    """
    most = by.tenant.limits.get(Limit.JOBS)
    if most is not None and waiting(by.tenant, most) >= most:
        raise OverLimit(
            _(
                "%(n)s pieces of background work wait in your workspace, as many as its plan "
                "allows. Try again when some are done.",
                n=most,
            )
        )


def waiting(tenant: TenantFacts, most: int | None = None) -> int:
    """How many jobs of a workspace wait, counted up to `most`.

    What recurs by the service's own schedule is not the workspace's work and is left out.
    """
    begun = or_(Job.key.is_(None), ~Job.key.startswith(KEYS, autoescape=True))
    mine = (Job.tenant_id == tenant.id, Job.state == "ready", begun)
    ready = select(Job.id).where(*mine).limit(most)
    with control_session() as session:
        return session.scalar(select(func.count()).select_from(ready.subquery())) or 0
