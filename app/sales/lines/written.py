"""Lines as somebody wrote them: in a form, in JSON, pasted from a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.currencies import digits_of, spelled
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.values.numbers import read_decimal
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit
from app.sales.lines.arithmetic import WHOLE, Figures

MOST = 500  # Lines on one paper.
BROUGHT = 2_000  # Lines on one that a file brings as it was elsewhere.
LONGEST = 2_000  # Characters of what a line offers.
UNIT = 80
LARGEST = Decimal(10) ** 13  # What a line may come to, so that the sum of all has room.
KEYS = (
    "product_id",
    "name",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "discount_amount",
    "tax_rate",
)
NO_WORD = re.compile(r"[\d\s.,+\-%％]")
TOLD = ("net", "cost")  # What a line that is read has besides; it is reckoned, never taken.
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is meant; None is what nobody said, and is found out by `fill`."""

    product_id: UUID | None = None
    name: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_price: Decimal | None = None
    list_price: Decimal | None = None
    discount: Decimal | None = None
    discount_amount: Decimal = Decimal(0)
    tax_rate: Decimal | None = None
    unit_cost: Decimal | None = None

    @property
    def figures(self) -> Figures:
        """Its numbers; what is not known counts as nothing."""
        nothing = Decimal(0)
        return Figures(
            self.quantity,
            self.unit_price or nothing,
            self.discount or nothing,
            self.discount_amount,
            self.tax_rate or nothing,
            self.unit_cost,
        )


@dataclass(slots=True)
class Read:
    """What was read: the lines, and what stands against them under `lines.<place>.<field>`.

    `places` are where the lines stood among what was sent, empty ones counted.
    """

    lines: list[Line] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    errors: Errors = field(default_factory=dict)

    def demand_fit(self) -> list[Line]:
        """The lines; Refused with a message per field where something stands against one."""
        if self.errors:
            raise Refused(_("Please check the marked fields."), errors=self.errors)
        return self.lines


def read_lines(raw: Any, currency: str, own: str, most: int = MOST) -> Read:
    """The lines of a list of objects, with all that stands against them.

    Lines in which nothing was written are left out, but keep their place in the errors. `own` is
    the firm's currency, for signs that several currencies have.
    """
    found = Read()
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        found.errors["lines"] = _("Give a list of lines.")
        return found
    if len(raw) > most:
        found.errors["lines"] = _("At most %(most)s lines.", most=most)
        return found
    for place, one in enumerate(raw):
        if not isinstance(one, Mapping) or set(one) - {*KEYS, *TOLD}:
            found.errors[f"lines.{place}"] = _("Give a list of lines.")
            continue
        if not is_empty(one):
            found.places.append(place)
            found.lines.append(_line(one, f"lines.{place}", currency, own, found.errors))
    return found


def turned(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line at less than nothing, as other systems write it: one of the other direction at it."""
    price, quantity = str(line.get("unit_price", "")), str(line.get("quantity", "1"))
    if not price.startswith("-"):
        return dict(line)
    other = quantity.removeprefix("-") if quantity.startswith("-") else f"-{quantity}"
    return {**line, "unit_price": price.removeprefix("-"), "quantity": other}


def is_empty(one: Mapping[str, Any]) -> bool:
    """True where nothing was written that says what is offered."""
    said = [one.get(key) for key in ("product_id", "name", "unit_price")]
    return all(value is None or (isinstance(value, str) and not value.strip()) for value in said)


def _line(one: Mapping[str, Any], at: str, currency: str, own: str, errors: Errors) -> Line:
    raw_id = one.get("product_id") or None
    product_id = parse_id(str(raw_id)) if raw_id is not None else None
    if raw_id is not None and product_id is None:
        errors[f"{at}.product_id"] = _("There is no such record.")
    quantity = _number(one.get("quantity"), f"{at}.quantity", (12, 6), errors)
    percent, amount = _discount(one, at, currency, own, errors)
    line = Line(
        product_id,
        _text(one, "name", LONGEST, at, errors),
        Decimal(1) if quantity is None else quantity,
        _text(one, "unit", UNIT, at, errors),
        _price(one, at, currency, own, errors),
        None,
        percent,
        amount,
        _number(one.get("tax_rate"), f"{at}.tax_rate", (3, 4), errors),
    )
    if line.product_id is None and not line.name and f"{at}.name" not in errors:
        errors[f"{at}.name"] = _("Choose a product, or write what is offered.")
    _check(line, at, errors)
    return line


def _number(raw: Any, at: str, size: tuple[int, int], errors: Errors) -> Decimal | None:
    """What was written as a number of so many digits before its point and behind it, if any was."""
    if isinstance(raw, str):
        raw = raw.strip().rstrip("%％").strip()
    if raw is None or raw == "":
        return None
    try:
        return read_decimal(raw, *size)
    except Unfit as unfit:
        errors[at] = unfit.message
        return None


def _price(
    one: Mapping[str, Any], at: str, currency: str, own: str, errors: Errors
) -> Decimal | None:
    """The price of one: 10, or with its currency 10 EUR."""
    raw, place = one.get("unit_price"), f"{at}.unit_price"
    word = _word_in(raw) if isinstance(raw, str) else ""
    meant = spelled(word, own) if word else None
    if meant not in (None, currency):
        errors[place] = _("Give an amount in %(currency)s.", currency=currency)
        return None
    price = str(raw).replace(word, "") if meant else raw
    return _number(price, place, (13, 4), errors)


def _check(line: Line, at: str, errors: Errors) -> None:
    """What is a number and still can't be."""
    if line.unit_price is not None and line.unit_price < 0:
        errors[f"{at}.unit_price"] = _("This can't be less than zero.")
    if not 0 <= (line.tax_rate or 0) <= WHOLE:
        errors[f"{at}.tax_rate"] = _("Enter a rate from 0 to 100 percent.")
    if not 0 <= (line.discount or 0) <= WHOLE:
        errors[f"{at}.discount"] = _("Enter a discount from 0 to 100 percent, or an amount.")


def against_sums(line: Line) -> Errors:
    """What stands against a line whose price was found, by field.

    An amount is taken off what comes in and off what goes back alike: it has the sign of its line.
    """
    errors: Errors = {}
    gross = line.quantity * (line.unit_price or 0)
    if abs(gross) >= LARGEST:
        errors["quantity"] = _("This comes to more than a line can hold.")
    off = line.discount_amount
    if off and (off < 0) != (gross < 0):
        errors["discount"] = _("Enter a discount from 0 to 100 percent, or an amount.")
    elif abs(off) > abs(gross):
        errors["discount"] = _("This is more than the line comes to.")
    return errors


def _discount(
    one: Mapping[str, Any], at: str, currency: str, own: str, errors: Errors
) -> tuple[Decimal | None, Decimal]:
    """The percent and the amount off a line: 10, 10 %, or with its currency an amount: 50 EUR."""
    raw, amount = one.get("discount"), one.get("discount_amount")
    for key, said in (("discount", raw), ("discount_amount", amount)):
        if not isinstance(said, str) or not (word := _word_in(said)):
            continue
        if spelled(word, own) != currency:
            errors[f"{at}.{key}"] = _(
                "Give a percentage, or an amount in %(currency)s.", currency=currency
            )
            return None, Decimal(0)
        amount, raw = said.replace(word, ""), raw if key == "discount_amount" else None
    try:
        off = Decimal(0)
        if amount not in (None, ""):
            off = read_decimal(str(amount), 13, digits_of(currency))
        if isinstance(raw, str):
            raw = raw.strip().rstrip("%％").strip()
        percent = None if raw in (None, "") else read_decimal(raw, 3, 4)
    except Unfit as unfit:
        errors[f"{at}.discount"] = unfit.message
        return None, Decimal(0)
    if off and percent:
        errors[f"{at}.discount"] = _("A discount is a percentage or an amount, not both.")
    return (Decimal(0), off) if off else (percent, off)


def _word_in(text: str) -> str:
    """What a number is written with beside its percent: its currency, or nothing."""
    return NO_WORD.sub("", text)


def _text(one: Mapping[str, Any], key: str, most: int, at: str, errors: Errors) -> str:
    try:
        words = clean_text(one.get(key) or "").strip()
    except Unfit as unfit:
        errors[f"{at}.{key}"] = unfit.message
        return ""
    if len(words) > most:
        errors[f"{at}.{key}"] = _("At most %(most)s characters.", most=most)
        return words[:most]
    return words


def with_facts(line: Line, **facts: Any) -> Line:
    """The line with what was found out about it."""
    return replace(line, **facts)


def as_sent(line: Line) -> dict[str, Any]:
    """A line as a program sends it."""
    return {
        "product_id": str(line.product_id) if line.product_id else None,
        "name": line.name,
        "quantity": format(line.quantity, "f"),
        "unit": line.unit,
        "unit_price": format(line.figures.unit_price, "f"),
        "discount": None if line.discount_amount else format(line.figures.discount, "f"),
        "discount_amount": format(line.discount_amount.normalize(), "f"),
        "tax_rate": format(line.figures.tax_rate, "f"),
    }


def written_text(raw: object, key: str, most: int) -> str:
    """What somebody wrote about a paper, such as a reason; Refused beside `key` for odd texts."""
    try:
        words = clean_text(raw or "").strip()
    except Unfit as unfit:
        raise Refused(unfit.message, field=key) from None
    if len(words) > most:
        raise Refused(_("At most %(most)s characters.", most=most), field=key)
    return words
