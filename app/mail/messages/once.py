"""A form that is sent twice sends one mail: a second press, or a request that came again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.errors import Conflict
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.mail.messages.models import Message, State
from tenants.arriving import Arriving


def press_of(form: str, said: Iterable[Sequence[str]], files: Iterable[Arriving], by: Actor) -> str:
    """By which the same press is known: the form's own number and all that it says.

    Who changes something and sends the same form again means another mail. Empty without a number.
    """
    number = parse_id(form)
    if number is None:
        return ""
    held = sha256(f"{by.user_id}|{number}".encode())
    for values in (*said, *((one.name, one.digest) for one in files)):
        for value in values:
            held.update(sha256(value.encode("utf-8", "replace")).digest())
        held.update(b"|")
    return held.hexdigest()


def sent_before(press: str, by: Actor) -> Message | None:
    """The mail that the same press has sent; who comes at the same moment waits for it.

    Conflict where it was taken back meanwhile.
    """
    if not press:
        return None
    by.session.execute(select(func.pg_advisory_xact_lock(int(press[:15], 16))))
    found = by.session.scalars(select(Message).where(Message.press == press)).one_or_none()
    if found is not None and found.state == State.DRAFT:
        raise Conflict(
            _("This e-mail was taken back meanwhile and is a draft. Load the page again.")
        )
    return found
