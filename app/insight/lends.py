"""What insight knows of accounts, for lists to be filtered by it."""

from __future__ import annotations

from app.insight.models import InsightSnapshot
from app.insight.operations.classes import CLASSES, SEGMENTS
from app.insight.operations.quadrants import QUADRANTS
from app.insight.operations.runs import current_run, has_runs
from app.insight.operations.settings import settings_of
from app.insight.pages.head import silence_of
from app.insight.pages.panel import CUSTOMER_CLASSES, STANDINGS, TENURES
from app.insight.pages.seen import sees_purchases, sees_values
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.fields import Attribute, Option
from app.records.lent import Lent, LentField

row = InsightSnapshot
SEGMENT_OPTIONS = tuple(Option(key, label) for key, label, *_rest in SEGMENTS)
COLOURS = {"good": "green", "bad": "red"}
STANDING_OPTIONS = tuple(
    Option(key, label, COLOURS.get(tone, "")) for key, (label, tone) in STANDINGS.items()
)
TENURE_OPTIONS = tuple(Option(key, label) for key, label in TENURES.items())
CLASS_OPTIONS = tuple(Option(key, label) for key, label in CUSTOMER_CLASSES.items())
NUMBERS = range(CLASSES, 0, -1)
CELL_OPTIONS = tuple(
    Option(f"{r}-{f}", _("recency %(r)s, frequency %(f)s", r=r, f=f))
    for r in NUMBERS
    for f in NUMBERS
)


def fields_of_accounts(by: Actor) -> tuple[LentField, ...]:
    """The fields, as far as `by` sees what they are made of; none while there is too little."""
    if not has_runs(by) or not sees_purchases(by):
        return ()
    run = current_run(by)
    if silence_of(run, by):
        return ()
    found = [
        _field("value_segment", row.segment, _("Segment by purchase"), SEGMENT_OPTIONS),
        _field("value_cell", row.cell, _("Class by purchase"), CELL_OPTIONS),
        _field("value_standing", row.standing, _("Staying or leaving"), STANDING_OPTIONS),
        _field("value_tenure", row.tenure, _("New or regular"), TENURE_OPTIONS),
    ]
    if sees_values(run, by):
        settings = settings_of(by)
        options = tuple(Option(one.key, {"en": settings.named(one.key)}) for one in QUADRANTS)
        before = _("Quadrant before")
        found += [
            _field("value_class", row.customer_class, _("Customer class"), CLASS_OPTIONS),
            _field("value_quadrant", row.quadrant, _("Value quadrant"), options),
            _field("value_quadrant_before", row.quadrant_before, before, options),
        ]
    return tuple(found)


def _field(key: str, attribute: Attribute, label: Text, options: tuple[Option, ...]) -> LentField:
    return LentField(
        attribute,
        label,
        options=options,
        name=key,
        held_by=row.account_id,
        among=row.is_current.expression,
    )


LENDS = (Lent("account", fields_of_accounts),)
