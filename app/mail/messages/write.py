"""Writing a mail to a customer, taking it back, sending it again.

A mail waits some seconds before it goes, so that it can be taken back; one that is to go later
waits until then. What was taken back is a draft of its writer, with all that was typed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import update

from app.events import write_event
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.sealing import seal, unseal
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Previewing, Refused
from app.kernel.folding import fold
from app.kernel.ids import new_id
from app.kernel.language import Text, _, gettext
from app.kernel.rows import rows_written
from app.mail.addresses import SUBJECT_LENGTH, clean_header
from app.mail.messages.attach import (
    attach,
    carry,
    drop_attachments,
    files_to_send,
    keep_only,
)
from app.mail.messages.models import MESSAGE, OUT, Message, State
from app.mail.messages.outbox import wake
from app.mail.messages.people import MOST, Mailbox, kept_people, read_people
from app.mail.messages.places import (
    leave_others,
    move_in_time,
    note_first,
    places_for,
    put_on,
    shows_addresses,
)
from app.mail.messages.quotes import quoted
from app.mail.messages.rights import SEND
from app.mail.messages.signatures import signature_of
from app.mail.send import message_id
from app.mail.senders.models import Sender
from app.mail.senders.use import chosen_sender, demand_sender
from app.records.history import account_of
from app.records.model import Record
from app.records.types import RecordType
from app.web.formats import formats
from config.settings import Settings
from tenants.arriving import Arriving

PAUSE = timedelta(seconds=10)  # In which a mail can be taken back.
LATEST = timedelta(days=366)
LONGEST = 200_000  # Characters.
MOST_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to send, as they typed it.

    `brought` are files that came along, `chosen` those of the record, `kept` those of the `draft`
    that this goes on with. `press` is by which the same press of a form is known.
    """

    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    send_at: str = ""
    is_private: bool = False
    is_signed: bool = False
    quotes: bool = False
    answers: Message | None = None
    draft: Message | None = None
    press: str = ""
    sender: UUID | None = None
    brought: Sequence[Arriving] = field(default_factory=tuple)
    chosen: Sequence[UUID] = field(default_factory=tuple)
    kept: Sequence[UUID] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class _Read:
    """The same, checked."""

    to: list[Mailbox]
    cc: list[Mailbox]
    bcc: list[Mailbox]
    subject: str
    body: str
    send_at: datetime | None


def may_write(by: Actor) -> bool:
    """True for whoever may send mails to customers."""
    return by.may(*SEND) and not by.tenant.is_read_only and by.user_id is not None


def write(
    record_type: RecordType, record: Record, wish: Wish, by: Actor, settings: Settings
) -> Message:
    """Let a mail about a record, which `by` may read, go out in some seconds or later.

    Refused with a message per field; NotPermitted without the right to send.
    """
    _demand(by)
    read = _read(wish, by)
    sender = chosen_sender(wish.sender, by)
    former = wish.draft if _says_else(wish, read, sender, by, settings) else None
    if former is not None:
        _demand_state(former, by, State.DRAFT, becomes=State.UNKNOWN)
        wish = replace(wish, draft=None)
    message = wish.draft or Message(id=new_id(), direction=OUT, created_at=by.now)
    if wish.draft is not None:
        _demand_state(message, by, State.DRAFT)
    _fill(message, wish, read, sender, by, settings)
    if former is not None:
        _follow(message, former)
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
    message.at = by.now
    move_in_time(message, by)
    write_event(by, MESSAGE, message.id, "taken_back")


def send_now(message: Message, by: Actor) -> None:
    """Let a mail that was to go later go now."""
    _demand(by)
    _demand_state(message, by, State.WAITING)
    message.send_at = message.at = by.now
    message.is_later = False
    move_in_time(message, by)
    wake(by, by.now)


def send_again(message: Message, by: Actor) -> None:
    """Try a mail once more that failed, or of which nobody knows; under the same Message-ID."""
    _demand(by)
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


def hidden_recipients(message: Message, by: Actor, settings: Settings) -> list[Mailbox]:
    """Who was sent a copy unseen, for its writer alone."""
    return opened_bcc(message, by, settings) if sees_hidden(message, by) else []


def sees_hidden(message: Message, by: Actor) -> bool:
    """True for the writer of a mail, who alone is told of its hidden copies."""
    return message.user_id is not None and message.user_id == by.person_id


def opened_bcc(message: Message, by: Actor, settings: Settings) -> list[Mailbox]:
    """The same for the service that sends it."""
    if message.bcc is None:
        return []
    plain = unseal(message.bcc, settings.keys, by.tenant.id, message.id)
    return kept_people(json.loads(plain)) if plain else []


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


def _read(wish: Wish, by: Actor) -> _Read:
    """What was typed, checked as a whole."""
    errors: dict[str, Text | str] = {}
    people: dict[str, list[Mailbox]] = {"to": [], "cc": [], "bcc": []}
    seen: set[str] = set()
    for key in people:
        try:
            found = read_people(cast("str", getattr(wish, key)), key)
        except Refused as answer:
            errors |= answer.errors
            continue
        people[key] = [one for one in found if one.key not in seen]
        seen |= {one.key for one in found}
    if not people["to"] and "to" not in errors:
        errors["to"] = _("Say who it goes to.")
    if len(seen) > MOST:
        errors["to"] = _("At most %(limit)s addresses.", limit=MOST)
    subject = _subject(wish.subject, errors)
    body = _body(wish, errors)
    send_at = _moment(wish.send_at, by, errors)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return _Read(people["to"], people["cc"], people["bcc"], subject, body, send_at)


def _subject(typed: str, errors: dict[str, Text | str]) -> str:
    if not typed.strip():
        errors["subject"] = _("Give the e-mail a subject.")
    elif len(typed.strip()) > SUBJECT_LENGTH:
        errors["subject"] = _("At most %(limit)s characters.", limit=SUBJECT_LENGTH)
    else:
        try:
            return clean_header(typed)
        except Refused as answer:
            errors["subject"] = answer.message
    return ""


def _body(wish: Wish, errors: dict[str, Text | str]) -> str:
    body = wish.body.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if len(body) > LONGEST:
        errors["body"] = _("At most %(limit)s characters.", limit=LONGEST)
    elif not body and not (wish.brought or wish.chosen or wish.kept):
        errors["body"] = _("Write something, or attach a file.")
    return body


def _moment(typed: str, by: Actor, errors: dict[str, Text | str]) -> datetime | None:
    """When it is to go, in the writer's zone; None for now."""
    if not typed.strip():
        return None
    try:
        moment = datetime.fromisoformat(typed.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=by.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        errors["send_at"] = _("Enter a date and time like 2026-11-22 09:30.")
        return None
    if moment <= by.now:
        errors["send_at"] = _("This time is over.")
    elif moment > by.now + LATEST:
        errors["send_at"] = _("This date is too far away.")
    return moment


def _fill(
    message: Message,
    wish: Wish,
    read: _Read,
    sender: Sender | None,
    by: Actor,
    settings: Settings,
) -> None:
    """Write down what goes out; it is from whoever acts, or from the sender that they chose."""
    user = by.session.get_one(User, by.user_id)
    answers = wish.answers
    message.user_id = user.id
    message.sender_ref = sender.id if sender is not None else None
    if sender is not None:
        message.sender_name, message.sender_address = sender.name, sender.address
        message.reply_to = sender.reply_to or sender.address
    else:
        message.sender_name, message.sender_address = user.name, user.email
        message.reply_to = user.email
    message.recipients = {
        "to": [one.as_json() for one in read.to],
        "cc": [one.as_json() for one in read.cc],
    }
    message.bcc = None
    if read.bcc:
        plain = json.dumps([one.as_json() for one in read.bcc])
        message.bcc = seal(plain, settings.keys, by.tenant.id, message.id)
    message.subject, message.body = read.subject, read.body
    message.text = _whole(wish, read.body, sender, by)
    message.options = {"signed": wish.is_signed, "quotes": wish.quotes}
    message.is_private = wish.is_private
    message.language = by.language
    message.message_id = message_id(settings, message.id)
    if answers is not None:
        message.thread_id, message.in_reply_to = answers.thread_id, answers.message_id
        message.references = [*answers.references, answers.message_id][-MOST_REFERENCES:]
    elif wish.draft is None:
        message.thread_id, message.in_reply_to, message.references = message.id, None, []
    message.attempts, message.refused = 0, {}
    message.press = wish.press or None
    visible = [*read.to, *read.cc]
    words = [read.subject, *(f"{one.name} {one.address}" for one in visible)]
    message.search_text = fold(" ".join(words))


def _says_else(
    wish: Wish, read: _Read, sender: Sender | None, by: Actor, settings: Settings
) -> bool:
    """True where a draft that may have left before says something else now.

    Whoever has the former would take the new one for the same and not show it: so it becomes
    another mail, and the former stays as what may have arrived.
    """
    draft = wish.draft
    if draft is None or not draft.may_have_left:
        return False
    people = {"to": [one.as_json() for one in read.to], "cc": [one.as_json() for one in read.cc]}
    files = {one.id for one in files_to_send(draft, by)}
    return (
        draft.subject != read.subject
        or draft.text != _whole(wish, read.body, sender, by)
        or draft.sender_ref != wish.sender
        or draft.recipients != people
        or opened_bcc(draft, by, settings) != read.bcc
        or bool(wish.brought or wish.chosen)
        or not files <= set(wish.kept)
    )


def _follow(message: Message, former: Message) -> None:
    """Let a mail stand in the thread of the one whose place it takes."""
    message.thread_id, message.in_reply_to = former.thread_id, former.in_reply_to
    message.references = list(former.references)


def _whole(wish: Wish, body: str, sender: Sender | None, by: Actor) -> str:
    """What was typed, the signature, and the mail that it answers."""
    parts = [body]
    signature = sender.signature if sender is not None else signature_of(by)
    if wish.is_signed and signature:
        parts.append(signature)
    if wish.quotes and wish.answers is not None:
        write = formats(by)
        when = write.moment(wish.answers.at, by.today())
        writer = Mailbox(wish.answers.sender_address, wish.answers.sender_name)
        who = writer.told(shows_addresses=shows_addresses(by)) or gettext("hidden address")
        parts.append(quoted(wish.answers.text, who, when))
    return "\n\n".join(part for part in parts if part)


def _tell(message: Message, verb: str, record_type: RecordType, record: Record, by: Actor) -> None:
    account_id = account_of(record_type, record)
    write_event(by, MESSAGE, message.id, verb, account_id=account_id)
