"""What the form of a new record shows of records that may be the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.records.access import may_do, writable_keys
from app.records.duplicates.find import SHOWN, Suspect, find_duplicates
from app.records.pages.looks import Face, face
from app.records.pages.pool import may_claim_some
from app.records.pages.telling import Told, tell_apart
from app.records.pool.reading import in_pool, is_read_in_pool
from app.records.types import RecordType

LONGEST = 200  # Characters of a value that is carried over to the form of another record.


@dataclass(frozen=True, slots=True)
class ShownSuspect:
    """One record that may be the same; `use_url` edits it with what was typed and it lacks.

    `takes` are the fields that it lacks: the page fills them with what stands there at the press.
    One that `waits` is in the pool, and claimed at `claim_url` where its reader may.
    """

    url: str
    title: str
    face: Face
    why: str
    use_url: str
    takes: str = ""
    fact: str = ""  # What tells it from others of its name.
    waits: bool = False
    claim_url: str = ""


def suspects(
    record_type: RecordType, typed: Mapping[str, str], by: Actor, next_url: str = ""
) -> list[ShownSuspect]:
    """The records that may be the same as what was typed, the surest first."""
    found, told = _found(record_type, typed, by)
    if not found:
        return []
    model = record_type.model
    ids = [one.id for one in found]
    records = {one.id: one for one in by.session.scalars(select(model).where(model.id.in_(ids)))}
    writable = writable_keys(record_type, by)
    may_claim = may_claim_some(record_type, by)
    shown = []
    for one in found:
        record = records[one.id]
        url = f"/{record_type.collection}/{one.id}"
        waits = record_type.pool is not None and record.owner_id is None
        use_url = takes = ""
        if not by.tenant.is_read_only and may_do(record_type, record, "update", by):
            lacking = [
                one.key
                for one in record_type.fields
                if one.key in writable and one.value(record) in (None, "")
            ]
            given = {key: typed[key][:LONGEST] for key in lacking if typed.get(key)}
            use_url = f"{url}/edit?{urlencode({**given, 'next': next_url or url})}"
            takes = " ".join(lacking)
        shown.append(
            ShownSuspect(
                url,
                one.title,
                face(record_type, one.id, one.title),
                _why(one),
                use_url,
                takes,
                told[one.id].fact if one.id in told else "",
                waits,
                f"/{record_type.collection}/suspects?claim={one.id}" if waits and may_claim else "",
            )
        )
    return shown


def _found(
    record_type: RecordType, typed: Mapping[str, str], by: Actor
) -> tuple[list[Suspect], dict[UUID, Told]]:
    """What may be the same, the surest first, and what tells each of them from others.

    What `by` sees by the pool alone is compared, and told, by no more than the pool shows.
    """
    found = find_duplicates(record_type, typed, by)
    told = tell_apart(record_type, [one.id for one in found], by)
    reader = in_pool(record_type, by)
    if reader is None or not is_read_in_pool(record_type, reader):
        return found, told
    waiting = [one for one in find_duplicates(record_type, typed, reader) if one.id not in told]
    told |= tell_apart(record_type, [one.id for one in waiting], reader)
    both = sorted((*found, *waiting), key=lambda one: (-one.weight, one.title, one.id))
    return both[:SHOWN], told


def _why(one: Suspect) -> str:
    return " · ".join(str(reason) for reason in one.reasons)
