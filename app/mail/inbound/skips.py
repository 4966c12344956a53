"""That a mail that came in stands on no timeline, and why."""

from __future__ import annotations

from uuid import UUID

from app.mail.inbound.models import Why


class Skip(Exception):
    """It stands on no timeline, and `why` says it."""

    def __init__(self, why: Why, message: UUID | None = None) -> None:
        super().__init__(why.value)
        self.why, self.message = why, message
