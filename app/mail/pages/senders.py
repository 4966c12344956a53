"""Senders as their settings show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.language import Text, _, current, listed
from app.kernel.localized import pick
from app.mail.senders.models import Sender

SHARED, OWN = "/settings/senders", "/settings/me/senders"


@dataclass(frozen=True, slots=True)
class Line:
    """A sender in the list."""

    url: str
    name: str
    address: str
    roles: str
    state: Text
    tone: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that may use a shared sender."""

    id: UUID
    label: str
    is_chosen: bool


def place_of(sender: Sender) -> str:
    """The list that a sender stands in."""
    return SHARED if sender.is_shared else OWN


def lines(senders: Sequence[Sender], by: Actor) -> list[Line]:
    """Senders in words."""
    labels = {one.id: one.label for one in role_choices((), by)} if senders else {}
    return [_line(one, labels) for one in senders]


def role_choices(chosen: Collection[UUID], by: Actor) -> list[RoleChoice]:
    """Every role, by its label."""
    roles = [
        RoleChoice(one.id, pick(one.label, current(), by.tenant.language), one.id in chosen)
        for one in by.session.scalars(select(Role))
    ]
    return sorted(roles, key=lambda one: one.label)


def _line(sender: Sender, labels: dict[UUID, str]) -> Line:
    confirmed = sender.confirmed_at is not None
    roles = listed(sorted(labels[one] for one in sender.role_ids if one in labels))
    return Line(
        url=f"{place_of(sender)}/{sender.id}",
        name=sender.name,
        address=sender.address,
        roles=roles,
        state=_("Confirmed") if confirmed else _("Waits for its code"),
        tone="good" if confirmed else "warn",
        is_confirmed=confirmed,
    )
