"""Writing a mail to a customer, taking it back, sending it again.

A mail waits some seconds before it goes, so that it can be taken back; one that is to go later
waits until then. What was taken back is a draft of its writer, with all that was typed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from app.events import write_event
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.email_proof import require_proof
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Previewing
from app.kernel.ids import new_id
from app.kernel.language import _
from app.kernel.rows import rows_written
from app.mail.messages.attach import (
    attach,
    carry,
    drop_attachments,
    keep_only,
)
from app.mail.messages.fill import fill, follow, says_else
from app.mail.messages.models import MESSAGE, OUT, Message, State
from app.mail.messages.outbox import wake
from app.mail.messages.places import (
    leave_others,
    move_in_time,
    note_first,
    places_for,
    put_on,
)
from app.mail.messages.rights import SEND
from app.mail.messages.wish import Wish, read_wish
from app.mail.quota import give_back_mail, take_mail
from app.mail.senders.use import chosen_sender, demand_sender
from app.records.history import account_of
from app.records.model import Record
from app.records.types import RecordType
from config.settings import Settings

PAUSE = timedelta(seconds=10)  # In which a mail can be taken back.


def may_write(by: Actor) -> bool:
    """True for whoever may send mails to customers."""
    return by.may(*SEND) and not by.tenant.is_read_only and by.user_id is not None


def write(
    record_type: RecordType, record: Record, wish: Wish, by: Actor, settings: Settings
) -> Message:
    """Let a mail about a record, which `by` may read, go out in some seconds or later.

    Refused with a message per field; NotPermitted without the right to send; OverLimit where the
    plan allows no more mails in that month. Refused as well for who has yet to confirm their own
    e-mail.
    """
    _demand(by)
    require_proof(by)
    read = read_wish(wish, by)
    sender = chosen_sender(wish.sender, by)
    former = wish.draft if says_else(wish, read, sender, by, settings) else None
    if former is not None:
        _demand_state(former, by, State.DRAFT, becomes=State.UNKNOWN)
        wish = replace(wish, draft=None)
    message = wish.draft or Message(id=new_id(), direction=OUT, created_at=by.now)
    if wish.draft is not None:
        _demand_state(message, by, State.DRAFT)
    take_mail(by, read.send_at or by.now + PAUSE)
    fill(message, wish, read, sender, by, settings)
    if former is not None:
        follow(message, former)
    if wish.draft is None:
        by.session.add(message)
    message.state = State.WAITING
    message.send_at = read.send_at or by.now + PAUSE
    message.at, message.is_later = message.send_at, read.send_at is not None
    by.session.flush()  # Its row must stand before links and files name it.
    note_first(by)
    # Not on the records of hidden copies: their timelines would tell of them.
    named = [one.address for one in (*read.to, *read.cc)]
    places = places_for(named, by, (record_type, record))
    if wish.draft is not None:
        leave_others(message, places, by)
    put_on(message, places, by)
    move_in_time(message, by)
    if wish.draft is not None:
        keep_only(message, wish.kept, by)
    carried = carry(former, wish.kept, by) if former is not None else ()
    attach(message, record_type, record, wish.brought, wish.chosen, by, carried)
    wake(by, message.send_at)
    _tell(message, "mailed", record_type, record, by)
    return message


def take_back(message: Message, by: Actor) -> None:
    """Make a draft of a mail that waits; Conflict where it is on its way already."""
    _demand(by)
    _demand_state(message, by, State.WAITING, becomes=State.DRAFT)
    give_back_mail(by, message.send_at or by.now)
    message.at = by.now
    move_in_time(message, by)
    write_event(by, MESSAGE, message.id, "taken_back")


def send_now(message: Message, by: Actor) -> None:
    """Let a mail that was to go later go now."""
    _demand(by)
    require_proof(by)
    _demand_state(message, by, State.WAITING)
    message.send_at = message.at = by.now
    message.is_later = False
    move_in_time(message, by)
    wake(by, by.now)


def send_again(message: Message, by: Actor) -> None:
    """Try a mail once more that failed, or of which nobody knows; under the same Message-ID."""
    _demand(by)
    require_proof(by)
    before = State(message.state)
    if before not in (State.FAILED, State.UNKNOWN):
        raise _gone_on()
    _demand_state(message, by, before, becomes=State.WAITING)
    message.send_at = message.at = by.now
    message.attempts, message.error, message.refused, message.taken_at = 0, None, {}, None
    move_in_time(message, by)
    wake(by, by.now)
    write_event(by, MESSAGE, message.id, "sent_again")


def discard(message: Message, by: Actor) -> None:
    """Remove a draft with its files; one that may have left stands as that again."""
    _demand(by)
    if message.may_have_left:
        _demand_state(message, by, State.DRAFT, becomes=State.UNKNOWN)
        return
    _demand_state(message, by, State.DRAFT)
    drop_attachments(message, by)
    by.session.delete(message)


def demand_writer(message: Message, by: Actor) -> None:
    """NotPermitted where whoever wrote a mail may not send any more, when its time has come."""
    user = by.session.get(User, message.user_id) if message.user_id else None
    writer = actor_for(by.session, by.tenant, user, by.now, by.via) if user is not None else None
    if user is None or writer is None or not user.is_active or not writer.may(*SEND):
        raise NotPermitted(_("Whoever wrote it may not send mails any more."))
    demand_sender(message.sender_ref, writer)


def _demand(by: Actor) -> None:
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if not by.may(*SEND) or by.user_id is None:
        raise NotPermitted(_("Your role does not allow this."))


def _demand_state(
    message: Message, by: Actor, state: State, *, becomes: State | None = None
) -> None:
    """Hold a message that stands as `state` and let it become another; Conflict if it does not."""
    changed = by.session.execute(
        update(Message)
        .where(Message.id == message.id, Message.state == state.value)
        .values(state=(becomes or state).value)
        .execution_options(synchronize_session=False)
    )
    if rows_written(changed) != 1:
        raise _gone_on()
    by.session.refresh(message)


def _gone_on() -> Conflict:
    return Conflict(_("This e-mail has gone on in the meantime. Load the page again."))


def _tell(message: Message, verb: str, record_type: RecordType, record: Record, by: Actor) -> None:
    account_id = account_of(record_type, record)
    write_event(by, MESSAGE, message.id, verb, account_id=account_id)
