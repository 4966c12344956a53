"""Texts in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import LOCALES, _, listed
from app.kernel.localized import LocalText
from app.records.fields import Field, Option
from app.records.languages import from_lines
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit, too_long

NAME_LENGTH = 200  # Characters of a name in one of its languages.


def read_localized(
    _field: Field, raw: Any, by: Actor, _options: tuple[Option, ...]
) -> LocalText | None:
    """A text in several languages: an object by language, or the lines of a form.

    A single text is in the workspace's own language.
    """
    if not isinstance(raw, Mapping):
        if not isinstance(raw, str):
            raise Unfit(_("Enter a text here."))
        raw = from_lines(raw.replace("\r\n", "\n"), by)
    if not set(raw) <= set(LOCALES):
        known = listed(LOCALES)
        raise Unfit(_("Give the text by language: %(languages)s.", languages=known))
    texts = {language: clean_text("" if text is None else text) for language, text in raw.items()}
    if any(len(text) > NAME_LENGTH for text in texts.values()):
        raise too_long(NAME_LENGTH)
    if any("\n" in text for text in texts.values()):
        raise Unfit(_("This must be one line."))
    return LocalText(texts) if any(texts.values()) else None
