"""Addresses by which people are reached: e-mail, phone and web."""

from __future__ import annotations

import re
from typing import Any

from app.kernel import phones
from app.kernel.actor import Actor
from app.kernel.language import _
from app.kernel.mails import read_address
from app.records.fields import Field, Option
from app.records.values.texts import read_text
from app.records.values.unfit import Unfit


def read_email(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """An e-mail address in its usual spelling; nobody asks whether it can be reached."""
    text = read_text(field, raw, by, options)
    if not text:
        return None
    address = read_address(text)
    if address is None:
        raise Unfit(_("Enter an e-mail address like name@example.com."))
    return address


def read_phone(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """A phone number with its country's code; one without is of the workspace's country."""
    text = read_text(field, raw, by, options)
    if not text:
        return None
    number = phones.read_phone(text, by.tenant.country)
    if number is None:
        raise Unfit(
            _("Enter a whole phone number, with its country code when abroad. Extension: x123.")
        )
    return number


def read_url(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """A web address; `https://` is put before one that names no scheme."""
    text = read_text(field, raw, by, options)
    if not text:
        return None
    if "://" not in text:
        text = f"https://{text}"
    if not re.fullmatch(r"https?://[^\s/?#@\"'<>]+\.[^\s\"'<>]+", text, re.IGNORECASE):
        raise Unfit(_("Enter a web address like www.example.com."))
    return text
