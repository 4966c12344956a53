"""What a workspace's own field is called: like no other field of its record type."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.folding import fold
from app.kernel.language import OFFERED, Text, _, using
from app.kernel.localized import pick
from app.records.custom.field import OwnField
from app.records.tailored import tailored
from app.records.types import RecordType


def label_errors(
    label: Mapping[str, str], declared: RecordType, key: str, by: Actor
) -> dict[str, Text | str]:
    """What stands against a label, by language (`label.en`): a field in use that reads the same.

    `key` is that of the field itself. What readers of a language see is compared, which is another
    language's text where a field has none in theirs; letters' case and width make no difference.
    """
    others = [one for one in tailored(declared, by).fields if one.key != key]
    errors: dict[str, Text | str] = {}
    for language in OFFERED:
        with using(language):
            wanted = fold(pick(label, language).strip())
            found = next((one for one in others if fold(str(one.label).strip()) == wanted), None)
            name = str(found.label) if found is not None else ""
        if found is None or not wanted:
            continue
        at = language if label.get(language, "").strip() else _written(label, language)
        errors.setdefault(f"label.{at}", _taken(found, name))
    return errors


def refuse_taken_label(label: Mapping[str, str], declared: RecordType, key: str, by: Actor) -> None:
    """Refuse to bring a field back beside one that took its name meanwhile."""
    for text in label_errors(label, declared, key, by).values():
        raise Refused(text)


def _taken(found: object, name: str) -> Text:
    if isinstance(found, OwnField):
        return _("Another field is called “%(name)s” already.", name=name)
    return _("A built-in field is called “%(name)s” already.", name=name)


def _written(label: Mapping[str, str], language: str) -> str:
    """The language whose text stands in for one that is missing."""
    shown = pick(label, language)
    return next((one for one, text in label.items() if text == shown), language)
