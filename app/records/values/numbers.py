"""Numbers, percentages and amounts, none of them more exact than JSON carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit

WHOLE_LIMIT = 2**53  # What JSON carries exactly.
LONGEST_NUMBER = 26  # Characters, sign and zeros included; sums are exact to 28 digits.
DIGITS = 15  # Of a number with decimals, for the same reason.


def read_whole(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> int:
    """A whole number; its thousands may be parted by commas."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise Unfit(_("This must be a whole number."))
    text = str(raw).strip().replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,16}", text) or abs(int(text)) > WHOLE_LIMIT:
        raise Unfit(_("This must be a whole number."))
    return int(text)


def read_number(field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> Decimal:
    """A number with the field's decimals; thousands may be parted, digits may be full-width."""
    most = min(field.digits or DIGITS, DIGITS)
    return read_decimal(raw, most, getattr(field, "decimals", 4))


def read_decimal(raw: Any, most: int, decimals: int) -> Decimal:
    """A number of at most so many digits before its point, and so many behind it."""
    text = str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
    if not isinstance(text, str):
        raise Unfit(_("This must be a number."))
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", clean_text(text)))
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
        raise Unfit(_("This must be a number."))
    value = Decimal(text)
    if len(text) > LONGEST_NUMBER or abs(value) >= 10**most:
        raise Unfit(_("This number has more than %(n)s digits.", n=most))
    if value != round(value, decimals):
        raise Unfit(
            _("At most %(n)s digits after the point.", n=decimals)
            if decimals
            else _("This must be a whole number.")
        )
    if len(value.normalize().as_tuple().digits) > DIGITS:
        raise Unfit(_("This number has more than %(n)s digits.", n=DIGITS))
    return value


def read_percent(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Decimal:
    """A percentage, with its sign or without."""
    return read_number(field, raw.rstrip(" %％") if isinstance(raw, str) else raw, by, options)


def read_money(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Decimal:
    """An amount; a program may send it with its currency, which must be the workspace's."""
    if isinstance(raw, Mapping):
        if set(raw) != {"amount", "currency"} or raw["currency"] != by.tenant.currency:
            raise Unfit(_("Give an amount in %(currency)s.", currency=by.tenant.currency))
        raw = raw["amount"]
    return read_number(field, raw, by, options)
