"""What is done with senders: added, confirmed by a mailed code, changed, removed."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.events import write_event
from app.identity.limits import Limit, counter, take
from app.identity.models import Role
from app.identity.operations.guard import require_change, require_writable
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.mail.addresses import clean_address
from app.mail.messages.people import clean_name
from app.mail.messages.rights import SEND, SETUP
from app.mail.messages.signatures import LONGEST
from app.mail.send import send_mail
from app.mail.senders.models import Sender
from config.settings import Settings

STAMP = "mail_senders"  # Drawn with the first one: until then nobody asks for any.
LIVES = timedelta(hours=1)
TRIES = Limit("mail-sender:try", 5, 3600)  # Of one code.
MOST = 100  # Of a workspace.
DIGITS = 6
NAME_LENGTH = 100
CODES = Limit("mail-sender:code", 10, 86400)  # Codes that one person has mailed in a day.
TOLD = ("address", "name", "reply_to")  # What the audit tells a change of.
_ALREADY = _("This address is there already.")


@dataclass(frozen=True, slots=True)
class Wish:
    """A sender as its form says it; `role_ids` are who uses a shared one."""

    address: str = ""
    name: str = ""
    signature: str = ""
    reply_to: str = ""
    role_ids: Collection[UUID] = ()


def are_any(by: Actor) -> bool:
    """False while a workspace has no senders; no statement is run for it."""
    return stamps.stamp(by.session, STAMP) is not None


def shared_senders(by: Actor) -> list[Sender]:
    """The firm's, by name."""
    shared = select(Sender).where(Sender.user_id.is_(None))
    return list(by.session.scalars(shared.order_by(func.lower(Sender.name), Sender.id)))


def own_senders(by: Actor) -> list[Sender]:
    """Whoever acts has these besides their own address."""
    if not are_any(by) or by.person_id is None:
        return []
    own = select(Sender).where(Sender.user_id == by.person_id)
    return list(by.session.scalars(own.order_by(Sender.address_key)))


def find_sender(sender_id: UUID | None, by: Actor) -> Sender:
    """A sender that `by` may set up: a shared one for whom the settings allow it, or their own."""
    found = by.session.get(Sender, sender_id) if sender_id is not None else None
    if found is None or not (by.may(*SETUP) if found.is_shared else found.user_id == by.person_id):
        raise no_sender()
    return found


def no_sender() -> Missing:
    """That there is none of this id for whoever asks."""
    return Missing(_("There is no such sender."))


def add_sender(wish: Wish, by: Actor, settings: Settings, *, shared: bool) -> Sender:
    """Add an address and mail it a code; Refused with a message per field."""
    _demand(by, shared=shared)
    number = by.session.scalar(select(func.count()).select_from(Sender)) or 0
    if number >= MOST:
        raise Refused(_("At most %(limit)s senders.", limit=MOST))
    sender = Sender(
        id=new_id(),
        address="",
        address_key="",
        user_id=None if shared else by.user_id,
        role_ids=[],
        created_at=by.now,
        created_by_id=by.user_id,
    )
    _fill(sender, wish, by, address=wish.address)
    try:
        with by.session.begin_nested():
            by.session.add(sender)
            by.session.flush()  # The event and the code name its row.
    except IntegrityError:  # The index on addresses says it of two at one moment.
        raise Refused(_ALREADY, field="address") from None
    stamps.draw(by.session, STAMP)
    write_event(
        by,
        "mail_sender",
        sender.id,
        "created",
        changes={key: [None, getattr(sender, key)] for key in TOLD},
    )
    mail_code(sender, by, settings)
    return sender


def change_sender(sender: Sender, wish: Wish, by: Actor) -> None:
    """Change all but the address, which would be another sender."""
    _demand(by, shared=sender.is_shared)
    before = {key: getattr(sender, key) for key in TOLD}
    _fill(sender, wish, by, address=sender.address)
    changes = {
        key: [before[key], getattr(sender, key)]
        for key in TOLD
        if before[key] != getattr(sender, key)
    }
    write_event(by, "mail_sender", sender.id, "updated", changes=changes)


def remove_sender(sender: Sender, by: Actor) -> None:
    """Remove a sender; what waits to go out from it is not sent."""
    _demand(by, shared=sender.is_shared)
    changes = {key: [getattr(sender, key), None] for key in TOLD}
    write_event(by, "mail_sender", sender.id, "deleted", changes=changes)
    by.session.delete(sender)


def mail_code(sender: Sender, by: Actor, settings: Settings) -> None:
    """Mail a new code to an address; the one before is worth nothing. TooMany in a day."""
    _demand(by, shared=sender.is_shared)
    if sender.confirmed_at is not None:
        return
    take([counter(by.tenant, CODES, str(by.user_id))], by.now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    sender.code = _digest(sender, code, settings.secret_key)
    sender.code_until = by.now + LIVES
    send_mail(
        by,
        to=sender.address,
        template="mail/sender_code",
        values={"code": code, "who": by.name, "minutes": int(LIVES.total_seconds() // 60)},
        language=by.language,
    )


def confirm(sender: Sender, code: str, by: Actor, settings: Settings) -> None:
    """Take the code that was mailed; Refused for a wrong one, TooMany after some of them."""
    _demand(by, shared=sender.is_shared)
    if sender.confirmed_at is not None:
        return
    if sender.code is None or sender.code_until is None or sender.code_until <= by.now:
        raise Refused(_("This code is over. Have a new one mailed."), field="code")
    # Counted in a transaction of its own, as a refusal keeps nothing of this one.
    take([counter(by.tenant, TRIES, sender.code)], by.now)
    given = "".join(code.split())
    keys = settings.keys
    if not any(hmac.compare_digest(_digest(sender, given, one), sender.code) for one in keys):
        raise Refused(_("This is not the code that was mailed."), field="code")
    sender.confirmed_at, sender.code, sender.code_until = by.now, None, None
    write_event(by, "mail_sender", sender.id, "confirmed")


def _demand(by: Actor, *, shared: bool) -> None:
    if shared:
        require_change(by, *SETUP)
        return
    require_writable(by)
    if by.user_id is None or not by.may(*SEND):
        raise NotPermitted(_("Your role does not allow this."))


def _fill(sender: Sender, wish: Wish, by: Actor, *, address: str) -> None:
    """Write down what was typed; Refused with a message per field."""
    errors: dict[str, Text | str] = {}
    address = _address(address, "address", errors)
    reply_to = _address(wish.reply_to, "reply_to", errors) if wish.reply_to.strip() else ""
    name = clean_name(wish.name)
    if not name:
        errors["name"] = _("Give it a name.")
    signature = wish.signature.replace("\r\n", "\n").replace("\x00", "").strip()
    for key, text, most in (("name", wish.name, NAME_LENGTH), ("signature", signature, LONGEST)):
        if len(text.strip()) > most:
            errors[key] = _("At most %(limit)s characters.", limit=most)
    roles = set(by.session.scalars(select(Role.id).where(Role.id.in_(list(wish.role_ids)))))
    if roles != set(wish.role_ids):
        errors["role"] = _("There is no such role.")
    if address and _is_taken(address, sender, by):
        errors["address"] = _ALREADY
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    sender.address, sender.address_key = address, address.casefold()
    sender.name, sender.signature = name, signature
    sender.reply_to = reply_to or None
    sender.role_ids = sorted(roles) if sender.is_shared else []


def _address(typed: str, field: str, errors: dict[str, Text | str]) -> str:
    try:
        return clean_address(typed.strip(), field=field)
    except Refused as answer:
        errors |= answer.errors
        return ""


def _is_taken(address: str, sender: Sender, by: Actor) -> bool:
    same = select(Sender.id).where(
        Sender.address_key == address.casefold(),
        Sender.id != sender.id,
        Sender.user_id.is_not_distinct_from(sender.user_id),
    )
    return by.session.scalar(same) is not None


def _digest(sender: Sender, code: str, key: str) -> str:
    said = f"mail-sender|{sender.id}|{sender.address_key}|{code}"
    return hmac.new(key.encode(), said.encode("utf-8", "replace"), sha256).hexdigest()
