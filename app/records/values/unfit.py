"""What does not fit its field, and why."""

from __future__ import annotations

from app.kernel.language import Text, _


class Unfit(Exception):
    """A value that does not fit its field; the message goes beside the field."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


def too_long(limit: int) -> Unfit:
    """The answer to a text of more than `limit` characters."""
    return Unfit(_("This is longer than %(limit)s characters.", limit=limit))
