"""The sign-up form: what can be chosen, and what stands in it at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.identity import outside
from app.identity.zones import Area, areas
from app.kernel.currencies import CODES, FIRST, names
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _, current
from app.kernel.localized import pick
from app.web import current as request_now
from tenants.starters import list_starters

DISPOSABLE = _(
    "This mailbox exists for minutes only, and with it you would lose the way into your workspace. "
    "Use one that stays."
)
# Where nothing better is known of a visitor than the language; scripts know the zone of the device.
USUAL = {"zh-CN": ("CNY", "Asia/Shanghai"), "zh-TW": ("TWD", "Asia/Taipei")}
ELSEWHERE = ("USD", "UTC")


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """All that the form shows."""

    typed: Mapping[str, str]
    errors: Mapping[str, Sequence[Text | str]] = field(default_factory=dict)
    alerts: Sequence[Text | str] = ()

    @property
    def host(self) -> str:
        """What stands behind a slug in a workspace's address."""
        return urlsplit(outside.settings().base_url).netloc

    @property
    def trades(self) -> list[tuple[str, str, str]]:
        """The trades: key, name, what comes with it."""
        return [
            (one.key, pick(one.name, current(), "en"), pick(one.summary, current(), "en"))
            for one in list_starters()
        ]

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages that a workspace can have."""
        return [(one, NATIVE_NAMES[one]) for one in OFFERED]

    @property
    def currencies(self) -> list[tuple[str, str]]:
        """Currencies by name, those that most firms use first."""
        called = names(current())
        order = [*FIRST, *sorted(CODES - set(FIRST))]
        return [(code, f"{code} · {called.get(code, code)}") for code in order]

    @property
    def areas(self) -> tuple[Area, ...]:
        """The time zones by part of the world."""
        return areas(current(), request_now.moment().date())


def form(
    typed: Mapping[str, str],
    errors: Mapping[str, Text | str] | None = None,
    alerts: Sequence[Text | str] = (),
) -> SignUpForm:
    """The form as it was typed, with what is not right."""
    return SignUpForm(typed, {key: [text] for key, text in (errors or {}).items()}, alerts)


def first(asked: Mapping[str, str]) -> dict[str, str]:
    """What stands in the form at first; the front page may hand an e-mail or a plan on."""
    language = current() if current() in OFFERED else OFFERED[0]
    currency, zone = USUAL.get(language, ELSEWHERE)
    return {
        "email": asked.get("email", "")[:254],
        "language": language,
        "currency": currency,
        "zone": zone,
    }
