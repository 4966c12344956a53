"""What a record type declares of its cards: facts, never control flow."""

from __future__ import annotations

from dataclasses import dataclass

from app.records.fields import Attribute


@dataclass(frozen=True, slots=True)
class Card:
    """Which fields make a person's card: the whole name and its parts, job, firm, ways to reach.

    `firm` is a reference whose title is the firm's name.
    """

    name: Attribute
    family: Attribute | None = None
    given: Attribute | None = None
    job: Attribute | None = None
    firm: Attribute | None = None
    phones: tuple[Attribute, ...] = ()
    emails: tuple[Attribute, ...] = ()
    messengers: tuple[Attribute, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its fields."""
        single = (self.name, self.family, self.given, self.job, self.firm)
        many = (*self.phones, *self.emails, *self.messengers)
        return tuple(one.key for one in (*single, *many) if one is not None)
