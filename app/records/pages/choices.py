"""The choices that a page words its values by, read once for each page."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.fields import Option
from app.records.picklists import load_picklists
from app.records.types import RecordType

Choices = dict[str, tuple[Option, ...]]
READ = "choices"


def choices_of(record_type: RecordType, by: Actor) -> Choices:
    """The tenant's options of a type's choices and its tags, by field; none where it has neither.

    A page's parts ask one by one; what was read stays with the session, which ends with the page.
    """
    if not any(field.kind in ("choice", "tags") for field in record_type.fields):
        return {}
    kept: dict[str, Choices] = by.session.info.setdefault(READ, {})
    if record_type.key not in kept:
        kept[record_type.key] = load_picklists(by.session, record_type.key)
    return kept[record_type.key]
