"""A record's history: what its events tell, and who was faster when two people edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Conflict
from app.kernel.language import Text, _
from app.records.access import readable_keys
from app.records.files.words import VERBS as OF_FILES
from app.records.model import Record
from app.records.types import RecordType

BESIDE = (
    "followed",
    "unfollowed",
    "merged",
    "unmerged",
    *OF_FILES,
)  # Events of a record that make no version of it.


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else made of a field since a person opened the record.

    `before` is what that person saw.
    """

    value: Any
    by: str
    at: datetime
    before: Any = None


class Overtaken(Conflict):
    """Somebody else changed the record; `theirs` tells what, by whom and when."""

    theirs: Mapping[str, Theirs] = {}

    def add(self, errors: Mapping[str, Text | str]) -> None:
        """Tell what else is wrong, beside the fields and after what was said of them already."""
        for key, text in errors.items():
            said = self.errors.get(key)
            self.errors[key] = f"{said} {text}" if said is not None else text


def account_of(record_type: RecordType, record: Any) -> UUID | None:
    """The customer that a record concerns, for its events."""
    if record_type.account is None:
        return None
    found: UUID | None = getattr(record, record_type.account.key)
    return found


def changes_since(
    record_type: RecordType, record: Record, version: int, by: Actor
) -> dict[str, Theirs]:
    """The last change after `version` of each field that `by` may read.

    Each other event made one version, so the last ones are counted back, as the oldest may be gone.
    Ids of events follow the order in which they were written, while the moments of two requests
    that ran side by side may not.
    """
    readable = readable_keys(record_type, by)
    newest_first = by.session.execute(
        select(Event.changes, Event.at, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(
            Event.record_type == record_type.key,
            Event.record_id == record.id,
            Event.verb.not_in(BESIDE),
        )
        .order_by(Event.id.desc())
        .limit(max(record.version - version, 0))
    ).all()
    found: dict[str, Theirs] = {}
    for changes, at, name in reversed(newest_first):
        for field, (before, value) in changes.items():
            if field in readable:
                seen = found[field].before if field in found else before
                found[field] = Theirs(value, name or "", at, seen)
    return found


def conflict(
    record_type: RecordType, record: Record, version: int, inputs: Mapping[str, Any], by: Actor
) -> Overtaken:
    """The answer to a change of a record that somebody else changed meanwhile, field by field."""
    theirs = changes_since(record_type, record, version, by)
    errors: dict[str, Text | str] = {
        field: _("%(who)s changed this meanwhile.", who=change.by)
        for field, change in theirs.items()
        if field in inputs
    }
    answer = overtaken(errors)
    answer.theirs = theirs
    return answer


def overtaken(errors: Mapping[str, Text | str] | None = None) -> Overtaken:
    """The answer to a change that came second."""
    message = _("Somebody changed this record while you were editing it. Look at their change.")
    return Overtaken(message, errors=errors)
