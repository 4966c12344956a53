"""What is asked for where a merge, or taking one back, has to be approved first: all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.kernel.errors import Held
from app.records import gate
from app.records.history import account_of
from app.records.merge.family import Family
from app.records.model import Record
from app.records.types import RecordType
from app.records.values import as_json

MERGE, UNMERGE = "merge", "unmerge"  # As requests call them; no verbs of the door.
Asked = dict[str, Any]  # The fields of a `gate.Wish` that are told of the whole.


def merge_asked(
    record_type: RecordType, family: Family, choices: Mapping[str, str], values: Mapping[str, Any]
) -> Asked:
    """A merge as it is asked for, before anything of it is done."""
    inputs = {
        "absorbed": [str(one.id) for one in family.absorbed],
        "versions": {str(one.id): one.version for one in family.absorbed},
        "choices": dict(choices),
    }
    fields = record_type.by_key
    before = {key: as_json(fields[key].value(family.survivor)) for key in values}
    changes = {key: [before[key], gate.as_sent({key: values[key]})[key]] for key in values}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    return _asked(record_type, MERGE, family.records, inputs, changes)


def unmerge_asked(
    record_type: RecordType, merge_id: object, survivor: Record, absorbed: Sequence[Record]
) -> Asked:
    """The taking back of a merge as it is asked for."""
    inputs = {"merge_id": str(merge_id)}
    return _asked(record_type, UNMERGE, (survivor, *absorbed), inputs, {})


def as_a_whole(held: Held, asked: Asked) -> Held:
    """The answer to the whole where a part of it is held back."""
    assert isinstance(held.wish, gate.Wish)  # noqa: S101 - as the door made it.
    return gate.held_for(replace(held.wish, **asked))


def _asked(
    record_type: RecordType,
    verb: str,
    records: Sequence[Record],
    inputs: Asked,
    changes: Mapping[str, Any],
) -> Asked:
    stays = records[0]
    return {
        "record_type": record_type.key,
        "verb": verb,
        "record_id": stays.id,
        "version": stays.version,
        "inputs": inputs,
        "title": " + ".join(record_type.title_of(one) for one in records),
        "account_id": account_of(record_type, stays),
        "owner_id": stays.owner_id,
        "changes": changes,
    }
