"""The mails that wait although they could have gone: why, whose, how many, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.overview import held_jobs
from app.kernel.language import Text, _
from app.mail import breaker, hourly
from app.mail.jobs import SEND_MAIL

# Reasons of our own, in the operator's language; a mail server's words stay as they are.
REASONS = {
    hourly.HELD: _("The workspace has reached its limit of e-mails in an hour."),
    breaker.HELD.plain: _("The mail server failed several times in a row; it is tried again soon."),
}


@dataclass(frozen=True, slots=True)
class HeldMails:
    """The mails of one workspace that wait for one reason."""

    slug: str
    reason: Text | str
    n: int
    next_at: datetime


def held_mails(session: Session) -> list[HeldMails]:
    """The largest heaps of mails that wait, over all workspaces."""
    return [
        HeldMails(one.tenant or "", REASONS.get(one.reason, one.reason), one.n, one.next_at)
        for one in held_jobs(session, SEND_MAIL)
    ]
