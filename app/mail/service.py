"""Mails of the service itself, to people whom no workspace sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue_service
from app.jobs.kinds import Payload, Service
from app.jobs.registry import service_job
from app.kernel.ids import new_id
from app.kernel.language import _, using
from app.mail.addresses import clean_address, clean_header, sender
from app.mail.jobs import breaker_here
from app.mail.message import build
from app.mail.render import render
from app.mail.send import message_id
from app.mail.smtp import Server, deliver
from config.settings import Settings

SEND = "send_service_mail"
NAME = _("Zuke")  # Whom such a mail is from, in its language.


def send_service_mail(
    session: Session, *, to: str, template: str, values: Mapping[str, object], language: str
) -> None:
    """Render the mail `module/template` and enqueue it in a transaction on the shared tables.

    `workspace` and `workspace_url`, which every mail's frame names, are the service's own, and so
    is the sender, by its name in the mail's language.
    """
    settings = cast("Settings", current_app.extensions["settings"])
    with using(language):
        name = str(NAME)
    frame = {"workspace": name, "workspace_url": settings.base_url, "of_service": True}
    known = {**frame, **values}
    rendered = render(template, known, language)
    payload = {
        "to": clean_address(to),
        "subject": clean_header(rendered.subject),
        "text": rendered.text,
        "html": rendered.html,
        "language": language,
        "from": name,
        "message_id": message_id(settings, new_id()),
    }
    enqueue_service(session, SEND, payload)


# As patient as the mails of workspaces, see app/mail/jobs.py.
@service_job(SEND, max_attempts=17, first_retry=300, longest_retry=6 * 3600, timeout=180)
def send_one_service_mail(service: Service, payload: Payload) -> None:
    """Hand one rendered mail to the mail server, at least once, always under its Message-ID."""
    server = Server.parse(service.settings.smtp_url)
    name = str(payload.get("from") or NAME)
    message = build(payload, sender(service.settings.mail_from, name), service.now)
    with breaker_here().asking(service.now):
        deliver(server, message, str(payload["to"]))


JOBS = (send_one_service_mail,)
