"""The fields that a list can be filtered by, in groups: its own, and those of related records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.kernel.actor import Actor
from app.records.access import readable_fields
from app.records.filters.conditions import STEPS, Meant
from app.records.lent import lent_fields
from app.records.tailored import tailored
from app.records.types import RecordType


class Named(Protocol):
    """What a box can offer."""

    @property
    def key(self) -> str:
        """What the form sends."""

    @property
    def title(self) -> str:
        """Its name beside others of its group."""

    @property
    def whole(self) -> str:
        """Its name by itself."""


N = TypeVar("N", bound=Named)


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
class Group(Generic[N]):
    """What one record offers."""

    label: str
    offers: tuple[N, ...]


OfferGroup = Group[Offer]


def offers(record_type: RecordType, by: Actor) -> tuple[OfferGroup, ...]:
    """Every field that `by` can filter a list by, the type's own first, the farthest last."""
    fields = (*readable_fields(record_type, by), *lent_fields(record_type, by))
    own = [Meant(record_type, one) for one in fields]
    groups = [Group(str(record_type.words.one), _offers(own))]
    near = own
    for _step in range(STEPS):
        far: list[Meant] = []
        for one in near:
            if one.field.to and one.field.to != "user":
                beyond = _beyond(one, by)
                groups.append(Group(one.label, _offers(beyond)))
                far += beyond
        near = far
    return tuple(groups)


def _beyond(reference: Meant, by: Actor) -> list[Meant]:
    """The fields of the records that a reference leads to."""
    target = tailored(reference.field.to or "", by)
    before = reference if reference.by is not None else None
    fields = (*readable_fields(target, by), *lent_fields(target, by))
    return [Meant(target, one, reference.field, before) for one in fields]


def _offers(fields: list[Meant]) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            ".".join(step.key for step in (*one.steps, one.field)),
            str(one.field.label),
            one.label,
            one,
        )
        for one in fields
    )
