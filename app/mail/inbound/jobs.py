"""The background work of mail in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.identity import outside
from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.mail.inbound.ledger import forget_old, sweep
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.receive import TAKE_ALL, TAKE_IN
from app.mail.inbound.take import take_in
from app.mail.inbound.together import look_after, look_again, split, take_some

GIVEN_UP = "take_mail_in_given_up"
SPLIT = "take_mails_in_split"


@job(
    TAKE_ALL,
    max_attempts=8,
    first_retry=2,
    longest_retry=60,
    timeout=180,
    while_suspended=True,
    aftermath=SPLIT,
)
def take_mails_in(by: Actor, payload: Payload) -> None:
    """Read mails that came in, several at a time."""
    found = take_some(by, outside.settings())
    if found or not payload.get("again"):
        look_again(by)


@job(SPLIT, max_attempts=20, while_suspended=True)
def take_mails_in_split(by: Actor, _payload: Payload) -> None:
    """Read each by itself where reading them together failed for good."""
    split(by)


@job("look_after_mails_in", every=timedelta(minutes=10), while_suspended=True)
def look_after_mails_in(by: Actor, _payload: Payload) -> None:
    """See that no mail waits for a job that died."""
    look_after(by)


@job(
    TAKE_IN,
    max_attempts=8,
    first_retry=2,
    longest_retry=600,
    timeout=180,
    while_suspended=True,
    aftermath=GIVEN_UP,
)
def take_mail_in(by: Actor, payload: Payload) -> None:
    """Read one mail that came in, and let it stand where it belongs."""
    mail = by.session.get(IncomingMail, UUID(str(payload["mail_id"])), with_for_update=True)
    if mail is not None and mail.state == Fate.WAITING:
        take_in(mail, by, outside.settings())


@job(GIVEN_UP, max_attempts=20, while_suspended=True)
def take_mail_in_given_up(by: Actor, payload: Payload) -> None:
    """Say of a mail that no try could read that it was not read, so that no line waits for ever."""
    mail = by.session.get(IncomingMail, UUID(str(payload["mail_id"])), with_for_update=True)
    if mail is not None and mail.state == Fate.WAITING:
        mail.state, mail.why, mail.settled_at = Fate.FAILED, Why.BROKEN, by.now


@job("forget_mails_in", every=timedelta(days=1), while_suspended=True)
def forget_mails_in(by: Actor, _payload: Payload) -> None:
    """Remove bytes and lines that are kept no longer, and what killed receivers left."""
    while forget_old(by):
        continue
    sweep(by)


JOBS = (
    take_mails_in,
    take_mails_in_split,
    look_after_mails_in,
    take_mail_in,
    take_mail_in_given_up,
    forget_mails_in,
)
