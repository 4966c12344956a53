"""What somebody writes into the sign-up form, read and checked field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from babel.core import get_global

from app.front.addresses import WORDS, check_mailbox
from app.identity.passwords import check_new_password
from app.identity.texts import clean_email, clean_name, clean_person
from app.kernel.currencies import read_code
from app.kernel.errors import Refused
from app.kernel.language import OFFERED, Text, _
from tenants.errors import SlugRefused
from tenants.lifecycle import NewTenant
from tenants.plans import TRIAL, plan_of
from tenants.slugs import check_shape, tidy
from tenants.starters import list_starters

FIELDS = ("firm", "slug", "name", "email", "trade", "language", "currency", "zone")
LONGEST = 1_000  # Characters of a field that are looked at.


@dataclass(frozen=True, slots=True)
class Wish:
    """A firm that wants a workspace, with whoever begins it; all of it was checked."""

    firm: str
    slug: str
    name: str
    email: str
    password: str
    trade: str
    language: str
    currency: str
    zone: str

    def tenant(self) -> NewTenant:
        """The workspace that is wanted."""
        return new_tenant({key: getattr(self, key) for key in FIELDS})


def new_tenant(wishes: Mapping[str, str]) -> NewTenant:
    """The workspace that checked wishes describe; its country is that of its zone."""
    territories: Mapping[str, str] = get_global("zone_territories")
    country = territories.get(wishes["zone"], "")
    return NewTenant(
        slug=wishes["slug"],
        name=wishes["firm"],
        language=wishes["language"],
        currency=wishes["currency"],
        zone=wishes["zone"],
        country=country if len(country) == 2 and country.isalpha() else "US",
        starter=wishes["trade"],
        modules=plan_of(TRIAL).modules,
    )


def read_wish(form: Mapping[str, str]) -> Wish:
    """What a form asks for, or Refused with a message for each field that is not right."""
    typed = {key: form.get(key, "")[:LONGEST] for key in (*FIELDS, "password")}
    errors: dict[str, Text | str] = {}

    def checked(check: Callable[[], str]) -> str:
        try:
            return check()
        except Refused as refusal:
            errors.update(refusal.errors)
            return ""

    wish = Wish(
        firm=checked(lambda: _firm(typed["firm"])),
        slug=checked(lambda: _slug(typed["slug"])),
        name=checked(lambda: clean_person(typed["name"])),
        email=checked(lambda: _email(typed["email"])),
        password=checked(lambda: _password(typed)),
        trade=checked(lambda: _trade(typed["trade"])),
        language=checked(lambda: _language(typed["language"])),
        currency=checked(lambda: _currency(typed["currency"])),
        zone=checked(lambda: _zone(typed["zone"])),
    )
    if errors:
        raise Refused(errors=errors)
    return wish


def _firm(text: str) -> str:
    if not text.strip():
        raise Refused(_("Enter the name of your firm."), field="firm")
    return clean_name(text, field="firm")


def _slug(text: str) -> str:
    slug = tidy(text)
    try:
        check_shape(slug)
    except SlugRefused as refusal:
        raise Refused(WORDS[refusal.problem], field="slug") from refusal
    return slug


def _email(text: str) -> str:
    email = clean_email(text)
    check_mailbox(email)
    return email


def _password(typed: Mapping[str, str]) -> str:
    check_new_password(typed["password"], email=typed["email"], name=typed["name"])
    return typed["password"]


def _trade(text: str) -> str:
    if text and text not in {one.key for one in list_starters()}:
        raise Refused(_("Choose one of the trades."), field="trade")
    return text


def _language(text: str) -> str:
    if text not in OFFERED:
        raise Refused(_("Choose one of the languages."), field="language")
    return text


def _currency(text: str) -> str:
    code = read_code(text)
    if code is None:
        raise Refused(_("Choose one of the currencies."), field="currency")
    return code


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise Refused(_("Choose one of the time zones."), field="zone")
    return text
