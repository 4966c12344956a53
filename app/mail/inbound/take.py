"""From a raw mail to the timeline: whose it is, whom it is about, or why it stands on none."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy import select

from app.events import write_event
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import NoSpace, OverLimit, Refused
from app.kernel.folding import fold
from app.kernel.ids import new_id
from app.mail.inbound.bounces import demand_taking_part, take_report
from app.mail.inbound.bounds import Broken
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.inbound.parse import MOST_HOPS, Parsed, Part, parse
from app.mail.inbound.receive import ROOM
from app.mail.inbound.reports import read_report
from app.mail.inbound.skips import Skip
from app.mail.inbound.story import (
    Story,
    colleagues_of,
    name_of_sender,
    outside,
    own_of,
    story_of,
    without_secrets,
)
from app.mail.messages.find import FILES
from app.mail.messages.models import IN, MESSAGE, Message, State
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.places import Place, links_of, note_first, places_for, put_on
from app.mail.messages.unreachable import clear
from app.records.access import can_read
from app.records.files.operations import put_file
from app.records.files.storage import savepoint
from app.records.registry import registry
from app.web.uploads import ROOM as ARRIVING
from config.settings import Settings
from tenants.arriving import Arriving
from tenants.files import folder_of

NAME_LENGTH = 200
OLDEST = timedelta(days=3650)
AHEAD = timedelta(hours=1)


def take_in(mail: IncomingMail, by: Actor, settings: Settings) -> None:
    """Let a mail that came in stand where it belongs; its ledger line says what became of it."""
    try:
        content = _content(mail, by)
    except Skip as skip:
        _leave(mail, skip)
        mail.settled_at = by.now
        return
    settle(mail, content, by, settings)


def settle(mail: IncomingMail, content: bytes, by: Actor, settings: Settings) -> None:
    """The same for the bytes of a mail, wherever they are kept."""
    try:
        failures = read_report(content) if mail.bounced_ref is not None else None
        if failures is not None:
            _demand_readable(mail, content)
            mail.message_ref = take_report(mail, failures, by, settings)
            mail.state, mail.why = Fate.STORED, Why.BOUNCE
        else:
            mail.message_ref = _store(mail, content, by, settings)
            mail.state, mail.why = Fate.STORED, None
    except Skip as skip:
        _leave(mail, skip)
    mail.settled_at = by.now


def _leave(mail: IncomingMail, skip: Skip) -> None:
    """Say in the ledger why a mail stands on no timeline."""
    mail.message_ref = skip.message
    is_lost = skip.why in (Why.BROKEN, Why.GONE)
    mail.state, mail.why = (Fate.FAILED if is_lost else Fate.SKIPPED), skip.why


def _store(mail: IncomingMail, content: bytes, by: Actor, settings: Settings) -> UUID:
    user = by.session.get(User, mail.user_id)
    if user is None or not user.is_active:
        raise Skip(Why.PERSON)
    parsed = _demand_readable(mail, content)
    reader = actor_for(by.session, by.tenant, user, by.now, "mail", by.tenant.language)
    _refuse_what_nobody_wrote(parsed, settings)
    if mail.bounced_ref is not None:
        demand_taking_part(parsed.sender, mail, by, settings)
    _refuse_what_is_here(parsed, settings, by, reader)
    colleagues = colleagues_of(parsed, by)
    story = story_of(parsed, colleagues, settings)
    parent = _parent(parsed, outside(story.people, colleagues, settings), by)
    _refuse_what_went_to_a_list(parsed, parent, colleagues)
    places = _readable(_places(story, parent, colleagues, settings, reader), reader)
    if not places:
        raise Skip(Why.UNKNOWN)
    told = without_secrets(story, user, by, settings)
    message = _message(mail, parsed, told, parent, user, by)
    try:
        with savepoint(by):
            by.session.add(message)
            by.session.flush()  # Its row must stand before links and files name it.
            put_on(message, places, by)
            note_first(by)
            mail.left_out = parsed.left_out + _attach(message, parsed.files, reader)
            if mail.left_out:
                message.options = {**message.options, "left_out": mail.left_out}
    except (OverLimit, NoSpace):
        raise Skip(Why.ROOM) from None
    if message.direction == IN:
        write_event(by, MESSAGE, message.id, "received")
        if story.sender == parsed.sender:
            clear(story.sender.address, by, before=message.at)
    return message.id


def _content(mail: IncomingMail, by: Actor) -> bytes:
    """The mail as it came."""
    path = folder_of(by.tenant.id, ROOM).path(mail.stored) if mail.stored else None
    if path is None or not path.is_file():
        raise Skip(Why.GONE)
    return path.read_bytes()


def _demand_readable(mail: IncomingMail, content: bytes) -> Parsed:
    """The mail read; its ledger line learns what its headers say. Skip for one in circles."""
    try:
        parsed = parse(content)
    except Broken:
        raise Skip(Why.BROKEN) from None
    mail.subject = parsed.subject
    if parsed.sender is not None:
        mail.sender_name, mail.sender_address = parsed.sender.name, parsed.sender.address
    if parsed.hops > MOST_HOPS:
        raise Skip(Why.LOOP)
    return parsed


def _refuse_what_nobody_wrote(parsed: Parsed, settings: Settings) -> None:
    if parsed.is_automatic:
        raise Skip(Why.LIST if parsed.is_of_list else Why.AUTOMATIC)
    if parsed.sender is None:
        raise Skip(Why.BROKEN)
    service = parseaddr(settings.mail_from)[1].casefold()
    domain = parsed.sender.key.rpartition("@")[2]
    if parsed.sender.key == service or domain == settings.inbound_mail_domain.casefold():
        raise Skip(Why.OWN)


def _refuse_what_went_to_a_list(
    parsed: Parsed, parent: Message | None, colleagues: set[str]
) -> None:
    """Skip for newsletters and the like: nobody wrote them to the person whose address they are at.

    What a colleague sent or forwarded themselves was meant to be here, and what answers a mail that
    is here goes on with it, though it came by an address of many people.
    """
    assert parsed.sender is not None  # noqa: S101 - refused before.
    if parsed.is_of_list and parent is None and parsed.sender.key not in colleagues:
        raise Skip(Why.LIST)


def _refuse_what_is_here(parsed: Parsed, settings: Settings, by: Actor, reader: Actor) -> None:
    named = select(Message).where(Message.message_id == parsed.message_id).limit(1)
    known = by.session.scalars(named).one_or_none()
    if known is not None:
        _put_on_theirs(known, settings, by, reader)
        raise Skip(Why.DUPLICATE, known.id)


def _put_on_theirs(known: Message, settings: Settings, by: Actor, reader: Actor) -> None:
    """Let a mail that is here stand where one more colleague who got it may see its people.

    Whose it is follows from what is here: a Message-ID is easily forged.
    """
    if known.is_private or known.state not in (State.RECEIVED, State.SENT):
        return
    people = _people_of(known)
    others = outside(people, own_of(people, by), settings)
    put_on(known, _readable(places_for([one.address for one in others], reader), reader), by)


def _people_of(message: Message) -> list[Mailbox]:
    """Who wrote a mail that is here, and to whom."""
    to, cc = (kept_people(message.recipients[key]) for key in ("to", "cc"))
    return [Mailbox(message.sender_address), *to, *cc]


def _parent(parsed: Parsed, people: list[Mailbox], by: Actor) -> Message | None:
    """The mail that this answers, when one of its `people` took part in that one too.

    Colleagues are none of them: whoever writes to one would get into each thread of theirs.
    """
    ids = [*parsed.in_reply_to, *reversed(parsed.references)]
    if not ids:
        return None
    found = by.session.scalars(
        select(Message).where(Message.message_id.in_(ids)).order_by(Message.at.desc()).limit(10)
    )
    keys = {one.key for one in people}
    for message in found:
        if keys & {one.key for one in _people_of(message)}:
            return message
    return None


def _places(
    story: Story, parent: Message | None, colleagues: set[str], settings: Settings, by: Actor
) -> set[Place]:
    addresses = [one.address for one in outside(story.people, colleagues, settings)]
    found = places_for(addresses, by)
    if parent is not None and not parent.is_private:
        found |= {(one.record_type, one.record_id) for one in links_of(parent, by)}
    return found


def _readable(places: set[Place], by: Actor) -> set[Place]:
    """Where whoever's address it came to may read: nobody writes into what they can't see."""
    found = set()
    for kind, record_id in places:
        declared = registry().get(kind)
        if declared is not None and by.may(kind, "read") and can_read(declared, record_id, by):
            found.add((kind, record_id))
    return found


def _message(
    mail: IncomingMail,
    parsed: Parsed,
    story: Story,
    parent: Message | None,
    user: User,
    by: Actor,
) -> Message:
    message_id = new_id()
    words = [story.subject, *(f"{one.name} {one.address}" for one in story.people)]
    return Message(
        id=message_id,
        direction=story.direction,
        state=State.RECEIVED if story.direction == IN else State.SENT,
        thread_id=parent.thread_id if parent is not None else message_id,
        sender_name=name_of_sender(story.sender, by)[:NAME_LENGTH],
        sender_address=story.sender.address,
        reply_to=story.reply_to,
        recipients={
            "to": [one.as_json() for one in story.to],
            "cc": [one.as_json() for one in story.cc],
        },
        subject=story.subject,
        body=story.text,
        text=story.text,
        html=story.html,
        options={"html": True} if story.html else {},
        message_id=parsed.message_id,
        in_reply_to=parsed.in_reply_to[0] if parsed.in_reply_to else None,
        references=parsed.references,
        at=_moment(parsed, mail.received_at),
        is_private=parent is not None and parent.is_private,
        user_id=user.id,
        language=by.tenant.language,
        created_at=by.now,
        search_text=fold(" ".join(words))[:10_000],
    )


def _moment(parsed: Parsed, received_at: datetime) -> datetime:
    """When it says that it was written, as far as that can be."""
    date = parsed.date
    if date is None or not received_at - OLDEST <= date <= received_at + AHEAD:
        return received_at
    return min(date, received_at)


def _attach(message: Message, parts: list[Part], by: Actor) -> int:
    """Keep the files of a mail; answers with how many are refused, such as programs."""
    if not parts:
        return 0
    folder = folder_of(by.tenant.id, ARRIVING)
    refused = 0
    for part in parts:
        with ExitStack() as stack:
            draft = stack.enter_context(folder.passing())
            arriving = Arriving(draft, part.name, max(len(part.content), 1))
            stack.callback(arriving.close)
            arriving.write(part.content)
            arriving.seek(0)
            try:
                put_file(FILES, message.id, arriving, by)
            except Refused:
                refused += 1
    return refused
