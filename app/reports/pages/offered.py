"""What a report can be made of, as the boxes of its builder offer it: own fields first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import Text, _
from app.records.filters.conditions import Meant
from app.records.pages.filtering.choosing import Found, find_in, narrowed
from app.records.pages.filtering.offers import Group, Offer, OfferGroup, offers
from app.records.types import RecordType
from app.reports.engine.definition import (
    AVERAGE,
    COUNT,
    DISTINCT,
    GREATEST,
    LEAST,
    RATE,
    SHARE,
    SUM,
    Definition,
)
from app.reports.engine.kinds import DATES
from app.reports.engine.meaning import can_group, can_measure
from app.reports.engine.numbers import measure_of_field

PLAIN = {COUNT: _("Count"), SHARE: _("Share of all"), RATE: _("Ratio of two counts")}
OF_FIELD = (SUM, AVERAGE, LEAST, GREATEST, DISTINCT, SHARE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its key in the form, its name beside others and its name alone."""

    key: str
    title: str
    whole: str


ChoiceGroup = Group[Choice]


@dataclass(frozen=True, slots=True)
class Offered:
    """The choices that stand in the builder's page itself; its boxes fetch the others.

    Those of the first `near` records are all there; `is_whole` where none has to be fetched.
    """

    fields: tuple[ChoiceGroup, ...]
    dates: tuple[ChoiceGroup, ...]
    measures: tuple[ChoiceGroup, ...]
    near: int
    is_whole: bool


def measures_offered(fields: Sequence[OfferGroup]) -> tuple[ChoiceGroup, ...]:
    """What can be measured: counts, then each field by what can be made of it.

    How many different ones there are can be told of nearly every field, so that stands last.
    """
    first = tuple(Choice(key, str(text), str(text)) for key, text in PLAIN.items())
    found = (
        replace(one, offers=tuple(sorted(one.offers, key=_only_tells_apart)))
        for one in _groups(fields, _measures)
    )
    return (Group("", first), *found)


def groups_offered(fields: Sequence[OfferGroup]) -> tuple[ChoiceGroup, ...]:
    """The fields that a report can be grouped by."""
    return _groups(fields, _fitting(can_group))


def dates_offered(fields: Sequence[OfferGroup]) -> tuple[ChoiceGroup, ...]:
    """The dates that the time of a report can be of."""
    return _groups(fields, _fitting(lambda one: one.field.kind in DATES))


BOXES: dict[str, Callable[[Sequence[OfferGroup]], tuple[ChoiceGroup, ...]]] = {
    "measures": measures_offered,
    "groups": groups_offered,
    "dates": dates_offered,
}
NEAR = {"measures": 2}  # Groups of the record itself; of numbers the plain counts are one.


def find_offered(box: str, record_type: RecordType, words: str, by: Actor) -> Found[Choice]:
    """What a box of the builder offers by some words; Missing where there is no such box."""
    if box not in BOXES:
        raise Missing(_("There is no such choice."))
    return find_in(BOXES[box](offers(record_type, by)), words, NEAR.get(box, 1))


def offered(
    fields: tuple[OfferGroup, ...],
    definition: Definition,
    measures: Collection[str],
    *,
    is_whole: bool,
    is_light: bool,
) -> Offered:
    """The choices of the page itself: the record's own; all of them or what is chosen alone."""
    near = len(fields) if is_whole else 0 if is_light else 1
    dated = {definition.period.key} if definition.period is not None else set[str]()
    return Offered(
        narrowed(groups_offered(fields), {one.key for one in definition.groups}, near),
        narrowed(dates_offered(fields), dated, near),
        narrowed(measures_offered(fields), {COUNT, *measures}, near and near + 1),
        near,
        is_whole,
    )


def _groups(
    fields: Sequence[OfferGroup], choices: Callable[[Offer], tuple[Choice, ...]]
) -> tuple[ChoiceGroup, ...]:
    return tuple(
        Group(group.label, tuple(found for one in group.offers for found in choices(one)))
        for group in fields
    )


def _fitting(fits: Callable[[Meant], bool]) -> Callable[[Offer], tuple[Choice, ...]]:
    return lambda one: (Choice(one.key, one.title, one.whole),) if fits(one.meant) else ()


def _measures(one: Offer) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{what}:{one.key}", _called(what, one, one.title), _called(what, one, one.whole))
        for what in OF_FIELD
        if can_measure(what, one.meant)
    )


def _only_tells_apart(one: Choice) -> bool:
    return one.key.startswith(f"{DISTINCT}:")


def _called(what: str, one: Offer, field: str) -> str:
    return str(Text(measure_of_field(what, one.meant).message, {"field": field}))
