"""What the form of a new record shows of records that may be the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select

from app.kernel.actor import Actor
from app.records.access import may_do, writable_keys
from app.records.duplicates.find import Suspect, find_duplicates
from app.records.pages.looks import Face, face
from app.records.types import RecordType
from app.web.formats import formats

LONGEST = 200  # Characters of a value that is carried over to the form of another record.


@dataclass(frozen=True, slots=True)
class ShownSuspect:
    """One record that may be the same; `use_url` edits it with what was typed and it lacks."""

    url: str
    title: str
    face: Face
    why: str
    use_url: str


def suspects(
    record_type: RecordType, typed: Mapping[str, str], by: Actor, next_url: str = ""
) -> list[ShownSuspect]:
    """The records that may be the same as what was typed, the surest first."""
    found = find_duplicates(record_type, typed, by)
    if not found:
        return []
    model = record_type.model
    ids = [one.id for one in found]
    records = {one.id: one for one in by.session.scalars(select(model).where(model.id.in_(ids)))}
    writable = writable_keys(record_type, by)
    shown = []
    for one in found:
        record = records[one.id]
        url = f"/{record_type.collection}/{one.id}"
        use_url = ""
        if not by.tenant.is_read_only and may_do(record_type, record, "update", by):
            lacking = {
                key: text[:LONGEST]
                for key, text in typed.items()
                if text and key in writable and record_type.by_key[key].value(record) in (None, "")
            }
            use_url = f"{url}/edit?{urlencode({**lacking, 'next': next_url or url})}"
        shown.append(
            ShownSuspect(
                url,
                one.title,
                face(record_type, one.id, one.title),
                _why(one, by),
                use_url,
            )
        )
    return shown


def _why(one: Suspect, by: Actor) -> str:
    return formats(by).listed(str(reason) for reason in one.reasons)
