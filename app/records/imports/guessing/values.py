"""What the texts of a file mean where a field has options, or says yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.kernel.language import LOCALES, using
from app.records.fields import Field, Option
from app.records.imports.guessing.names import plain
from app.records.imports.guessing.words import Words

YES = ("yes", "y", "true", "1", "on", "是", "有", "对", "✓", "√", "x")
NO = ("no", "n", "false", "0", "off", "否", "无", "没有", "不是")


def guess_values(
    field: Field, options: Iterable[Option], texts: Iterable[str], words: Words
) -> dict[str, str]:
    """The value that each text stands for, of those that are known and not written as it is."""
    if field.kind == "flag":
        known = dict.fromkeys(YES, "true") | dict.fromkeys(NO, "false")
    elif field.kind in ("choice", "choices"):
        known = meanings(options, words.values.get(field.key, {}))
    else:
        return {}
    found = {}
    for text in dict.fromkeys(one.strip() for one in texts):
        value = known.get(plain(text) or text)
        if value is not None and value != text:
            found[text] = value
    return found


def meanings(options: Iterable[Option], others: Mapping[str, str]) -> dict[str, str]:
    """The values of options by every text that means one: labels in all languages, usual words."""
    options = tuple(options)
    values = {one.value for one in options}
    found = {text: value for text, value in others.items() if value in values}
    for language in LOCALES:
        with using(language):
            found |= {plain(one.shown()): one.value for one in options}
    return found | {plain(one.value): one.value for one in options}
