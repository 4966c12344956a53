"""The background work of mail in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.identity import outside
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.mail.inbound.ledger import forget_old
from app.mail.inbound.models import Fate, IncomingMail
from app.mail.inbound.receive import TAKE_IN
from app.mail.inbound.take import take_in


@job(TAKE_IN, max_attempts=8, first_retry=2, longest_retry=600, timeout=180, while_suspended=True)
def take_mail_in(by: Actor, payload: Payload) -> None:
    """Read one mail that came in, and let it stand where it belongs."""
    mail = by.session.get(IncomingMail, UUID(str(payload["mail_id"])), with_for_update=True)
    if mail is not None and mail.state == Fate.WAITING:
        take_in(mail, by, outside.settings())


@job("forget_mails_in", every=timedelta(days=1), while_suspended=True)
def forget_mails_in(by: Actor, _payload: Payload) -> None:
    """Remove the bytes of mails that are on timelines, and old lines of the ledger."""
    while forget_old(by):
        continue


JOBS = (take_mail_in, forget_mails_in)
