"""The ledger of mail in as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, gettext
from app.mail.inbound.ledger import PAGE, lines
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.messages.places import address_fields, has_addresses
from app.mail.pages.cards import files_left_out
from app.records.files.sizes import size_text
from app.records.tailored import switched_on
from app.web.formats import formats, parse_moment

FATES: dict[Fate, tuple[Text, str]] = {
    Fate.WAITING: (_("Being read"), "info"),
    Fate.STORED: (_("On the timeline"), "good"),
    Fate.SKIPPED: (_("Skipped"), "warn"),
    Fate.FAILED: (_("Not readable"), "bad"),
}
WHYS: dict[Why, Text] = {
    Why.UNKNOWN: _("Nobody that you can see has one of its addresses."),
    Why.DUPLICATE: _("It is here already."),
    Why.AUTOMATIC: _("No person wrote it: an automatic answer, a report or a mass mail."),
    Why.LIST: _("It went to a mailing list, as newsletters do."),
    Why.LOOP: _("It went around in circles."),
    Why.OWN: _("It was written by this service."),
    Why.PERSON: _("Its owner can’t sign in any more."),
    Why.ROOM: _("There was no room for its files."),
    Why.BROKEN: _("It is broken, or was made to break its reader."),
    Why.BOUNCE: _("It tells what became of an e-mail of yours."),
    Why.FORGED: _("It claims that an e-mail of yours was not delivered, and does not fit it."),
    Why.LATE: _("It tells of an e-mail of yours that went too long ago."),
    Why.STRANGER: _(
        "It came to where delivery reports go, and your e-mail did not go to whoever wrote it."
    ),
    Why.LIMIT: _(
        "Too many came within an hour: their servers were asked to send them again later."
    ),
    Why.ALONE: _("It could not be read at once and is tried again."),
    Why.GONE: _("Its content is not there any more."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail that came in."""

    url: str
    who: str
    sender: str
    subject: str
    when: str
    exact: str
    size: str
    fate: Text
    tone: str
    why: Text | None
    left_out: str
    message_url: str
    may_retry: bool
    contact_url: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger; `address` is the reader's own for mail in."""

    url: str
    address: str
    takes_mail: bool
    everyone: bool
    lines: list[Line]
    filters: list[tuple[str, Text, bool]]
    more_url: str


def ledger_page(
    by: Actor,
    *,
    url: str,
    address: str,
    takes_mail_in: bool,
    everyone: bool,
    state: str,
    before: str,
) -> LedgerPage:
    """The mails that came in for the reader, or for everybody."""
    state = state if state in {one.value for one in Fate} else ""
    at_text, _sep, id_text = before.partition("_")
    at, last_id = parse_moment(at_text) if at_text else None, parse_id(id_text)
    rows = lines(
        by, everyone=everyone, state=state, before=(at, last_id) if at and last_id else None
    )
    more, rows = len(rows) > PAGE, rows[:PAGE]
    last: IncomingMail | None = rows[-1][0] if more else None
    place = f"{last.received_at.isoformat()}_{last.id}" if last is not None else ""
    making = _where_to_make(by)
    fates = [("", _("All"), not state)]
    fates += [(one.value, label, one.value == state) for one, (label, _tone) in FATES.items()]
    return LedgerPage(
        url,
        address,
        takes_mail_in,
        everyone,
        [_line(row, by, url, making) for row in rows],
        fates,
        f"{url}?{urlencode({'state': state, 'before': place})}" if place else "",
    )


def _line(row: Any, by: Actor, url: str, making: tuple[str, str] | None) -> Line:
    mail: IncomingMail = row[0]
    write = formats(by)
    fate, tone = FATES[Fate(mail.state)]
    why = Why(mail.why) if mail.why else None
    is_mine = mail.user_id == by.person_id
    # What came to a colleague's address is theirs to read: the ledger shows that it came.
    shows = is_mine or mail.message_ref is not None
    unknown = why is Why.UNKNOWN and is_mine and making is not None and mail.sender_address
    return Line(
        url=f"{url}/{mail.id}",
        who=row.who,
        sender=(mail.sender_name or mail.sender_address or mail.envelope_from) if shows else "",
        subject=mail.subject if shows else gettext("A colleague’s mail, for them alone"),
        when=write.relative(mail.received_at, by.now),
        exact=write.exact(mail.received_at),
        size=size_text(mail.size),
        fate=fate,
        tone=tone,
        why=WHYS[why] if why is not None else None,
        left_out=files_left_out(mail.left_out) if shows else "",
        message_url=f"/messages/{mail.message_ref}" if mail.message_ref and is_mine else "",
        may_retry=(
            mail.state in (Fate.SKIPPED, Fate.FAILED)
            and mail.stored is not None
            and why not in (Why.DUPLICATE, Why.OWN)
        ),
        contact_url=_new_url(mail, making) if unknown and making else "",
    )


def _where_to_make(by: Actor) -> tuple[str, str] | None:
    """Where a person with an address is made: the first type of people that can be written to."""
    if by.tenant.is_read_only:
        return None
    for one in switched_on(by):
        if one.is_person and has_addresses(one) and by.may(one.key, "create"):
            return f"/{one.collection}/new", address_fields(one)[0].key
    return None


def _new_url(mail: IncomingMail, making: tuple[str, str]) -> str:
    path, key = making
    given = {key: mail.sender_address}
    first, _space, last = mail.sender_name.partition(" ")
    if mail.sender_name:
        given |= {"first_name": first, "last_name": last} if last else {"last_name": first}
    return f"{path}?{urlencode(given)}"
