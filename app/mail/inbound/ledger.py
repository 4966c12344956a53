"""The ledger of mail in: seen, stored, skipped and why; tried again, and forgotten in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, tuple_, update

from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Previewing, Refused
from app.kernel.language import _
from app.kernel.rows import rows_written
from app.mail.inbound.models import Fate, IncomingMail
from app.mail.inbound.receive import ROOM, TAKE_IN
from app.records.files.places import room_of
from tenants.files import NoRoom

MANAGE = ("message", "manage")  # Seeing what came in for everybody.
PAGE = 50
BYTES_KEPT = timedelta(days=30)
LINES_KEPT = timedelta(days=180)
LEFT_OVER = timedelta(days=1)  # Longer than any receiver takes from the bytes to the line.
CHUNK = 500


def lines(
    by: Actor, *, everyone: bool, state: str = "", before: tuple[datetime, UUID] | None = None
) -> list[Row[*tuple[Any, ...]]]:
    """A page of the ledger and one line more, newest first: one's own, or everybody's."""
    statement = select(IncomingMail, User.name.label("who")).join(
        User, User.id == IncomingMail.user_id
    )
    if everyone:
        if not by.may(*MANAGE):
            raise NotPermitted(_("Your role does not allow this."))
    else:
        statement = statement.where(IncomingMail.user_id == by.person_id)
    if state:
        statement = statement.where(IncomingMail.state == state)
    if before is not None:
        moment = tuple_(IncomingMail.received_at, IncomingMail.id)
        statement = statement.where(moment < before)
    statement = statement.order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
    return list(by.session.execute(statement.limit(PAGE + 1)))


def find_line(mail_id: UUID, by: Actor) -> IncomingMail:
    """A line of the reader's own, or of anybody's for who sees all; Missing for others."""
    mail = by.session.get(IncomingMail, mail_id)
    if mail is None or (mail.user_id != by.person_id and not by.may(*MANAGE)):
        raise Missing(_("There is no such e-mail."))
    return mail


def try_again(mail: IncomingMail, by: Actor) -> None:
    """Read a mail once more that stands on no timeline, as when its sender is known by now."""
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if mail.stored is None:
        raise Refused(_("Its content was removed after thirty days."))
    changed = by.session.execute(
        update(IncomingMail)
        .where(
            IncomingMail.id == mail.id,
            IncomingMail.state.in_((Fate.SKIPPED.value, Fate.FAILED.value)),
        )
        .values(state=Fate.WAITING.value, why=None)
    )
    if rows_written(changed) == 1:
        enqueue(by, TAKE_IN, {"mail_id": str(mail.id)})


def forget_old(by: Actor) -> int:
    """Remove some bytes that are kept no longer, and some old lines; answers with how many."""
    over = select(IncomingMail).where(
        IncomingMail.received_at < by.now - BYTES_KEPT,
        or_(
            IncomingMail.stored.is_not(None),
            IncomingMail.received_at < by.now - LINES_KEPT,
        ),
    )
    found = list(by.session.scalars(over.limit(CHUNK)))
    for mail in found:
        if mail.stored is not None:
            room_of(by, ROOM).remove(mail.stored)
            mail.stored = None
        if mail.received_at < by.now - LINES_KEPT:
            by.session.delete(mail)
    by.session.flush()  # The next look must not find the same ones.
    return len(found)


def sweep(by: Actor) -> int:
    """Remove raw mails that no line names: their receiver was killed before it was written."""
    kept = set(
        by.session.scalars(select(IncomingMail.stored).where(IncomingMail.stored.is_not(None)))
    )
    try:
        return room_of(by, ROOM).sweep({one for one in kept if one}, by.now - LEFT_OVER)
    except NoRoom:
        return 0  # The service keeps no files at all.
