"""What the settings say of the firm itself: its name, language, zone, country and currency.

They stand in the workspace's row of the shared tables, where every request reads them before
anything else; of that row a workspace's people change these facts and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.events import write_event
from app.events.models import Event
from app.identity.operations.guard import require_change
from app.identity.texts import clean_name
from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.currencies import read_code
from app.kernel.errors import Conflict, Refused
from app.kernel.language import OFFERED, Text, _
from tenants.control import Tenant
from tenants.database import control_session
from tenants.resolve import forget

MANAGE = ("firm", "manage")
FACTS = ("name", "language", "zone", "country", "currency")
PRICED = ("account", "product", "exchange_rate")  # What amounts are kept in.


@dataclass(frozen=True, slots=True)
class FirmWish:
    """The firm as a form wants it; `was` is what stood in it when it was opened, if that is known.

    A fact that was left as it was stays what others have made of it meanwhile.
    """

    name: str
    language: str
    zone: str
    country: str
    currency: str
    was: Mapping[str, str] = field(default_factory=dict)

    def left(self, key: str) -> bool:
        """True for a fact that nobody touched in the form."""
        return bool(self.was.get(key) == getattr(self, key))


def firm_of(by: Actor) -> dict[str, str]:
    """The firm's facts as they stand at this moment."""
    with control_session() as session:
        return _read(session, by, lock=False)


def change_firm(by: Actor, wish: FirmWish) -> bool:
    """Change the firm's facts for everybody, within seconds; Refused beside each wrong field.

    Conflict beside each that somebody else has changed to something else since the form was
    opened. False where nothing was changed.
    """
    require_change(by, *MANAGE)
    with control_session() as session:
        before = _read(session, by, lock=True)
        wanted: dict[str, Any] = {
            key: before[key] if wish.left(key) else getattr(wish, key) for key in FACTS
        }
        after = _checked(by, FirmWish(**wanted), before)
        _demand_as_it_was(wish, before, after)
        changes = {key: [before[key], after[key]] for key in FACTS if before[key] != after[key]}
        if not changes:
            return False
        write_event(by, "workspace", by.tenant.id, "updated", changes=changes)
        by.session.flush()  # What can't be told is not done.
        session.execute(
            update(Tenant)
            .where(Tenant.id == by.tenant.id)
            .values({**{key: after[key] for key in changes}, "changed_at": by.now})
        )
    forget()
    return True


def may_change_currency(by: Actor) -> bool:
    """True until something was entered that an amount may stand in: sums would change by it."""
    used = select(Event.id).where(Event.record_type.in_(PRICED)).limit(1)
    return by.session.scalar(used) is None


def _read(session: Session, by: Actor, *, lock: bool) -> dict[str, str]:
    """The facts in the shared row; held, they still let jobs and the like name the workspace."""
    query = select(*(getattr(Tenant, key) for key in FACTS)).where(Tenant.id == by.tenant.id)
    row = session.execute(query.with_for_update(key_share=True) if lock else query).one()
    return dict(zip(FACTS, row, strict=True))


def _demand_as_it_was(wish: FirmWish, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Conflict where what is to be changed is no more what stood in the form."""
    theirs = {
        key: _("Somebody else changed it meanwhile; it is now: %(value)s", value=before[key])
        for key in FACTS
        if wish.was.get(key, before[key]) != before[key] and after[key] != before[key]
    }
    if theirs:
        raise Conflict(errors=theirs)


def _checked(by: Actor, wish: FirmWish, before: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, Text | str] = {}
    name = ""
    try:
        name = clean_name(wish.name)
    except Refused as refusal:
        errors.update(refusal.errors)
    if wish.language not in OFFERED:
        errors["language"] = _("Choose one of the languages.")
    if wish.zone != before["zone"] and wish.zone not in available_timezones():
        errors["zone"] = _("Choose one of the time zones.")
    if wish.country not in countries("en"):
        errors["country"] = _("Choose one of the countries.")
    currency = read_code(wish.currency)
    if currency is None:
        errors["currency"] = _("Choose one of the currencies.")
    elif currency != before["currency"] and not may_change_currency(by):
        errors["currency"] = _("Amounts are kept in it already, so it stays.")
    if errors:
        raise Refused(errors=errors)
    return {
        "name": name,
        "language": wish.language,
        "zone": wish.zone,
        "country": wish.country,
        "currency": currency or before["currency"],
    }
