"""Telephone numbers: kept as E.164, shown as the reader's country writes them.

phonenumbers is imported when a number first needs it (about 80 ms and 7 MB); mobile numbers of
China and numbers of North America, most of what a list shows, are written without it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from app.kernel.language import current

_CHINA_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_CHINA, _HALF_MOBILE = 86, re.compile(r"1[3-9]\d{0,8}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
# "x123", "ext. 123", "转123", "分机123": an extension behind a number, or one of the house alone.
_EXTENSION = re.compile(
    r"(.*?)[\s,;，；]*(?:x|ext(?:ension)?\.?|#|转|轉|分机号?|分機號?)[\s:：]*(\d{1,7})",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST_SERVICE_NUMBER = 5  # 95588; those of two or three digits ring the police.
_NO_DIGITS = re.compile("[^0-9]+")
_SPACING = re.compile(r"[\s().\-]+")
_KEPT_EXTENSION = re.compile(r"(\+\d+)? ?x(\d{1,7})")
# Ten digits, the first of which no trunk or country prefix begins with.
_NANP_NUMBER = re.compile(r"(\+1)?([2-9]\d{9})", re.ASCII)
_NANP = frozenset({"US", "CA"})
_KEPT = 8192
_NANP_LENGTH = len("+12125550123")


def to_e164(text: str, region: str) -> str | None:
    """Return a number as E.164 ("+8613800045678"), or None if it cannot be one.

    `region` is the tenant's country (ISO 3166, two letters): it reads numbers written without a
    country code. A number is taken if it is whole (with its area code) and its length possible:
    ranges open more often than libraries know. A Chinese mobile number has eleven digits.
    """
    compact = _SPACING.sub("", text)
    is_chinese = region == "CN" or compact.startswith("+86")
    if is_chinese and (mobile := _CHINA_MOBILE.fullmatch(compact)):
        return f"+86{mobile[1]}"
    if (found := _NANP_NUMBER.fullmatch(compact)) and (found[1] or region in _NANP):
        return f"+1{found[2]}"
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    if number.country_code == _CHINA and _HALF_MOBILE.fullmatch(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_phone(text: str, region: str) -> str | None:
    """Return a number as it is kept, or None if it cannot be one.

    That is E.164 where it is a number of the public network ("+862162158888"), with " x123" where
    an extension follows; "x123" is one of the house alone; a short service number of `region`
    ("95588") stays as it is.
    """
    marked = _EXTENSION.fullmatch(text.strip())
    if marked is None:
        return _service_number(text, region) or to_e164(text, region)
    if not marked[1]:
        return f"x{marked[2]}"
    number = to_e164(marked[1], region)
    return f"{number} x{marked[2]}" if number else None


def read_phone_of(text: str, regions: Sequence[str]) -> str | None:
    """Return a number as it is kept, by the first of `regions` in which there is such a number.

    Where it is real in none, the first takes it in which it could be one; None where none does.
    """
    import phonenumbers

    possible = None
    for region in regions:
        number = read_phone(text, region)
        if number is None:
            continue
        possible = possible or number
        called = number.partition(" x")[0]
        if not called.startswith("+"):
            return number
        if phonenumbers.is_valid_number(phonenumbers.parse(called)):
            return number
    return possible


def _service_number(text: str, region: str) -> str | None:
    """Return a number of five or six digits that `region` has given to a service."""
    compact = _SPACING.sub("", text)
    if not (compact.isdigit() and _SHORTEST_SERVICE_NUMBER <= len(compact) <= 6):
        return None
    from phonenumbers import NumberParseException, parse, shortnumberinfo

    try:
        number = parse(compact, region)
    except NumberParseException:
        return None
    is_service = shortnumberinfo.is_valid_short_number_for_region(number, region)
    return compact if is_service else None


def dial_phone(number: str) -> str:
    """Return what follows `tel:` to call a number that is kept (RFC 3966); "" for the house's own.

    >>> dial_phone("+862162158888 x123")
    '+862162158888;ext=123'
    """
    public, _mark, extension = number.partition(" x")
    if public.startswith("x"):
        return ""
    return f"{public};ext={extension}" if extension else public


def display_phone(number: str, region: str) -> str:
    """Return a number that is kept for the screen: national within `region`, else international.

    An extension is marked as the reader's language does. What is no number (an imported remark) is
    returned as it is.
    """
    marked = _KEPT_EXTENSION.fullmatch(number)
    if marked is None:
        return _display(number, region)
    mark = "转" if current().startswith("zh") else "x"
    public = f"{_display(marked[1], region)} " if marked[1] else ""
    return f"{public}{mark}{marked[2]}"


@lru_cache(_KEPT)
def _display(number: str, region: str) -> str:
    """Return a number without an extension for the screen."""
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
    return _NO_DIGITS.sub("", number)


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
