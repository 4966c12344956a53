"""Which senders somebody may write from, and whether one may still be used when a mail goes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, func, literal, or_, select

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.mail.senders.models import Sender
from app.mail.senders.operations import are_any


def usable(by: Actor) -> list[Sender]:
    """The confirmed senders that whoever acts may write from, their own first."""
    if not are_any(by) or by.user_id is None:
        return []
    theirs = or_(Sender.user_id == by.user_id, _shared_with(by))
    found = select(Sender).where(theirs, Sender.confirmed_at.is_not(None))
    order = (Sender.user_id.is_(None), Sender.name, Sender.id)
    return list(by.session.scalars(found.order_by(*order)))


def chosen_sender(sender_id: UUID | None, by: Actor) -> Sender | None:
    """The sender that a form names; None for one's own address, Refused for one not theirs."""
    if sender_id is None:
        return None
    found = next((one for one in usable(by) if one.id == sender_id), None)
    if found is None:
        raise Refused(_("You can’t write from this address."), field="sender")
    return found


def demand_sender(sender_id: UUID | None, by: Actor) -> None:
    """NotPermitted where a mail's time has come and its writer may use its sender no more."""
    if sender_id is not None and all(one.id != sender_id for one in usable(by)):
        raise NotPermitted(_("Whoever wrote it may not write from its address any more."))


def our_addresses(keys: Collection[str], by: Actor) -> set[str]:
    """Those of some addresses that are senders of the workspace."""
    if not keys or not are_any(by):
        return set()
    ours = Sender.address_key.in_(keys) & Sender.confirmed_at.is_not(None)
    return set(by.session.scalars(select(Sender.address_key).where(ours)))


def _shared_with(by: Actor) -> ColumnElement[bool]:
    """The shared ones of somebody's role; an owner of the workspace uses any."""
    shared = Sender.user_id.is_(None)
    if by.rights.is_owner:
        return shared
    return shared & (literal(by.role_id, Uuid) == func.any(Sender.role_ids))
