"""The choices that a page words its values by, read once for each page."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.fields import Option
from app.records.money.rates import currencies_in_use
from app.records.picklists import load_picklists
from app.records.priced.field import CURRENCY, currency_options
from app.records.types import RecordType

Choices = dict[str, tuple[Option, ...]]
READ = "choices"


def choices_of(record_type: RecordType, by: Actor) -> Choices:
    """The tenant's options of a type's choices and its tags, by field; none where it has neither.

    Of currencies, those that the firm uses are offered.

    A page's parts ask one by one; what was read stays with the session, which ends with the page.
    """
    if not any(field.kind in ("choice", "tags") for field in record_type.fields):
        return {}
    kept: dict[str, Choices] = by.session.info.setdefault(READ, {})
    if record_type.key not in kept:
        found = load_picklists(by.session, record_type.key)
        if record_type.prices:
            found = {CURRENCY: currency_options(tuple(currencies_in_use(by))), **found}
        kept[record_type.key] = found
    return kept[record_type.key]
