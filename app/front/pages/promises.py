"""What the provider promises, in the reader's language; the figures are settings of the service."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal

from app.identity import outside
from app.kernel.language import LOCALES, current
from tenants.plans import TRIAL, plan_of


@dataclass(frozen=True, slots=True)
class Promises:
    """The figures of the rental contract, written as the reader writes numbers."""

    provider: str
    email: str  # Where to write to; "" where the provider names none.
    availability: str  # Percent of a month.
    backup_days: int
    answer_days: int
    price_days: int
    trial_days: int


def promises() -> Promises:
    """As the settings have them."""
    settings = outside.settings()
    return Promises(
        provider=settings.provider_name,
        email=settings.provider_email,
        availability=format_decimal(
            settings.promised_availability, locale=LOCALES.get(current(), "en")
        ),
        backup_days=settings.promised_backup_days,
        answer_days=settings.promised_answer_days,
        price_days=settings.promised_price_days,
        trial_days=plan_of(TRIAL).trial_days,
    )
