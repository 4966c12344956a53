"""What insight knows of accounts, for lists to be filtered by it."""

from __future__ import annotations

from dataclasses import dataclass

from app.insight.models import InsightSnapshot
from app.insight.operations.classes import CLASSES, SEGMENTS
from app.insight.operations.quadrants import QUADRANTS
from app.insight.operations.runs import STAMP as RUN_STAMP
from app.insight.operations.runs import current_run, has_runs
from app.insight.operations.settings import STAMP as SETTINGS_STAMP
from app.insight.operations.settings import Settings, settings_of
from app.insight.operations.silence import silence_of
from app.insight.pages.panel import CUSTOMER_CLASSES, STANDINGS, TENURES
from app.insight.pages.seen import sees_purchases, sees_values
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.kernel.remembered import Remembered
from app.kernel.stamps import stamp
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


@dataclass(frozen=True, slots=True)
class Told:
    """What is lent follows from this: the basis of the run that is shown, and the settings."""

    basis: str
    settings: Settings


_kept: Remembered[Told | None] = Remembered(1024)


def fields_of_accounts(by: Actor) -> tuple[LentField, ...]:
    """The fields, as far as `by` sees what they are made of; none while there is too little."""
    if not has_runs(by) or not sees_purchases(by):
        return ()
    told = _told(by)
    if told is None:
        return ()
    found = [
        _field("value_segment", row.segment, _("Segment by purchase"), SEGMENT_OPTIONS),
        _field("value_cell", row.cell, _("Class by purchase"), CELL_OPTIONS),
        _field("value_standing", row.standing, _("Staying or leaving"), STANDING_OPTIONS),
        _field("value_tenure", row.tenure, _("New or regular"), TENURE_OPTIONS),
    ]
    if sees_values(told, by):
        named = told.settings.named
        options = tuple(Option(one.key, {"en": named(one.key)}) for one in QUADRANTS)
        before = _("Quadrant before")
        found += [
            _field("value_class", row.customer_class, _("Customer class"), CLASS_OPTIONS),
            _field("value_quadrant", row.quadrant, _("Value quadrant"), options),
            _field("value_quadrant_before", row.quadrant_before, before, options),
        ]
    return tuple(found)


def _told(by: Actor) -> Told | None:
    """What the fields follow from; None while there is too little to tell.

    A list asks for it many times, so it is kept under the stamps of the run and of the settings.
    """
    stamped = (stamp(by.session, RUN_STAMP), stamp(by.session, SETTINGS_STAMP))
    return _kept.get((by.tenant.id, *stamped), lambda: _find_told(by))


def _find_told(by: Actor) -> Told | None:
    run = current_run(by)
    if run is None or silence_of(run, by):
        return None
    return Told(run.basis, settings_of(by))


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
