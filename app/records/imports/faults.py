"""All that stands against the cells of a row that can't be taken, so that it is mended at once.

Rows come here only once something stands against them; what is taken is never looked at twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text
from app.records.access import writable_keys
from app.records.custom.conditions import depends_on
from app.records.inputs import read_values
from app.records.picklists import TAGS
from app.records.types import RecordType
from app.records.values.amounts import AMOUNT

Faults = Mapping[str, Text | str]
BESIDE_PRICES = frozenset(("currency", "rate", "rate_on"))


def faults_of(
    record_type: RecordType,
    inputs: Mapping[str, Any],
    known: Faults,
    by: Actor,
    picklists: Mapping[str, Any],
    *,
    is_new: bool,
    spared: Collection[str] = (),
) -> dict[str, Text | str]:
    """What stands against a row, by field: what is `known`, and what its other cells are told.

    `inputs` are those of its fields that could be read so far; `spared` are given as well, and
    nothing is said of them. Of a record that stands (`is_new` is false) no more is judged than what
    the cells say by themselves. What only other records tell, such as a value that must be unique,
    is not looked for.
    """
    unclear = {*known, *spared}
    left = _judged(record_type, inputs, unclear, by, is_new=is_new)
    try:
        read_values(record_type, left, by, picklists)
    except Refused as refused:
        found = refused.errors
    else:
        found = {}
    return {**known} | {
        key: text
        for key, text in found.items()
        if key not in unclear and (key in left or (is_new and _is_sure(record_type, key, unclear)))
    }


def _judged(
    record_type: RecordType,
    inputs: Mapping[str, Any],
    unclear: Collection[str],
    by: Actor,
    *,
    is_new: bool,
) -> dict[str, Any]:
    """What can be judged without the rest: no tags that would be made, no price by itself."""
    left = {*writable_keys(record_type, by)} & inputs.keys()
    left -= {*unclear, *record_type.inputs}
    if by.may("tag", "create"):
        left -= {TAGS}
    if not is_new or BESIDE_PRICES & {*unclear} or record_type.prices.keys() & unclear:
        left -= record_type.prices.keys()
    if not is_new:
        left = {key for key in left if record_type.by_key[key].kind != AMOUNT}
    return {key: inputs[key] for key in inputs if key in left}


def _is_sure(record_type: RecordType, key: str, unclear: Collection[str]) -> bool:
    """True where a field that lacks is asked for whatever becomes of the cells that are unclear."""
    if key in record_type.prices or key in BESIDE_PRICES:
        return False
    field = record_type.by_key.get(key)
    return field is not None and not depends_on(field) & {*unclear}
