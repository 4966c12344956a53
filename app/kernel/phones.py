"""Telephone numbers: kept as E.164, shown as the reader's country writes them.

phonenumbers is imported when a number first needs it (about 80 ms and 7 MB); mobile numbers of
China and numbers of North America, most of what a list shows, are written without it.
"""

import re
from functools import lru_cache

_CHINA_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SPACING = re.compile(r"[\s().\-]+")
_NANP = frozenset({"US", "CA"})
_KEPT = 8192
_NANP_LENGTH = len("+12125550123")


def to_e164(text: str, region: str) -> str | None:
    """Return a number as E.164 ("+8613800045678"), or None if it cannot be one.

    `region` is the tenant's country (ISO 3166, two letters): it reads numbers written without a
    country code. A number is taken if its length and shape are possible: ranges open more often
    than libraries know.
    """
    compact = _SPACING.sub("", text)
    if region == "CN" and (mobile := _CHINA_MOBILE.fullmatch(compact)):
        return f"+86{mobile[1]}"
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(_KEPT)
def display_phone(number: str, region: str) -> str:
    """Return an E.164 number for the screen: national within `region`, international elsewhere.

    What is no E.164 number (an extension somebody typed, an imported remark) is returned as it is.
    """
    if not _E164.fullmatch(number):
        return number
    if mobile := _CHINA_MOBILE.fullmatch(number):
        grouped = f"{mobile[1][:3]} {mobile[1][3:7]} {mobile[1][7:]}"
        return grouped if region == "CN" else f"+86 {grouped}"
    if number.startswith("+1") and len(number) == _NANP_LENGTH:
        area, exchange, line = number[2:5], number[5:8], number[8:]
        if region in _NANP:
            return f"({area}) {exchange}-{line}"
        return f"+1 {area}-{exchange}-{line}"
    return _display_by_library(number, region)


def phone_digits(number: str) -> str:
    """Return only the digits of a number, as a search compares them."""
    return "".join(character for character in number if character in "0123456789")


def _display_by_library(number: str, region: str) -> str:
    """Let phonenumbers write a number, with its country code when it is foreign to `region`.

    One that has the shape of E.164 but a country code that does not exist stays as it is.
    """
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if home else form.INTERNATIONAL)
