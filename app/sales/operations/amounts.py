"""What somebody hands over beside a record: amounts, and the record that it goes back to."""

from __future__ import annotations

from decimal import Decimal, localcontext
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.references import existing
from app.records.values.numbers import read_decimal
from app.records.values.unfit import Unfit
from app.sales.lines.arithmetic import EXACT, to_cents

MOST = 13  # Digits before the point.
SAID_NOTHING = (None, "")  # Of an amount that may be left out; 0 is none that can be meant.


def read_amount(raw: object, currency: str, field: str = "amount") -> Decimal:
    """An amount in `currency`, with no more digits than that has; Refused beside `field`.

    Programs may send it with its currency, which must be that one.
    """
    if isinstance(raw, dict):
        raw = raw.get("amount") if raw.get("currency", currency) == currency else raw
    try:
        return read_decimal(
            raw if isinstance(raw, int | str) else str(raw), MOST, digits_of(currency)
        )
    except Unfit as unfit:
        raise Refused(unfit.message, field=field) from None


def share_of(whole: Decimal, part: Decimal, of: Decimal, currency: str) -> Decimal:
    """So much of `whole` as `part` is of `of`, rounded to the currency's digits."""
    if part == of:
        return whole
    with localcontext() as context:
        context.prec = EXACT
        return to_cents(whole * part / of, currency)


def plain(amount: Decimal) -> str:
    """An amount as one types it: 12.5, 100."""
    return format(amount.normalize(), "f")


def filled_in(amount: Decimal, currency: str) -> str:
    """An amount as a form holds it beforehand, with the digits of its currency: 1200.00."""
    exact = amount.normalize().as_tuple().exponent
    digits = max(digits_of(currency), -exact if isinstance(exact, int) else 0)
    return f"{amount:.{digits}f}"


def named(to: str, raw: object, field: str, by: Actor) -> UUID:
    """The id of a record that `by` may read; Refused beside `field` where there is none such."""
    found = parse_id(raw) if isinstance(raw, str) else None
    if found is None or not existing(to, [found], by):
        raise Refused(_("There is no such record."), field=field)
    return found
