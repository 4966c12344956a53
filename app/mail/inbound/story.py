"""Who wrote what to whom by a mail that came in: as it stands, or as it was forwarded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.mail.inbound.addresses import read_local
from app.mail.inbound.forwarded import Head, find_head
from app.mail.inbound.models import MailAddress
from app.mail.inbound.parse import Parsed
from app.mail.messages.models import IN, OUT
from app.mail.messages.people import Mailbox, takes_in
from app.mail.senders.use import our_addresses
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Story:
    """Who wrote what to whom, once it is known whether it was forwarded."""

    direction: str
    sender: Mailbox
    reply_to: str | None
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str
    text: str
    html: str | None

    @property
    def people(self) -> list[Mailbox]:
        """Everybody concerned."""
        return [self.sender, *self.to, *self.cc]


def own_of(people: Iterable[Mailbox], by: Actor) -> set[str]:
    """The keys of those who are the workspace's own people, or addresses of the firm."""
    keys = {one.key for one in people}
    own = set(by.session.scalars(select(User.email_key).where(User.email_key.in_(keys))))
    return own | our_addresses(keys, by)


def name_of_sender(sender: Mailbox, by: Actor) -> str:
    """What a sender is called: as they sign, else as the colleague whose address it is."""
    if sender.name and sender.name.casefold() != sender.address.casefold():
        return sender.name
    found = by.session.scalars(select(User.name).where(User.email_key == sender.key).limit(1))
    return found.first() or sender.address


def colleagues_of(parsed: Parsed, by: Actor) -> set[str]:
    """The addresses among those of a mail that are the workspace's own people's."""
    people = [*parsed.to, *parsed.cc, *([parsed.sender] if parsed.sender else [])]
    head = find_head(parsed.text)
    if head is not None:
        people += [head.sender, *head.to, *head.cc]
    return own_of(people, by)


def story_of(parsed: Parsed, colleagues: set[str], settings: Settings) -> Story:
    """What a mail tells: sent by the person themselves, forwarded by them, or come from outside."""
    sender = parsed.sender
    assert sender is not None  # noqa: S101 - refused before.
    as_it_is = Story(
        OUT if sender.key in colleagues else IN,
        sender,
        parsed.reply_to.address if parsed.reply_to else None,
        parsed.to,
        parsed.cc,
        parsed.subject,
        parsed.text,
        parsed.html,
    )
    head = find_head(parsed.text)
    if sender.key not in colleagues or head is None:
        return as_it_is
    if outside((*parsed.to, *parsed.cc), colleagues, settings):
        return as_it_is  # An answer to a customer that quotes what they wrote.
    return _forwarded(as_it_is, head, colleagues)


def _forwarded(story: Story, head: Head, colleagues: set[str]) -> Story:
    """What was forwarded, as whoever wrote it first; what the forwarder says stays above it."""
    text = "\n\n".join(part for part in (head.before, head.text) if part)
    return replace(
        story,
        direction=OUT if head.sender.key in colleagues else IN,
        sender=head.sender,
        reply_to=None,
        to=head.to or story.to,
        cc=head.cc,
        subject=(head.subject or story.subject)[:300],
        text=text or story.text,
    )


def outside(people: Iterable[Mailbox], colleagues: set[str], settings: Settings) -> list[Mailbox]:
    """Those of a mail's people who are neither the workspace's own nor an address for mail in."""
    domain = settings.inbound_mail_domain.casefold()
    return [
        one for one in people if one.key not in colleagues and one.key.rpartition("@")[2] != domain
    ]


def without_secrets(story: Story, whose: User, by: Actor, settings: Settings) -> Story:
    """The same with people in place of their addresses for mail in, which are theirs to know.

    Whoever has such an address writes mails that count as its person's, so no colleague who reads
    the record may see it. One that is nobody's is left out; where nobody is left, it is `whose`.
    """
    people = _behind((*story.to, *story.cc), by, settings)
    to, cc = (_told(line, people, settings) for line in (story.to, story.cc))
    reply_to = story.reply_to
    if reply_to is not None and takes_in(Mailbox(reply_to), settings):
        reply_to = None
    if not (to or cc) and (story.to or story.cc):
        to = [_mailbox(whose)]
    return replace(story, to=to, cc=cc, reply_to=reply_to)


def _behind(people: Iterable[Mailbox], by: Actor, settings: Settings) -> dict[str, Mailbox]:
    """Colleagues by the keys of their addresses for mail in that are among `people`."""
    keys = {_key(one) for one in people if takes_in(one, settings)} - {""}
    if not keys:
        return {}
    theirs = select(MailAddress.key, User).join(User, User.id == MailAddress.user_id)
    rows = by.session.execute(theirs.where(MailAddress.key.in_(keys)))
    return {key: _mailbox(user) for key, user in rows}


def _told(line: Iterable[Mailbox], people: dict[str, Mailbox], settings: Settings) -> list[Mailbox]:
    told = [people.get(_key(one)) if takes_in(one, settings) else one for one in line]
    return list({one.key: one for one in told if one is not None}.values())


def _key(one: Mailbox) -> str:
    local = read_local(one.address.rpartition("@")[0])
    return local[1] if local is not None else ""


def _mailbox(user: User) -> Mailbox:
    return Mailbox(user.email, user.name)
