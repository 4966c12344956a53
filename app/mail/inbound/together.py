"""Mails that wait are read together: one transaction and one job for several of a workspace.

Whoever dies meanwhile leaves all of them as they were. One that can't be read takes nothing from
the others: it is tried by itself, as often as any job.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import select

from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.jobs.errors import is_database_away
from app.kernel import clock
from app.kernel.actor import Actor
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.receive import TAKE_ALL, TAKE_IN
from app.mail.inbound.take import take_in
from app.records.files.storage import counted_at_the_end, savepoint
from config.settings import Settings

MOST = 10  # In one transaction: the first of them waits for the last.
SOON = timedelta(seconds=1)
LATER = f"{TAKE_ALL}:later"

log = structlog.get_logger(__name__)


def take_some(by: Actor, settings: Settings) -> int:
    """Read some mails that wait, the oldest first; answers with how many."""
    statement = (
        select(IncomingMail)
        .where(IncomingMail.state == Fate.WAITING.value, IncomingMail.why.is_(None))
        .order_by(IncomingMail.received_at, IncomingMail.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    found = list(by.session.scalars(statement))
    owners = select(User).where(User.id.in_({one.user_id for one in found}))
    # Held until the end: what nobody holds, the session forgets and asks for with each mail.
    _owners = by.session.scalars(owners).all() if found else []
    with counted_at_the_end(by):
        for mail in found:
            _take(mail, by, settings)
    if len(found) == MOST:
        enqueue(by, TAKE_ALL, {}, key=TAKE_ALL)
    now = clock.now()
    for mail in found:
        if mail.state != Fate.WAITING:
            mail.settled_at = now  # Nobody sees any of them before the end.
    return len(found)


def _take(mail: IncomingMail, by: Actor, settings: Settings) -> None:
    """Read one of several; what befalls it befalls none of the others."""
    try:
        with savepoint(by):
            take_in(mail, replace(by, now=clock.now()), settings)
    except Exception as error:
        if is_database_away(error):
            raise
        log.exception("mail_in_read_alone", mail_id=str(mail.id))
        leave_alone(mail, by)


def look_again(by: Actor) -> None:
    """Look once more in a moment: a mail may be kept just now that counted on this very job."""
    enqueue(by, TAKE_ALL, {"again": True}, run_at=by.now + SOON, key=LATER)


def leave_alone(mail: IncomingMail, by: Actor) -> None:
    """Have a mail tried by a job of its own, which others don't wait for."""
    mail.why = Why.ALONE
    enqueue(by, TAKE_IN, {"mail_id": str(mail.id)})


def split(by: Actor) -> None:
    """Try each mail that waits by itself, as nobody knows under which of them workers died."""
    waiting = (IncomingMail.state == Fate.WAITING.value, IncomingMail.why.is_(None))
    for mail in by.session.scalars(select(IncomingMail).where(*waiting)):
        leave_alone(mail, by)


def look_after(by: Actor) -> None:
    """Wake the job where a mail waits for one that died."""
    waiting = (
        IncomingMail.state == Fate.WAITING.value,
        IncomingMail.why.is_(None),
        IncomingMail.received_at < by.now - timedelta(minutes=5),
    )
    if by.session.scalar(select(IncomingMail.id).where(*waiting).limit(1)) is not None:
        enqueue(by, TAKE_ALL, {}, key=TAKE_ALL)
