"""The job that sends one mail."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.mail.addresses import sender
from app.mail.breaker import Breaker
from app.mail.hourly import take_turn
from app.mail.message import build
from app.mail.smtp import Server, deliver
from config.settings import Settings

SEND_MAIL = "send_mail"
BREAKER = "mail-breaker"


# A greylisting server wants to be left alone for some minutes; seventeen tries last three days.
@job(
    SEND_MAIL,
    max_attempts=17,
    first_retry=300,
    longest_retry=6 * 3600,
    timeout=180,
    while_suspended=True,
)
def send_one_mail(by: Actor, payload: Payload) -> None:
    """Hand one rendered mail to the mail server, at least once, always under its Message-ID.

    It waits while the workspace has sent its share of the hour, and while the server rests.
    """
    settings = cast("Settings", current_app.extensions["settings"])
    server = Server.parse(settings.smtp_url)
    message = build(payload, sender(settings.mail_from, by.tenant.name), by.now)
    with breaker_here().asking(by.now):
        take_turn(by, settings.mails_per_hour)
        deliver(server, message, str(payload["to"]))


def breaker_here() -> Breaker:
    """The breaker of this process: what one thread learns of the server, all know."""
    breaker: Breaker = current_app.extensions.setdefault(BREAKER, Breaker())
    return breaker


JOBS = (send_one_mail,)
