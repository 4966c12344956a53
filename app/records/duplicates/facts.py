"""By what records of a type are known for the same: part of a type's declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.records.fields import Attribute

How = Literal["email", "phone", "number", "firm", "person"]


@dataclass(frozen=True, slots=True)
class Sign:
    """Fields that two records of the same share; `how` says in which way they are compared.

    Of a person, `attributes` are the last name and the first; of all others it is one. What they
    hold stands in the search keys of the type.
    """

    how: How
    attributes: tuple[Attribute, ...]
