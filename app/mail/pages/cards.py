"""One message as its card shows it: on timelines, in its thread, on a page of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, listed, ngettext
from app.mail.messages.hidden import sees_hidden
from app.mail.messages.markup import as_html
from app.mail.messages.models import IN, UNSIGNED, Message, State
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.quotes import parted
from app.mail.messages.write import may_write
from app.mail.trouble import told
from app.records.files.kinds import KINDS
from app.records.files.sizes import size_text
from app.web.formats import formats

# What a report says of a mail that is still tried, and of one that arrived and is unwanted.
DELAYED, COMPLAINT = "delayed", "complaint"
LOOKS = 20  # How often a card looks again at what became of a message.
LONG = 900  # Characters from which on a card folds a text.
TOLD: dict[State, tuple[Text, str]] = {
    State.DRAFT: (_("Draft"), ""),
    State.WAITING: (_("Waiting"), "info"),
    State.SENDING: (_("Being sent"), "info"),
    State.FAILED: (_("Not sent"), "bad"),
    State.UNKNOWN: (_("Unknown whether sent"), "warn"),
}


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of a message."""

    url: str
    name: str
    icon: str
    size: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that the card of a message shows; empty addresses are those of what can't be done."""

    url: str
    direction: str
    state: str
    who: str
    to: str
    subject: str
    said: str
    marked: Markup  # The same with what its signs mean, of what was written here.
    quoted: str
    is_long: bool
    has_html: bool
    time: str
    at: str
    told: Text | None
    tone: str
    note: str
    is_private: bool
    files: list[Attached]
    earlier: int
    earlier_url: str
    reply_url: str
    edit_url: str
    back_url: str
    now_url: str
    again_url: str
    again_asks: bool
    again_look: str

    @property
    def is_plain(self) -> bool:
        """True where the text is shown as it came."""
        return self.is_received or self.has_html

    @property
    def is_received(self) -> bool:
        """True for what came in."""
        return self.direction == IN


def card(
    message: Message,
    files: Sequence[Any],
    by: Actor,
    *,
    place: str,
    shows_addresses: bool,
    earlier: int = 0,
    looked: int = 0,
    says_day: bool = False,
) -> Card:
    """The card of a message that `by` may read, on the record at `place`.

    It `says_day` where it stands below no heading of one.
    """
    state = State(message.state)
    said, rest = parted(message.text)
    is_mine = message.user_id is not None and message.user_id == by.user_id and may_write(by)
    told, tone = TOLD.get(state, (None, ""))
    if state is State.SENT and _failed(message, by):
        told, tone = _("Not delivered"), "bad"
    write = formats(by)
    url = f"/messages/{message.id}"
    is_planned = state in (State.WAITING, State.DRAFT) and (
        message.is_later or state is State.DRAFT
    )
    at = message.at
    is_open = state in (State.WAITING, State.SENDING)
    look = f"{url}/card?on={place}&looked={looked + 1}"
    return Card(
        url=url,
        direction=message.direction,
        state=state.value,
        who=_sender(message, shows_addresses=shows_addresses),
        to=write.listed(_names(message, shows_addresses=shows_addresses)),
        subject=message.subject,
        said=said,
        marked=_marked(message, said),
        quoted=rest,
        is_long=len(said) > LONG,
        has_html=bool(message.options.get("html")),
        time=write.moment(at, by.today()) if is_planned or says_day else write.time(at),
        at=at.isoformat(),
        told=_("To be sent later") if state is State.WAITING and message.is_later else told,
        tone=tone,
        note=_note(message, state, by, shows_addresses=shows_addresses),
        is_private=message.is_private,
        files=[_attached(url, one) for one in files],
        earlier=earlier,
        earlier_url=f"{url}/earlier?on={place}" if earlier else "",
        reply_url=f"/{place}/mail?reply={message.id}" if _may_reply(state, by) else "",
        edit_url=f"/{place}/mail?draft={message.id}" if is_mine and state is State.DRAFT else "",
        back_url=f"{url}/back" if is_mine and state is State.WAITING else "",
        now_url=f"{url}/now" if is_mine and state is State.WAITING and message.is_later else "",
        again_url=(f"{url}/again" if is_mine and state in (State.FAILED, State.UNKNOWN) else ""),
        again_asks=state is State.UNKNOWN,
        again_look=look if is_open and not message.is_later and looked < LOOKS else "",
    )


def _marked(message: Message, said: str) -> Markup:
    if message.direction == IN or message.options.get("html"):
        return escape(said)
    return Markup(as_html(said))  # noqa: S704 - `as_html` escapes all that was typed.


def _may_reply(state: State, by: Actor) -> bool:
    return state in (State.SENT, State.RECEIVED) and may_write(by)


def _sender(message: Message, *, shows_addresses: bool) -> str:
    one = Mailbox(message.sender_address, message.sender_name)
    return _name(one, shows_addresses=shows_addresses)


def _names(message: Message, *, shows_addresses: bool) -> list[str]:
    """Who it went to, by name where one is known."""
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients.get(key, []))]
    return [_name(one, shows_addresses=shows_addresses) for one in people]


def _name(one: Mailbox, *, shows_addresses: bool) -> str:
    return one.told(shows_addresses=shows_addresses) or gettext("hidden address")


def _note(message: Message, state: State, by: Actor, *, shows_addresses: bool) -> str:
    """What went wrong, in words; what the server said stands behind it."""
    said = told(message.error or "") if shows_addresses else ""
    if state is State.FAILED:
        return gettext("It could not be sent. %(said)s", said=said).strip()
    if state is State.UNKNOWN:
        return gettext(
            "The connection was lost while it was being sent, so it may have arrived. "
            "Sent again, it carries the same Message-ID, by which most programs recognise it."
        )
    if state is State.WAITING and message.attempts and said:
        return gettext("It will be tried again. %(said)s", said=said).strip()
    notes = [*_undelivered(message, by)] if shows_addresses else []
    if not notes and _failed(message, by):
        notes = [gettext("It was not delivered.")]
    if state is State.SENT and UNSIGNED in message.options:
        notes += [
            gettext(
                "It came from %(address)s, as the DKIM record of %(domain)s was gone.",
                **message.options[UNSIGNED],
            )
        ]
    return " ".join(notes) or files_left_out(int(message.options.get("left_out", 0)))


def files_left_out(number: int) -> str:
    """That files of a mail are not kept, in words; empty where all are."""
    if not number:
        return ""
    return ngettext("%(n)s file was not kept.", "%(n)s files were not kept.", number)


def _undelivered(message: Message, by: Actor) -> Iterator[str]:
    """Whom it did not reach, and why; those of hidden copies for its writer alone."""
    refused = (one for one in message.refused if _is_named(one, message, by))
    failed = {**dict.fromkeys(refused, ""), **_failed(message, by)}
    if failed:
        who = listed(f"{one} ({failed[one]})" if failed[one] else one for one in sorted(failed))
        yield gettext("Not delivered to: %(who)s", who=who)
    if late := _noted(DELAYED, message, by):
        yield gettext("Delayed on the way to: %(who)s", who=listed(late))
    if unwanted := _noted(COMPLAINT, message, by):
        yield gettext("Reported as unwanted by: %(who)s", who=listed(unwanted))


def _noted(kind: str, message: Message, by: Actor) -> list[str]:
    """Of whom a report of this kind tells, as far as `by` may know of them."""
    found = (one for one, why in message.bounces.items() if why["kind"] == kind)
    return sorted(one for one in found if _is_named(one, message, by))


def _failed(message: Message, by: Actor) -> dict[str, str]:
    """Whose server sent it back, as far as `by` may know of them, and what that said."""
    return {
        address: f"{why['status']} {why['said']}".strip()
        for address, why in message.bounces.items()
        if why["kind"] not in (DELAYED, COMPLAINT) and _is_named(address, message, by)
    }


def _is_named(address: str, message: Message, by: Actor) -> bool:
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients.get(key, []))]
    return sees_hidden(message, by) or address.casefold() in {one.key for one in people}


def _attached(url: str, one: Any) -> Attached:
    return Attached(f"{url}/files/{one.id}", one.name, KINDS[one.kind].icon, size_text(one.size))
