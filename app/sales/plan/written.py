"""Instalments as somebody wrote them, in the editor or in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.currencies import digits_of
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.fields import Option
from app.records.values.numbers import read_decimal
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit
from app.sales.lines.arithmetic import WHOLE
from app.sales.plan.split import Portion

MOST = 120  # Instalments of one contract: ten years, month by month.
NAME, MILESTONE, MOST_DAYS = 200, 80, 3_650
DATE, SIGNATURE, DELIVERY, ACCEPTANCE, WARRANTY, OTHER = (
    "date",
    "signature",
    "delivery",
    "acceptance",
    "warranty_end",
    "other",
)
DUE_BY = (
    Option(DATE, _("On a day")),
    Option(SIGNATURE, _("After the signature")),
    Option(DELIVERY, _("After the delivery")),
    Option(ACCEPTANCE, _("After the acceptance")),
    Option(WARRANTY, _("After the warranty's end")),
    Option(OTHER, _("After another milestone")),
)
MILESTONES = frozenset(one.value for one in DUE_BY) - {DATE}
KEYS = ("id", "name", "share", "amount", "due_by", "milestone", "due_on", "days")
SAYING = ("id", "name", "share", "amount", "milestone", "due_on", "days")
TOLD = ("reached_on", "status", "collected")  # Read besides; kept by the product, never taken.
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Wish:
    """An instalment as it is meant; `id` names the one that stands and is changed."""

    id: UUID | None
    name: str
    portion: Portion
    due_by: str
    milestone: str = ""
    due_on: date | None = None
    days: int = 0


@dataclass(slots=True)
class Read:
    """What was read, and what stands against it under `instalments.<place>.<field>`.

    `places` are where the instalments stood among what was sent, empty ones counted.
    """

    wishes: list[Wish] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    errors: Errors = field(default_factory=dict)


def read_instalments(raw: Any, currency: str) -> Read:
    """The instalments of a list of objects; those in which nothing was written are left out."""
    found = Read()
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        found.errors["instalments"] = _("Give a list of instalments.")
        return found
    if len(raw) > MOST:
        found.errors["instalments"] = _("At most %(most)s instalments.", most=MOST)
        return found
    known: set[UUID] = set()
    for place, one in enumerate(raw):
        at = f"instalments.{place}"
        if not isinstance(one, Mapping) or set(one) - {*KEYS, *TOLD}:
            found.errors[at] = _("Give a list of instalments.")
        elif not is_empty(one):
            wish = _wish(one, at, currency, found.errors)
            if wish.id is not None and wish.id in known:
                found.errors[f"{at}.id"] = _("This instalment stands here twice.")
            known |= {wish.id} if wish.id is not None else set()
            found.places.append(place)
            found.wishes.append(wish)
    return found


def is_empty(one: Mapping[str, Any]) -> bool:
    """True where nothing was written that says what is paid."""
    said = [one.get(key) for key in SAYING]
    return all(value is None or (isinstance(value, str) and not value.strip()) for value in said)


def _wish(one: Mapping[str, Any], at: str, currency: str, errors: Errors) -> Wish:
    raw_id = one.get("id") or None
    its = parse_id(str(raw_id)) if raw_id is not None else None
    if raw_id is not None and its is None:
        errors[f"{at}.id"] = _("There is no such instalment.")
    due_by = str(one.get("due_by") or DATE)
    if due_by != DATE and due_by not in MILESTONES:
        errors[f"{at}.due_by"] = _("This is not one of the values to choose from.")
    wish = Wish(
        its,
        _text(one, "name", NAME, at, errors),
        _portion(one, at, currency, errors),
        due_by,
        _text(one, "milestone", MILESTONE, at, errors) if due_by == OTHER else "",
        _day(one, at, errors) if due_by == DATE else None,
        _days(one, at, errors) if due_by != DATE else 0,
    )
    if due_by == DATE and wish.due_on is None and f"{at}.due_on" not in errors:
        errors[f"{at}.due_on"] = _("Say on which day it is due.")
    if due_by == OTHER and not wish.milestone and f"{at}.milestone" not in errors:
        errors[f"{at}.milestone"] = _("Say after what it is due.")
    return wish


def _portion(one: Mapping[str, Any], at: str, currency: str, errors: Errors) -> Portion:
    """A share or an amount; an amount that ends with a percent sign is a share.

    Where both are told, as they are read back, the share is what was agreed.
    """
    share, amount = one.get("share"), one.get("amount")
    if isinstance(amount, str) and amount.strip().endswith(("%", "％")):
        share, amount = amount, None
    key = "share" if one.get("share") not in (None, "") else "amount"
    if isinstance(share, str):
        share = share.strip().rstrip("%％").strip()
    try:
        part = None if share in (None, "") else read_decimal(share, 3, 4)
        if part is not None:
            if not 0 < part <= WHOLE:
                errors[f"{at}.{key}"] = _("Enter a share of up to 100 percent.")
            return Portion(share=part)
        if amount in (None, ""):
            return Portion()
        sum_ = read_decimal(_bare(amount, currency), 13, digits_of(currency))
    except Unfit as unfit:
        errors[f"{at}.{key}"] = unfit.message
        return Portion(amount=Decimal(0))
    return Portion(amount=sum_)


def _bare(amount: Any, currency: str) -> Any:
    """An amount without the code of its own currency, as it is read back from objects."""
    if isinstance(amount, Mapping):
        return amount.get("amount") if amount.get("currency", currency) == currency else amount
    if isinstance(amount, str) and amount.strip().upper().endswith(currency):
        return amount.strip()[: -len(currency)]
    return amount


def _day(one: Mapping[str, Any], at: str, errors: Errors) -> date | None:
    raw = one.get("due_on")
    if raw in (None, ""):
        return None
    day = day_of(raw)
    if isinstance(day, Text):
        errors[f"{at}.due_on"] = day
        return None
    return day


def day_of(raw: Any) -> date | Text:
    """A day as ISO 8601 writes it, or what is wrong with it."""
    if isinstance(raw, date):
        return raw
    try:
        day = date.fromisoformat(clean_text(raw).strip())
    except (ValueError, Unfit):
        return _("Enter a date like 2026-11-22.")
    return day if 1900 <= day.year <= 2200 else _("This date is too far away.")


def _days(one: Mapping[str, Any], at: str, errors: Errors) -> int:
    raw = one.get("days")
    if raw in (None, ""):
        return 0
    try:
        days = int(read_decimal(raw, 5, 0))
    except Unfit as unfit:
        errors[f"{at}.days"] = unfit.message
        return 0
    if not 0 <= days <= MOST_DAYS:
        errors[f"{at}.days"] = _("This must be a number from 0 to %(most)s.", most=MOST_DAYS)
        return 0
    return days


def _text(one: Mapping[str, Any], key: str, most: int, at: str, errors: Errors) -> str:
    try:
        words = clean_text(one.get(key) or "").strip()
    except Unfit as unfit:
        errors[f"{at}.{key}"] = unfit.message
        return ""
    if len(words) > most:
        errors[f"{at}.{key}"] = _("At most %(most)s characters.", most=most)
    return words[:most]
