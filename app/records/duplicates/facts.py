"""By what records of a type are known for the same: part of a type's declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from app.records.fields import Attribute

How = Literal["number", "email", "phone", "firm", "person"]

# The surer a way to know a record again, the earlier; a kept key begins with this number.
SURENESS: Mapping[How, int] = {"number": 1, "email": 2, "phone": 3, "firm": 4, "person": 5}


@dataclass(frozen=True)
class Sign:
    """Fields that two records of the same share; `how` says in which way they are compared.

    Of a person, `attributes` are the last name and the first; of all others it is one. What they
    hold stands in the search keys of the type. Where that alone is a weak sign, kept keys ask for
    more: `beside` is a reference that must be the same, as there are many people of one name and
    few in one firm, so who has none is known by the others alone; of `named`, a last name and a
    first, one must be, as the number of a house is that of all who work there. `against` are fields
    that speak against it where both records tell all of them and each is another.
    """

    how: How
    attributes: tuple[Attribute, ...]
    beside: Attribute | None = None
    named: tuple[Attribute, ...] = ()
    against: tuple[Attribute, ...] = ()

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The keys of `attributes`."""
        return tuple(one.key for one in self.attributes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The keys of `named`."""
        return tuple(one.key for one in self.named)

    @property
    def needs(self) -> tuple[Attribute, ...]:
        """Every field that a key of this sign tells of."""
        beside = () if self.beside is None else (self.beside,)
        return (*self.attributes, *self.named, *beside)
