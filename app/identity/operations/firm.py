"""What the settings say of the firm itself: its name, language, zone, country and currency.

They stand in the workspace's row of the shared tables, where every request reads them before
anything else; of that row a workspace's people change these facts and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from sqlalchemy import select, update

from app.events import write_event
from app.events.models import Event
from app.identity.operations.guard import require_change
from app.identity.texts import clean_name
from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.currencies import read_code
from app.kernel.errors import Refused
from app.kernel.language import OFFERED, Text, _
from tenants.control import Tenant
from tenants.database import control_session
from tenants.resolve import forget

MANAGE = ("firm", "manage")
FACTS = ("name", "language", "zone", "country", "currency")
PRICED = ("account", "product", "exchange_rate")  # What amounts are kept in.


@dataclass(frozen=True, slots=True)
class FirmWish:
    """The firm as a form wants it."""

    name: str
    language: str
    zone: str
    country: str
    currency: str


def change_firm(by: Actor, wish: FirmWish) -> bool:
    """Change the firm's facts for everybody, within seconds; Refused beside each wrong field.

    False where nothing was changed.
    """
    require_change(by, *MANAGE)
    after = _checked(by, wish)
    before = {key: getattr(by.tenant, key) for key in FACTS}
    changes = {key: [before[key], after[key]] for key in FACTS if before[key] != after[key]}
    if not changes:
        return False
    write_event(by, "workspace", by.tenant.id, "updated", changes=changes)
    by.session.flush()  # What can't be told is not done.
    with control_session() as session:
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


def _checked(by: Actor, wish: FirmWish) -> dict[str, str]:
    errors: dict[str, Text | str] = {}
    name = ""
    try:
        name = clean_name(wish.name)
    except Refused as refusal:
        errors.update(refusal.errors)
    if wish.language not in OFFERED:
        errors["language"] = _("Choose one of the languages.")
    if wish.zone != by.tenant.zone and wish.zone not in available_timezones():
        errors["zone"] = _("Choose one of the time zones.")
    if wish.country not in countries("en"):
        errors["country"] = _("Choose one of the countries.")
    currency = read_code(wish.currency)
    if currency is None:
        errors["currency"] = _("Choose one of the currencies.")
    elif currency != by.tenant.currency and not may_change_currency(by):
        errors["currency"] = _("Amounts are kept in it already, so it stays.")
    if errors:
        raise Refused(errors=errors)
    return {
        "name": name,
        "language": wish.language,
        "zone": wish.zone,
        "country": wish.country,
        "currency": currency or by.tenant.currency,
    }
