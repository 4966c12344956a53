"""The fields that a list can be filtered by, in groups: its own, and those of related records."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.kernel.searchkeys import search_text
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.filters.conditions import Meant
from app.records.pages.filter_words import label_of
from app.records.tailored import tailored
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Offer:
    """One field to filter by: its key in the language of filters, and how it is called.

    `title` is its name by itself, `whole` with the reference that leads to it.
    """

    key: str
    title: str
    whole: str
    meant: Meant


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """The fields of one record."""

    label: str
    offers: tuple[Offer, ...]


def offers(record_type: RecordType, by: Actor) -> tuple[OfferGroup, ...]:
    """Every field that `by` can filter a list by, the type's own first."""
    own = readable_fields(record_type, by)
    groups = [OfferGroup(str(record_type.words.one), _offers(record_type, own, None))]
    for reference in own:
        if reference.to and reference.to != "user":
            target = tailored(reference.to, by)
            fields = _offers(target, readable_fields(target, by), reference)
            groups.append(OfferGroup(str(reference.label), fields))
    return tuple(groups)


def find_offers(record_type: RecordType, words: str, by: Actor) -> tuple[OfferGroup, ...]:
    """Those whose name holds the words, as it is written or in pinyin."""
    wanted = fold(words.strip())[:80]
    if not wanted:
        return offers(record_type, by)
    found = (
        OfferGroup(group.label, tuple(one for one in group.offers if _holds(one, wanted)))
        for group in offers(record_type, by)
    )
    return tuple(group for group in found if group.offers)


def _holds(one: Offer, wanted: str) -> bool:
    return wanted in search_text((one.whole,))


def _offers(
    of: RecordType, fields: tuple[Field, ...], reference: Field | None
) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            field.key if reference is None else f"{reference.key}.{field.key}",
            str(field.label),
            label_of(found := Meant(of, field, reference)),
            found,
        )
        for field in fields
    )
