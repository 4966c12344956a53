"""Sending a mail to one person: rendered and enqueued in the transaction of its cause."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import cast
from uuid import UUID

from flask import current_app

from app.identity.outside import MailFile
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.mail.addresses import clean_address, clean_header, sender
from app.mail.jobs import SEND_MAIL
from app.mail.render import render
from config.settings import Settings


def send_mail(
    by: Actor,
    *,
    to: str,
    template: str,
    values: dict[str, object],
    language: str,
    reply_to: str | None = None,
    stop_url: str | None = None,
    files: Sequence[MailFile] = (),
) -> UUID:
    """Render the mail `module/template` for one reader and enqueue it; answers with the job's id.

    The job is part of `by`'s transaction: a change that is undone sends nothing. Links in `values`
    are made from the settings, never from the request's host; `workspace` and `workspace_url` are
    given to every template. `stop_url` is where the reader stops such mails; `files` go with it,
    small ones, as they travel in the job. Refused where an address or the subject can't stand in a
    mail.
    """
    settings = cast("Settings", current_app.extensions["settings"])
    known = {
        "workspace": by.tenant.name,
        "workspace_url": settings.workspace_url(by.tenant.slug),
        **values,
    }
    rendered = render(template, known, language)
    job_id = new_id()
    payload = {
        "to": clean_address(to),
        "subject": clean_header(rendered.subject),
        "text": rendered.text,
        "html": rendered.html,
        "language": language,
        "message_id": message_id(settings, job_id),
        "reply_to": clean_address(reply_to, field="reply_to") if reply_to else None,
        "stop_url": stop_url,
        "files": [
            {
                "name": clean_header(one.name),
                "type": one.type,
                "content": b64encode(one.content).decode(),
            }
            for one in files
        ],
    }
    return enqueue(by, SEND_MAIL, payload, job_id=job_id)


def message_id(settings: Settings, job_id: UUID) -> str:
    """The Message-ID of a job's mail: the same however often it is sent, and no other's."""
    digest = hmac.new(settings.secret_key.encode(), job_id.bytes, sha256).hexdigest()[:40]
    return f"<{digest}@{sender(settings.mail_from, '').domain}>"
