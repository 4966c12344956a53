"""The mails of a local sink: a folder of .eml files, written by `mailsink`, read by the mail page.

A file's name is its id: the moment it came and a random part, so that names sort by time.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from config.settings import Settings
from tenants.files import files_folder

MOST = 500  # Mails kept; the oldest go first.
SHOWN = 100
MAIL_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{16}\Z")
LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class SunkMail:
    """One mail that the sink took."""

    id: str
    at: datetime | None
    sender: str
    recipients: str  # Those of the envelope.
    subject: str
    text: str
    html: str
    message_id: str

    @property
    def links(self) -> list[str]:
        """The addresses that the plain text names, each once."""
        return list(dict.fromkeys(link.rstrip(".,;:)") for link in LINK.findall(self.text)))


def sink_folder(settings: Settings) -> Path | None:
    """Where a sink on this machine keeps its mails: beside the files, so both are reset at once."""
    folder = files_folder(settings.files_url)
    return folder / "mail-sink" if folder is not None else None


def keep(folder: Path, content: bytes, sender: str, recipients: Sequence[str], at: datetime) -> str:
    """Store one mail whole or not at all, let the oldest go, and answer with its id."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mail_id = f"{at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(8)}"
    envelope = (
        f"X-Envelope-From: {_plain(sender)}\r\nX-Envelope-To: {_plain(', '.join(recipients))}\r\n"
    )
    half = folder / f"{mail_id}.part"
    with half.open("wb") as file:
        file.write(envelope.encode() + content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(folder / f"{mail_id}.eml")
    for old in _ids(folder)[MOST:]:
        (folder / f"{old}.eml").unlink(missing_ok=True)
    return mail_id


def list_mails(folder: Path, limit: int = SHOWN) -> list[SunkMail]:
    """The newest mails first."""
    found = (read(folder, mail_id) for mail_id in _ids(folder)[:limit])
    return [mail for mail in found if mail is not None]


def read(folder: Path, mail_id: str) -> SunkMail | None:
    """One mail by its id, or None where there is none of this name."""
    if not MAIL_ID.match(mail_id):
        return None
    try:
        content = (folder / f"{mail_id}.eml").read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(content, policy=default)
    return SunkMail(
        id=mail_id,
        at=datetime.strptime(mail_id[:21] + "+0000", "%Y%m%dT%H%M%S%f%z"),
        sender=str(message.get("From", "")),
        recipients=str(message.get("X-Envelope-To", "")),
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        message_id=str(message.get("Message-ID", "")),
    )


def _body(message: EmailMessage, kind: str) -> str:
    """The text of the first part of this kind; what can't be decoded is shown as it can be."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _ids(folder: Path) -> list[str]:
    """The ids of all mails, the newest first."""
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except FileNotFoundError:
        return []
    ids = (name.removesuffix(".eml") for name in names if name.endswith(".eml"))
    return sorted((one for one in ids if MAIL_ID.match(one)), reverse=True)


def _plain(text: str) -> str:
    """An envelope address in one line."""
    return " ".join(text.split())
