"""Errors that are answers: an operation raises one, the edge turns it into a page or a problem."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.language import Text, _


class Answer(Exception):
    """An answer other than success; `status` is the number that the edge sends.

    Where it is about one of many rows, `row` says which, counted from 0. `way_out` is a button that
    takes away what stands against it: where it posts to, and what stands on it. `title` heads its
    page, where that of the status says something else.
    """

    status = 500
    row: int | None = None
    way_out: tuple[str, Text] | None = None
    title: Text | None = None

    def __init__(
        self,
        message: Text | str = "",
        *,
        field: str | None = None,
        errors: Mapping[str, Text | str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors: dict[str, Text | str] = dict(errors or {})
        if field is not None:
            self.errors.setdefault(field, message)


class Refused(Answer):
    """The request was understood and can't be done as it stands: 422, with a message per field."""

    status = 422


class NotPermitted(Answer):
    """A colleague without the right: 403."""

    status = 403


class Held(Answer):
    """A change that was not done, as somebody has to approve it first: 202 once that is asked for.

    `wish` is what was to be done, for whoever keeps it until then. Where `asks_first` the person is
    told what they may do by themselves before anybody is asked.
    """

    status = 202

    def __init__(
        self,
        message: Text | str,
        wish: object,
        *,
        errors: Mapping[str, Text | str] | None = None,
        asks_first: bool = False,
    ) -> None:
        super().__init__(message, errors=errors)
        self.wish = wish
        self.asks_first = asks_first


class Previewing(NotPermitted):
    """A change by somebody who only looks at the workspace as `name`: 403."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("You are looking as %(name)s. Leave the preview to change things.", name=name)
        )
        self.way_out = ("/preview/end", _("Leave the preview"))


class OverLimit(Answer):
    """More than the plan allows: 402, with what to do."""

    status = 402


class TooLarge(Answer):
    """More was sent than is taken at once: 413."""

    status = 413


class NoSpace(Answer):
    """There is no room for another file: 507, and nothing of it was kept."""

    status = 507


class Conflict(Answer):
    """Somebody else was faster: 409, or 412 where the request carried If-Match."""

    status = 409


class Missing(Answer):
    """Nothing there for this person, whether or not it exists for another: 404."""

    status = 404
