"""A message on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

LEASE = timedelta(seconds=60)  # Then whoever sends a message is taken for lost.


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go: to where, with which headers and body.

    `others` are more deliveries that it tells of, each with the number of its try.
    """

    delivery_id: UUID
    webhook_id: UUID
    attempt: int
    url: str
    headers: dict[str, str]
    body: str
    on_trial: bool
    others: tuple[tuple[UUID, int], ...] = ()

    def attempts(self) -> dict[UUID, int]:
        """The try of each delivery that it tells of."""
        return {self.delivery_id: self.attempt, **dict(self.others)}
