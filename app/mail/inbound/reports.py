"""Reports as mail servers send them: what became of a mail, by recipient.

Delivery reports are those of RFC 3464, complaints of readers those of RFC 5965 (ARF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from app.mail.inbound.bounds import Broken, demand_bounded
from app.mail.inbound.charsets import storable
from app.mail.inbound.parts import MailPart

MOST_PARTS = 20
MOST_BLOCKS = 200
STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
LONGEST = 500  # Characters of what a server said.
# The address is right, but this mail is not taken: full, too large, unreadable, not wanted.
# And 1.7 to 1.9 speak of the sender and of servers on the way (RFC 3463, 3.2; RFC 3886).
NOT_ITS_FAULT = frozenset({"1.7", "1.8", "1.9", "2.2", "2.3", "3.4"})
OF_THE_MAIL = frozenset({"6", "7"})


class Kind(StrEnum):
    """What a report says of one recipient."""

    HARD = "hard"  # There is no such address, or none that takes mails.
    SOFT = "soft"  # This mail did not arrive; another may.
    DELAYED = "delayed"  # It is still being tried.
    COMPLAINT = "complaint"  # It arrived, and its reader reported it as unwanted.


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that a mail did not reach, as it was written to first and at last."""

    addresses: tuple[str, ...]
    kind: Kind
    status: str
    said: str


def read_report(content: bytes) -> list[Failure] | None:
    """What a report says of those who were not reached; None where a mail is no such report."""
    try:
        demand_bounded(content)
        mail = message_from_bytes(content, _class=MailPart)
        if mail.get_content_type() != "multipart/report":
            return None
        kind = str(mail.get_param("report-type", "")).lower()
        if kind == "feedback-report":
            return _complaint(mail)
        if kind != "delivery-status":
            return None
        blocks = list(_blocks(mail))
        return [found for one in blocks if (found := _failure(one)) is not None] if blocks else None
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
        Broken,
    ):
        return None


def kind_of(action: str, status: str) -> Kind | None:
    """What an action and a status mean; None where the mail arrived or nothing is said."""
    found = STATUS.match(status)
    if action == "delayed":
        return Kind.DELAYED
    if action != "failed" or found is None or found[1] == "2":
        return None
    subject, detail = found[2], f"{found[2]}.{found[3]}"
    if found[1] == "4" or subject in OF_THE_MAIL or detail in NOT_ITS_FAULT:
        return Kind.SOFT
    return Kind.HARD


def _blocks(mail: Message) -> Iterator[Message]:
    """The blocks of the report that name a recipient."""
    parts = mail.get_payload()
    for part in parts[:MOST_PARTS] if isinstance(parts, list) else ():
        if not isinstance(part, Message) or part.get_content_type() not in (
            "message/delivery-status",
            "message/global-delivery-status",
        ):
            continue
        blocks = part.get_payload()
        for one in blocks[:MOST_BLOCKS] if isinstance(blocks, list) else ():
            if isinstance(one, Message) and one.get("Final-Recipient"):
                yield one
        return  # A second one would be somebody's who adds to it.


def _complaint(mail: Message) -> list[Failure] | None:
    """That a reader takes a mail for unwanted; None for feedback of another kind."""
    parts = mail.get_payload()
    for part in parts[:MOST_PARTS] if isinstance(parts, list) else ():
        if isinstance(part, Message) and part.get_content_type() == "message/feedback-report":
            held = part.get_payload()
            block = held[0] if isinstance(held, list) and held else None
            if not isinstance(block, Message):
                return None
            if str(block.get("Feedback-Type", "")).strip().lower() not in ("abuse", "fraud"):
                return None
            named = (block.get("Original-Rcpt-To"),)
            addresses = tuple(filter(None, (storable(str(one or ""))[:300] for one in named)))
            bare = tuple(one.strip().strip("<>")[:254] for one in addresses)
            return [Failure(bare, Kind.COMPLAINT, "", "")]
    return None


def _failure(block: Message) -> Failure | None:
    action = str(block.get("Action", "")).strip().lower()
    status = str(block.get("Status", "")).strip()
    kind = kind_of(action, status)
    if kind is None:
        return None
    named = (block.get("Original-Recipient"), block.get("Final-Recipient"))
    addresses = tuple(dict.fromkeys(filter(None, map(_address, named))))
    found = STATUS.match(status)
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
    told = " ".join(storable(said).split())[:LONGEST]
    return Failure(addresses, kind, found[0] if found else "", told)


def _address(field: object) -> str:
    """The address of `rfc822; ann@example.com`, or an empty text."""
    if field is None:
        return ""
    kind, _semicolon, text = str(field).partition(";")
    is_mail = kind.strip().lower() in ("rfc822", "utf-8")
    return storable(text.strip().strip("<>"))[:254] if is_mail else ""
