"""A message as it goes over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from app.kernel.language import HTML_LANG
from app.mail.addresses import no_code
from app.mail.message import WIRE
from app.mail.messages.markup import as_html
from app.mail.messages.models import Message
from app.mail.messages.people import Mailbox, clean_name, kept_people
from app.records.files.models import File

WIDE = WIRE.clone(utf8=True)
STYLE = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"


def from_header(message: Message, mail_from: str, *, as_itself: bool = False) -> Address:
    """Who it comes from: its sender's name, at the service's own address or at theirs."""
    if as_itself:
        return Mailbox(message.sender_address, clean_name(message.sender_name)).header
    _name, address = parseaddr(mail_from)
    local, _at, domain = address.rpartition("@")
    return Address(no_code(clean_name(message.sender_name)), local or "no-reply", domain)


def build(
    message: Message,
    mail_from: str,
    files: Sequence[tuple[File, Path]],
    *,
    as_itself: bool = False,
) -> EmailMessage:
    """The mail with its files; every header once, and nobody of the hidden ones in it."""
    to, cc = (kept_people(message.recipients.get(key, [])) for key in ("to", "cc"))
    sender = from_header(message, mail_from, as_itself=as_itself)
    is_ascii = all(one.isascii() for one in (sender.addr_spec, *(p.address for p in (*to, *cc))))
    mail = EmailMessage(policy=WIRE if is_ascii else WIDE)
    mail["From"] = sender
    mail["To"] = _listed(to)
    if cc:
        mail["Cc"] = _listed(cc)
    if message.reply_to:
        mail["Reply-To"] = Mailbox(message.reply_to, clean_name(message.sender_name)).header
    mail["Subject"] = no_code(message.subject)
    mail["Message-ID"] = message.message_id
    if message.in_reply_to:
        mail["In-Reply-To"] = message.in_reply_to
        mail["References"] = " ".join(message.references)
    mail["Date"] = format_datetime(message.at)
    text = message.text + "\n"
    html = f'<div style="{STYLE}">{as_html(message.text)}</div>'
    mail.set_content(text, cte=_encoding(text))
    mail.add_alternative(html, subtype="html", cte=_encoding(html))
    for file, path in files:
        kind, _slash, subtype = file.sent_as.partition(";")[0].strip().partition("/")
        mail.add_attachment(
            path.read_bytes(),
            maintype=kind if subtype and kind not in ("multipart", "message") else "application",
            subtype=subtype if kind not in ("multipart", "message") else "octet-stream",
            filename=no_code(file.name),
        )
    mail["Content-Language"] = HTML_LANG.get(message.language, "en")
    return mail


def _listed(people: Sequence[Mailbox]) -> tuple[Address, ...]:
    return tuple(one.header for one in people)


def _encoding(text: str) -> str:
    """Seven bits and short lines whatever the server can do; Chinese is shorter in base64."""
    return "quoted-printable" if text.isascii() else "base64"
