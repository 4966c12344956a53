"""Mails of ours that come back: what a delivery report says stands with the mail and the address.

Each mail goes out under an envelope sender of its own (VERP), which nobody can make up: by it a
report is known, whatever its headers claim. It counts only for those whom the mail went to, and for
two weeks. Whoever got the mail knows that address, and everybody whom they tell: so what a person
writes to it is taken from those alone whom the mail went to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.events import write_event
from app.kernel.actor import Actor
from app.mail.inbound.models import IncomingMail, Why
from app.mail.inbound.reports import Failure, Kind
from app.mail.inbound.skips import Skip
from app.mail.messages.hidden import opened_bcc
from app.mail.messages.models import MESSAGE, OUT, Message, State
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.unreachable import mark, without
from config.settings import Settings

LATEST = timedelta(days=14)  # Servers give a mail up after five days, as a rule.
WENT = frozenset({State.SENDING, State.SENT, State.UNKNOWN, State.WAITING})


def take_report(
    mail: IncomingMail, failures: Sequence[Failure], by: Actor, settings: Settings
) -> UUID:
    """Note what a report says with the mail that it is about; Skip where it says nothing new."""
    message = _about(mail, by)
    people = _people(message, by, settings)
    known = [(one, address) for one in failures if (address := _whom(one, people))]
    if failures and not known:
        raise Skip(Why.FORGED, message.id)
    if not known:
        raise Skip(Why.AUTOMATIC, message.id)
    fresh = [(one, address) for one, address in known if _is_news(one, address, message)]
    if not fresh:
        raise Skip(Why.DUPLICATE, message.id)
    for one, address in fresh:
        _note(one, address, message, by)
    if message.state == State.UNKNOWN:
        message.state = State.SENT  # Only what arrived somewhere comes back.
    kinds = {one.kind for one, _address in fresh}
    if Kind.COMPLAINT in kinds:
        write_event(by, MESSAGE, message.id, "complained")
    if kinds & {Kind.HARD, Kind.SOFT}:
        write_event(by, MESSAGE, message.id, "bounced")
    return message.id


def demand_taking_part(
    sender: Mailbox | None, mail: IncomingMail, by: Actor, settings: Settings
) -> None:
    """Skip for what somebody wrote to where reports go whom that mail of ours did not go to."""
    message = by.session.get(Message, mail.bounced_ref) if mail.bounced_ref else None
    if message is None:
        raise Skip(Why.GONE)
    keys = {one.key for one in _people(message, by, settings)}
    if sender is None or sender.key not in keys:
        raise Skip(Why.STRANGER, message.id)


def _about(mail: IncomingMail, by: Actor) -> Message:
    """The mail that a report is about; Skip where it did not go, or long ago."""
    found = mail.bounced_ref
    message = by.session.get(Message, found, with_for_update=True) if found else None
    if message is None:
        raise Skip(Why.GONE)
    last_day = (message.taken_at or message.at) + LATEST
    if message.direction != OUT or message.state not in WENT:
        raise Skip(Why.FORGED, message.id)
    if mail.received_at > last_day:
        raise Skip(Why.LATE, message.id)
    return message


def _note(failure: Failure, address: str, message: Message, by: Actor) -> None:
    noted = {
        "kind": failure.kind.value,
        "status": failure.status,
        "said": without(address, failure.said),
        "at": by.now.isoformat(),
    }
    message.bounces = {**message.bounces, address: noted}
    if failure.kind is Kind.HARD:
        mark(address, failure.status, failure.said, message, by)


def _is_news(failure: Failure, address: str, message: Message) -> bool:
    """False for what was said before, and for a delay after the end."""
    before = message.bounces.get(address)
    if before is None:
        return True
    return bool(before["kind"] == Kind.DELAYED.value and failure.kind is not Kind.DELAYED)


def _whom(failure: Failure, people: Sequence[Mailbox]) -> str:
    """Which of those whom a mail went to is meant; empty for a stranger.

    Where it went to one alone it is that one, as an address may lead on to another.
    """
    by_key = {one.key: one.address for one in people}
    for address in failure.addresses:
        if address.casefold() in by_key:
            return by_key[address.casefold()]
    return people[0].address if len(people) == 1 else ""


def _people(message: Message, by: Actor, settings: Settings) -> list[Mailbox]:
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients[key])]
    return people + opened_bcc(message, by, settings)
