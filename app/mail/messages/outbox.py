"""Sending what waits: taken in one transaction, sent outside of any, settled in another.

Whoever dies in between leaves a message of which nobody knows whether it went. It is never sent
again by itself: after a while it says so, and its writer decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.mail.messages.models import MESSAGE, OPEN, Message, State
from app.mail.messages.unreachable import mark

SEND_MESSAGES = "send_messages"
LEASE = timedelta(minutes=15)  # Longer than any conversation with a server takes.
STEP = 1  # Seconds: wakings within the same one are one.
# What RFC 3463, section 3.2, and RFC 7505 say of a recipient that there is not. 5.1.7 and 5.1.8
# speak of the sender, 5.1.9 of a server on the way; other refusals may be ours or the mail's.
NO_SUCH_ADDRESS = re.compile(r"55\d (5\.1\.(?:0|1|2|3|6|10))\b")
MOST_TRIES = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended: the state that follows, why, and who was refused; `wait` until the next."""

    state: State
    error: str | None = None
    refused: dict[str, str] | None = None
    wait: timedelta | None = None
    counts: bool = True  # Whether it was a try at all.
    is_away: bool = False  # Whether the server served nobody.


def wake(by: Actor, at: datetime) -> None:
    """Have a workspace's messages looked at at a moment; those who ask for the same share a job."""
    step = -int(-at.timestamp() // STEP)
    moment = at + timedelta(seconds=step * STEP - at.timestamp())
    enqueue(by, SEND_MESSAGES, {}, run_at=moment, key=f"{SEND_MESSAGES}:{step}")


def due(by: Actor) -> Message | None:
    """The message that waited longest and may go now, held; lost ones are told as such before."""
    _give_up_lost(by)
    return by.session.scalars(
        select(Message)
        .where(OPEN, Message.state == State.WAITING.value, Message.send_at <= by.now)
        .order_by(Message.send_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def under_way(by: Actor) -> int:
    """How many of a workspace's messages are being sent at this moment."""
    begun = (Message.state == State.SENDING.value, Message.taken_at > by.now - LEASE)
    number = select(func.count()).select_from(Message).where(OPEN, *begun)
    return by.session.scalar(number) or 0


def take(message: Message, by: Actor) -> None:
    """Begin to send a message; whoever looks after the lease has ended finds it lost."""
    message.state, message.taken_at = State.SENDING, by.now
    message.attempts += 1
    wake(by, by.now + LEASE)


def look_after(by: Actor) -> None:
    """Wake what is due though nobody comes for it, and tell what was lost: a job may have died."""
    _give_up_lost(by)
    at = next_due(by.session)
    if at is not None and at <= by.now:
        wake(by, by.now)


def next_due(session: Session) -> datetime | None:
    """When the next message is to go."""
    found: datetime | None = session.scalar(
        select(func.min(Message.send_at)).where(OPEN, Message.state == State.WAITING.value)
    )
    return found


def settle(message_id: UUID, taken_at: datetime, outcome: Outcome, by: Actor) -> None:
    """Write down how a try ended, unless the message was given up as lost meanwhile."""
    message = by.session.scalars(
        select(Message)
        .where(
            Message.id == message_id,
            Message.state.in_((State.SENDING.value, State.UNKNOWN.value)),
            Message.taken_at == taken_at,
        )
        .with_for_update()
    ).one_or_none()
    if message is None:
        return
    if not outcome.counts:
        message.attempts -= 1
    message.state, message.error = outcome.state, outcome.error
    message.refused = outcome.refused or {}
    message.may_have_left = message.may_have_left or outcome.state is State.UNKNOWN
    _mark_unreachable(message, outcome, by)
    if outcome.state is State.SENT:
        write_event(by, MESSAGE, message.id, "sent")
    if outcome.state is State.WAITING and outcome.wait is not None:
        message.send_at = by.now + outcome.wait
        wake(by, message.send_at)


def _mark_unreachable(message: Message, outcome: Outcome, by: Actor) -> None:
    """Keep which addresses do not exist by what the server answered when it heard of them."""
    for address, said in (outcome.refused or {}).items():
        if (found := NO_SUCH_ADDRESS.match(said)) is not None:
            mark(address, found[1], said, message, by)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after the try with this number; None when it was the last."""
    if attempts >= MOST_TRIES:
        return None
    return min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)


def _give_up_lost(by: Actor) -> None:
    by.session.execute(
        update(Message)
        .where(Message.state == State.SENDING.value, Message.taken_at <= by.now - LEASE)
        .values(state=State.UNKNOWN.value, may_have_left=True)
        .execution_options(synchronize_session=False)
    )
