"""The currency that a condition on amounts names, in a control of its own beside the number."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernel.actor import Actor
from app.kernel.currencies import read_code
from app.records.fields import Field
from app.records.money.rates import currencies_in_use
from app.records.pages.filtering.ways import Way

ASKED = ("number", "numbers")  # Controls that take amounts.


def offered(field: Field, way: Way, chosen: str, by: Actor) -> tuple[str, ...]:
    """The currencies to choose from, the firm's first; none where it uses no other one."""
    if field.kind != "amount" or way.control not in ASKED:
        return ()
    found = tuple(dict.fromkeys([*currencies_in_use(by), *([chosen] if chosen else [])]))
    return found if len(found) > 1 else ()


def parted(field: Field, values: Sequence[str]) -> tuple[list[str], str]:
    """Amounts as a filter has them (USD 100), as numbers and the one currency of all.

    Where they name several, they stay as they are.
    """
    if field.kind != "amount":
        return list(values), ""
    parts = [one.rpartition(" ") for one in values]
    codes = {read_code(code) for code, _space, _number in parts if code}
    if len(codes) != 1 or None in codes or not all(code for code, _space, _number in parts):
        return list(values), ""
    return [number for _code, _space, number in parts], str(codes.pop())


def joined(field: Field, values: Sequence[str], currency: str, by: Actor) -> list[str]:
    """The same back again; the firm's own currency need not be named."""
    code = read_code(currency)
    if field.kind != "amount" or code is None or code == by.tenant.currency:
        return list(values)
    return [one if any(c.isalpha() for c in one) else f"{code} {one}" for one in values]
