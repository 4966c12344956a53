"""What is wrong with a template, in words for whoever writes it, and on which line."""

from __future__ import annotations

import re

from liquid.exceptions import (
    BlockNestingError,
    FilterArgumentError,
    FilterError,
    LiquidError,
    LiquidTypeError,
    ResourceLimitError,
    UnknownFilterError,
)

from app.kernel.language import Text, _

TAG = re.compile(r"tag '?(\w+)")
NAMED = re.compile(r"'([^']{1,60})'")


UNENDED = ("expected tag", "end of file", "closing delimiter")
UNEXPECTED = "unexpected tag"


class Wrong(Exception):
    """A template that can't be used; `line` counts from 1, None where no line is to blame."""

    def __init__(self, line: int | None, text: Text) -> None:
        super().__init__(str(text))
        self.line = line
        self.text = text

    def told(self) -> Text:
        """The sentence with its line."""
        if self.line is None:
            return self.text
        return _("Line %(line)s: %(text)s", line=self.line, text=self.text)


def limits_reached() -> Text:
    """What a template is told that does too much."""
    return _("This template does too much: its loops are too long, or its text is.")


def no_filter(name: str) -> Text:
    """What a template is told that names a filter which there is not."""
    return _("There is no filter called “%(name)s”.", name=name)


def never_ended() -> Text:
    """What a template is told in which something is open at the end."""
    return _("Something is begun here that is never ended.")


def too_complicated() -> Text:
    """What a template is told that is too long or too deep."""
    return _("This template is too long or too complicated.")


KINDS: tuple[tuple[tuple[type[LiquidError], ...], Text], ...] = (
    ((BlockNestingError,), too_complicated()),
    ((ResourceLimitError,), limits_reached()),
    (
        (FilterError, FilterArgumentError, LiquidTypeError),
        _("This can't be worked out: a value is not of the kind that is needed."),
    ),
)


def wrong(error: LiquidError, source: str) -> Wrong:
    """An error of the language as a sentence of ours."""
    place = None
    try:
        found = error.context()
        place = found[0] if found else None
    except ValueError:  # Beyond the last line: something was not closed.
        place = source.count("\n") + 1
    return Wrong(place, _words(error))


def _words(error: LiquidError) -> Text:
    said = str(error.message)
    for kinds, words in KINDS:
        if isinstance(error, kinds):
            return words
    if isinstance(error, UnknownFilterError):
        return no_filter(_named(said))
    tag = TAG.search(said)
    if UNEXPECTED not in said and any(one in said for one in UNENDED):
        return never_ended()
    if tag is not None:
        return _("“%(name)s” is not known, or stands in the wrong place.", name=tag[1])
    return _("This can't be read. Is a brace, a quote or a word missing?")


def _named(said: str) -> str:
    found = NAMED.search(said)
    return found[1] if found else ""
