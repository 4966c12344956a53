"""Texts: cleaned, and measured by their field."""

from __future__ import annotations

import re
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.values.unfit import Unfit, too_long

LONG_TEXT = 20_000  # Characters; ten pages of A4.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")


def clean_text(raw: Any) -> str:
    """A string fit to be stored, with its ends trimmed; Unfit when it is none."""
    if not isinstance(raw, str):
        raise Unfit(_("Enter a text here."))
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit(_("This contains characters that can't be stored.")) from None
    if raw.isprintable():  # Neither signs that control something nor ends of lines.
        return raw.strip()
    if CONTROL.search(raw):
        raise Unfit(_("This contains characters that can't be stored."))
    return LINE_END.sub("\n", raw).strip()


def read_text(field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> str | None:
    """A text of one line, or of several where the field holds a long one."""
    text = clean_text(raw)
    limit = field.max_length or LONG_TEXT
    if len(text) > limit:
        raise too_long(limit)
    if field.kind != "long_text" and "\n" in text:
        raise Unfit(_("This must be one line."))
    return text or None
