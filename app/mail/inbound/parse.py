"""A raw mail read: its headers, its text, its files; Broken where nothing can be made of it.

Nothing of it is believed but that somebody sent it to the address it came to. Depth, number and
length of what is looked at have limits, as mails are made to exhaust their readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from hashlib import sha256

from app.mail.inbound.bounds import Broken, demand_bounded
from app.mail.inbound.charsets import decoded, storable
from app.mail.inbound.cleaning import cleaned
from app.mail.inbound.headers import date_of, ids_of, people_of, text_of
from app.mail.inbound.parts import MailPart
from app.mail.messages.people import Mailbox

DEEPEST = 40
MOST_PARTS = 400
MOST_FILES = 20
LONGEST_TEXT = 200_000  # Characters.
LONGEST_HTML = 2_000_000
MOST_HOPS = 40  # Servers that a mail has passed; more is a loop.
AUTOMATIC = frozenset({"bulk", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a mail says of itself."""

    message_id: str
    in_reply_to: list[str]
    references: list[str]
    sender: Mailbox | None
    reply_to: Mailbox | None
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str
    date: datetime | None
    text: str
    html: str | None
    is_automatic: bool
    is_of_list: bool
    hops: int
    files: list[Part] = field(default_factory=list)
    left_out: int = 0  # Files beyond what is kept.


def parse(content: bytes) -> Parsed:
    """Read a raw mail; Broken where nothing can be made of it in bounded time."""
    demand_bounded(content)
    try:
        mail = message_from_bytes(content, _class=MailPart)
        return _read(mail, content)
    except (RecursionError, MemoryError) as error:
        raise Broken(type(error).__name__) from error
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise Broken(f"{type(error).__name__}: {error}"[:200]) from error


def _read(mail: Message, content: bytes) -> Parsed:
    texts: list[str] = []
    htmls: list[str] = []
    files: list[Part] = []
    left_out = 0
    for part in _leaves(mail):
        kind, name = part.get_content_type(), _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if (kind == "text/plain" or kind.startswith("multipart/")) and not is_file:
            texts.append(_text(part))
        elif kind == "text/html" and not is_file:
            htmls.append(_text(part))
        elif len(files) < MOST_FILES:
            files.append(Part(name or _called(kind), _bytes(part)))
        else:
            left_out += 1
    html = "\n".join(htmls)[:LONGEST_HTML]
    clean, plain = cleaned(html)
    text = "\n\n".join(one.strip() for one in texts if one.strip()) or plain
    sender = people_of(mail, "From")
    reply_to = people_of(mail, "Reply-To")
    ids = ids_of(mail, "Message-ID")
    named = ids[0] if ids else f"<{sha256(content).hexdigest()[:40]}@no-message-id.invalid>"
    return Parsed(
        message_id=named,
        in_reply_to=ids_of(mail, "In-Reply-To"),
        references=ids_of(mail, "References")[-50:],
        sender=sender[0] if sender else None,
        reply_to=reply_to[0] if reply_to else None,
        to=people_of(mail, "To"),
        cc=people_of(mail, "Cc"),
        subject=text_of(mail, "Subject")[:300],
        date=date_of(mail),
        text=_tidy(text),
        html=clean,
        is_automatic=_is_automatic(mail),
        is_of_list=_is_of_list(mail),
        hops=len(mail.get_all("Received", [])),
        files=[one for one in files if one.content],
        left_out=left_out,
    )


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold something, in their order; a mail within it is one file."""
    waiting: list[tuple[Message, int]] = [(mail, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise Broken("It has too many parts.")
        payload = part.get_payload()
        is_mail = part.get_content_maintype() == "message"
        if isinstance(payload, list) and not is_mail:
            waiting += [(one, depth + 1) for one in reversed(payload) if isinstance(one, Message)]
        else:
            yield part


def _text(part: Message) -> str:
    return decoded(_bytes(part), part.get_content_charset())[:LONGEST_HTML]


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return inner[0].as_bytes()
    return str(inner or "").encode("utf-8", "surrogateescape")


def _file_name(part: Message) -> str:
    """What a file is called, in whichever of the ways that programs write it."""
    given = part.get_filename()
    if not given:
        return ""
    held: Message = Message()
    held["X-Name"] = " ".join(str(given).split())
    return text_of(held, "X-Name")[:200]


def _called(kind: str) -> str:
    """A name for a file without one."""
    names = {"text/calendar": "invite.ics", "message/rfc822": "mail.eml"}
    return names.get(kind, storable(f"file.{kind.partition('/')[2][:10] or 'bin'}"))


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return joined.replace("\x00", "").strip()[:LONGEST_TEXT]


def _is_automatic(mail: Message) -> bool:
    """What no person wrote: RFC 3834, and the older signs of mass mails and absences."""
    auto = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(mail.get("Precedence", "")).strip().lower()
    suppress = mail.get("X-Auto-Response-Suppress") is not None and auto != "no"
    report = mail.get_content_type() == "multipart/report"
    return auto not in ("", "no") or precedence in AUTOMATIC or suppress or report


def _is_of_list(mail: Message) -> bool:
    """What goes to all who are on a list, newsletters among it: RFC 2919, and the older sign."""
    precedence = str(mail.get("Precedence", "")).strip().lower()
    return mail.get("List-Id") is not None or precedence == "list"
