"""Identity's background work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.identity.operations.hints import KEEP_HINTS, write_hints
from app.identity.operations.news_mail import (
    MAIL_DIGEST,
    MAIL_NEWS,
    arm_digests,
    mail_digest,
    mail_news,
)
from app.identity.operations.notices import forget_notices
from app.identity.operations.passwords import send_reset
from app.identity.operations.second_step import TELL, tell_due
from app.identity.operations.support import END_OF_OPERATOR, end_support_of
from app.identity.operations.two_factor import seal_secrets
from app.jobs.registry import job
from app.kernel.actor import Actor

RESET = "send_reset"


@job(RESET, while_suspended=True)
def send_reset_link(by: Actor, payload: Mapping[str, object]) -> None:
    """Mail a reset link to whom the visitor named, if there is such a person."""
    send_reset(by, login=str(payload["login"]))


@job("clear_notices", every=timedelta(days=1), while_suspended=True)
def clear_notices(by: Actor, _payload: Mapping[str, object]) -> None:
    """Drop notices that are so old that nobody looks for them."""
    forget_notices(by.session, by.now)


@job(MAIL_NEWS)
def mail_news_now(by: Actor, _payload: Mapping[str, object]) -> None:
    """Mail what people want to hear of at once; what was mailed is not mailed again."""
    mail_news(by)


@job(MAIL_DIGEST)
def mail_digest_of(by: Actor, payload: Mapping[str, object]) -> None:
    """Mail somebody what is unread, when their daily mail is due."""
    mail_digest(by, UUID(str(payload["user_id"])))


@job("arm_digests", every=timedelta(days=1))
def arm_every_digest(by: Actor, _payload: Mapping[str, object]) -> None:
    """See that everybody's next daily mail has its job."""
    arm_digests(by)


@job(TELL, while_suspended=True)
def tell_second_step_due(by: Actor, payload: Mapping[str, object]) -> None:
    """Tell people that two-factor sign-in is asked of them, and by when."""
    tell_due(by, datetime.fromisoformat(str(payload["due"])))


@job("seal_secrets", while_suspended=True)
def seal_every_secret(by: Actor, _payload: Mapping[str, object]) -> None:
    """Seal what two-factor sign-in kept plain or under an earlier key; see `zuke jobs backfill`."""
    seal_secrets(by)


@job(KEEP_HINTS, every=timedelta(days=1), while_suspended=True)
def keep_every_hint(by: Actor, _payload: Mapping[str, object]) -> None:
    """Keep what `/find` knows of this workspace: the e-mails by which people sign in."""
    write_hints(by)


@job(END_OF_OPERATOR, while_suspended=True)
def end_support_of_operator(by: Actor, payload: Mapping[str, object]) -> None:
    """End the support access of somebody who runs the service no more."""
    end_support_of(by, UUID(str(payload["about"])))


JOBS = (
    end_support_of_operator,
    keep_every_hint,
    send_reset_link,
    clear_notices,
    mail_news_now,
    mail_digest_of,
    arm_every_digest,
    seal_every_secret,
    tell_second_step_due,
)
