"""Values as the API and the event row show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.amounts import Amount
from app.kernel.localized import LocalText

AS_IT_IS = (str, int, bool, type(None))


def as_json(value: Any) -> Any:
    """A column value as the API and the event row show it: times ISO 8601 in UTC, ids as text.

    A text in several languages is an object by language, an amount one with its currency.
    """
    return value if type(value) in AS_IT_IS else _written(value)


def _written(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    plain = value.told() if isinstance(value, Amount) else value
    plain = dict(value.texts) if isinstance(value, LocalText) else plain
    return list(plain) if isinstance(plain, tuple) else plain
