"""Telling people that the second step is asked of them from now on, and until when they have time.

It is a job, since a rule may concern thousands. Whom it concerns is read when it runs: those who
must have it by the day that the rule, the role or the lost phone gave them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.identity import outside
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.moments import as_day
from app.identity.operations.notices import tell
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.language import gettext, using

TELL = "tell_second_step_due"
SETUP = "/settings/me/two-factor"


def plan_telling(by: Actor, due: datetime) -> None:
    """Have those told who must have the second step by `due`, in the transaction that says so."""
    enqueue(by, TELL, {"due": due.isoformat()}, key=f"{TELL}:{due.isoformat()}")


def tell_due(by: Actor, due: datetime) -> None:
    """Tell whoever still lacks the second step that is asked of them by `due`, by mail and bell."""
    lacking = (User.is_active, User.totp_confirmed_at.is_(None), User.two_factor_due_at == due)
    for user in by.session.scalars(select(User).where(*lacking).order_by(User.id)).all():
        language = user.language or by.tenant.language
        reader = actor_for(by.session, by.tenant, user, by.now, "job", language)
        with using(language):
            text = _text(reader, due)
            tell(by, user.id, text, url=SETUP, icon="shield-lock")
        outside.send(
            by,
            to=user.email,
            template="second_step",
            language=language,
            name=user.name,
            text=text,
            url=outside.workspace_url(by.tenant, SETUP),
        )


def _text(reader: Actor, due: datetime) -> str:
    if due <= reader.now:
        return gettext("This workspace asks for two-factor sign-in. Set it up now to go on.")
    return gettext(
        "This workspace asks for two-factor sign-in. Set it up by %(day)s.",
        day=as_day(due, reader),
    )
