"""What a lead joins and what is made of it: found, made and completed as far as a role goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.access import fetch, may_do, readable_keys, writable_keys
from app.records.door import perform
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.sales.models import Lead

NEW = "new"  # Said instead of an id: a record of its own, whatever else could be meant.


def joined_record(kind: str, named: object, by: Actor) -> Any:
    """The record that a lead joins, which `by` may read; None where none is named."""
    if named in (None, "", NEW):
        return None
    record_id = named if isinstance(named, UUID) else parse_id(str(named))
    try:
        return fetch(registry().type(kind), record_id, by)
    except Missing:
        raise Refused(_("There is no such record."), field=f"{kind}_id") from None


def taken(lead: Lead, keys: Mapping[str, str], by: Actor) -> dict[str, Any]:
    """What a lead says by the keys of another record; nothing that `by` may not read of it."""
    seen = readable_keys(tailored("lead", by), by)
    found = {theirs: getattr(lead, ours) for theirs, ours in keys.items() if ours in seen}
    return {key: value for key, value in found.items() if value not in (None, "")}


def made_record(kind: str, given: Mapping[str, Any], by: Actor) -> Any:
    """A new record of what the lead says, as far as the role of `by` lets them write it."""
    record_type = tailored(kind, by)
    try:
        return perform(record_type, "create", by=by, **writable_of(record_type, given, by))
    except (Refused, NotPermitted) as answer:
        raise _about(record_type, answer) from None


def complete(kind: str, record: Any, given: Mapping[str, Any], by: Actor) -> None:
    """Give a record what it lacks and the lead says, where `by` may change it."""
    record_type = tailored(kind, by)
    lacking = {
        key: value
        for key, value in writable_of(record_type, given, by).items()
        if key not in ("owner_id", "kind") and getattr(record, key) in (None, "")
    }
    if not lacking or not may_do(record_type, record, "update", by):
        return
    try:
        perform(record_type, "update", record, by=by, **lacking)
    except (Refused, NotPermitted) as answer:
        raise _about(record_type, answer) from None


def writable_of(record_type: RecordType, given: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """What is given of a record that the role of `by` lets them write."""
    mine = writable_keys(record_type, by)
    return {key: value for key, value in given.items() if key in mine and value is not None}


def _about(record_type: RecordType, answer: Answer) -> Answer:
    """The same answer, saying beside the record that is meant what stands against it."""
    told: Text | str = next(iter(answer.errors.values()), answer.message)
    message = _("%(type)s: %(reason)s", type=record_type.words.one, reason=told)
    return type(answer)(message, errors={f"{record_type.key}_id": message})
