"""The job that sends one mail."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.jobs.kinds import Payload
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.mail.addresses import sender
from app.mail.message import build
from app.mail.smtp import Server, deliver
from config.settings import Settings

SEND_MAIL = "send_mail"


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
    """Hand one rendered mail to the mail server, at least once, always under its Message-ID."""
    settings = cast("Settings", current_app.extensions["settings"])
    server = Server.parse(settings.smtp_url)
    message = build(payload, sender(settings.mail_from, by.tenant.name), by.now)
    deliver(server, message, str(payload["to"]))


JOBS = (send_one_mail,)
