"""Building the message that goes over the wire."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import cast

from app.jobs.kinds import Payload
from app.kernel.language import HTML_LANG
from app.mail.addresses import no_code

STOP = "List-Unsubscribe"
ENDED = re.compile(r"\r\n(?![ \t]|\Z)|\r(?!\n)|(?<!\r)\n")


class Wire(EmailPolicy):
    """As mail goes over the wire; the address that stops a mail stays in one piece.

    Folding would take an address longer than a line for a text and encode it, and no program finds
    an address in that. A line may have 998 characters (RFC 5322, section 2.1.1).

    ValueError for a header that would end before its end: what follows it would be another one.
    """

    def fold(self, name: str, value: str) -> str:
        """The header as text."""
        if name == STOP:
            return f"{name}: {value}{self.linesep}"
        return _one_header(name, super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as bytes."""
        if name == STOP:
            return self.fold(name, value).encode()
        made = super().fold_binary(name, value)
        _one_header(name, made.decode("utf-8", "surrogateescape"))
        return made


def _one_header(name: str, made: str) -> str:
    if ENDED.search(made):
        raise ValueError(f"The header {name} would hold another one.")
    return made


WIRE = Wire(linesep="\r\n")


def build(payload: Payload, from_: Address, now: datetime) -> EmailMessage:
    """The message of a `send_mail` payload: plain text and HTML, each header set once."""
    message = EmailMessage(policy=WIRE)
    message["From"] = from_
    message["To"] = str(payload["to"])
    if payload.get("reply_to"):
        message["Reply-To"] = str(payload["reply_to"])
    message["Subject"] = no_code(str(payload["subject"]))
    message["Message-ID"] = str(payload["message_id"])
    message["Date"] = format_datetime(now)
    # Nobody wrote it, so no program shall answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if payload.get("stop_url"):
        _stoppable(message, str(payload["stop_url"]))
    text, html = str(payload["text"]), str(payload["html"])
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    for one in cast("Sequence[Mapping[str, str]]", payload.get("files") or ()):
        _attach(message, one)
    # Setting the content clears every header that describes it, so this one comes last.
    message["Content-Language"] = HTML_LANG.get(str(payload["language"]), "en")
    return message


def _attach(message: EmailMessage, one: Mapping[str, str]) -> None:
    main, _slash, sub = one["type"].partition("/")
    content = b64decode(one["content"])
    message.add_attachment(content, maintype=main, subtype=sub, filename=one["name"])


def _stoppable(message: EmailMessage, url: str) -> None:
    """Say where such mails are stopped, by one click in the mail program itself (RFC 8058)."""
    message[STOP] = f"<{url}>"
    if url.startswith("https:"):  # Over http nobody may ask for it without looking.
        message[f"{STOP}-Post"] = f"{STOP}=One-Click"


def _encoding(text: str) -> str:
    """Seven bits and short lines whatever the server can do; Chinese is shorter in base64."""
    return "quoted-printable" if text.isascii() else "base64"
