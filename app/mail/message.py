"""Building the message that goes over the wire."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.jobs.kinds import Payload
from app.kernel.language import HTML_LANG


def build(payload: Payload, from_: Address, now: datetime) -> EmailMessage:
    """The message of a `send_mail` payload: plain text and HTML, each header set once."""
    message = EmailMessage(policy=SMTP)
    message["From"] = from_
    message["To"] = str(payload["to"])
    if payload.get("reply_to"):
        message["Reply-To"] = str(payload["reply_to"])
    message["Subject"] = str(payload["subject"])
    message["Message-ID"] = str(payload["message_id"])
    message["Date"] = format_datetime(now)
    # Nobody wrote it, so no program shall answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    text, html = str(payload["text"]), str(payload["html"])
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    # Setting the content clears every header that describes it, so this one comes last.
    message["Content-Language"] = HTML_LANG.get(str(payload["language"]), "en")
    return message


def _encoding(text: str) -> str:
    """Seven bits and short lines whatever the server can do; Chinese is shorter in base64."""
    return "quoted-printable" if text.isascii() else "base64"
