"""Headers of strangers: decoded as far as they can be, in whatever encoding they claim."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from inspect import signature

from app.mail.inbound.charsets import decoded, storable
from app.mail.inbound.parts import LONGEST
from app.mail.messages.people import Mailbox, clean_name

MESSAGE_ID = re.compile(r"<[^<>\s]{1,298}>")
PLAIN = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,190}\Z")
MOST_ADDRESSES = 200


def raw_values(mail: Message, name: str) -> list[str]:
    """The headers of a name as they stand, bytes beyond ASCII escaped."""
    wanted = name.lower()
    return [str(value)[:LONGEST] for key, value in mail.raw_items() if key.lower() == wanted]


def text_of(mail: Message, name: str) -> str:
    """A header in one line of text; empty without one."""
    line = next(iter(raw_values(mail, name)), "")
    try:
        parts = decode_header(line)
    except (HeaderParseError, ValueError, IndexError):
        parts = [(line, None)]
    words = [
        decoded(part, charset) if isinstance(part, bytes) else _unescaped(part)
        for part, charset in parts
    ]
    return " ".join(storable("".join(words)).split())


def people_of(mail: Message, *names: str) -> list[Mailbox]:
    """The addresses of some headers, each once; what is none is left out."""
    lines = [text_of_raw(mail, name) for name in names]
    return known_people(pairs_in([line for line in lines if line]))


def pairs_in(lines: list[str]) -> list[tuple[str, str]]:
    """Names and addresses of lists of people, also of one that ends with a comma.

    Asked strictly, as some releases of Python do unasked, a list gives nobody where one of it is
    written oddly. Nothing is decided by who stands there but where a mail is shown.
    """
    knows_strictness = "strict" in signature(getaddresses).parameters
    return getaddresses(lines, strict=False) if knows_strictness else getaddresses(lines)


def text_of_raw(mail: Message, name: str) -> str:
    """All headers of a name in one line, decoded part by part: commas stay what they are."""
    found = []
    for line in raw_values(mail, name)[:10]:
        try:
            parts = decode_header(line)
        except (HeaderParseError, ValueError, IndexError):
            parts = [(line, None)]
        words = []
        for part, charset in parts:
            if isinstance(part, bytes) and charset is not None:
                words.append('"' + decoded(part, charset).replace('"', "") + '"')
            else:
                words.append(decoded(part, None) if isinstance(part, bytes) else _unescaped(part))
        found.append(" ".join(words))
    return ", ".join(found)


def known_people(pairs: Iterable[tuple[str, str]]) -> list[Mailbox]:
    """Names and addresses as mailboxes, without those that are no address."""
    found: dict[str, Mailbox] = {}
    for name, address in list(pairs)[:MOST_ADDRESSES]:
        if PLAIN.match(address) and len(address) <= 254:
            one = Mailbox(address, clean_name(name))
            found.setdefault(one.key, one)
    return list(found.values())


def ids_of(mail: Message, name: str) -> list[str]:
    """The Message-IDs that a header names."""
    line = _unescaped(next(iter(raw_values(mail, name)), ""))
    return list(dict.fromkeys(MESSAGE_ID.findall(line)))


def date_of(mail: Message) -> datetime | None:
    """When it says that it was written."""
    try:
        found = parsedate_to_datetime(str(mail.get("Date", ""))[:200])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _unescaped(part: str) -> str:
    """Text with bytes that stand in a header as they are, which is no mail but happens."""
    return decoded(part.encode("utf-8", "surrogateescape"), None)
