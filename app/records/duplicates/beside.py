"""What stands beside a name that is typed, and tells whose it is: a firm, or something surer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from app.kernel.actor import Actor, Reach
from app.kernel.ids import parse_id
from app.kernel.phones import read_phone
from app.records.access import readable_keys, reader_of, refers_to_readable
from app.records.duplicates.against import Told, speaks_against, told
from app.records.duplicates.facts import Sign
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Beside:
    """Who may be meant by a name, and what was typed that may speak against one of them."""

    condition: ColumnElement[bool]
    told: Told

    def is_against(self, theirs: Collection[Any]) -> bool:
        """True of one who tells something else in each field; `theirs` are what they hold."""
        return bool(self.told) and speaks_against(self.told, told(theirs))


def beside_name(
    record_type: RecordType,
    sign: Sign,
    given: Mapping[str, str],
    by: Actor,
    known: Collection[Any],
) -> Beside | None:
    """What a name typed into a form stands beside; None where it stands alone and tells nothing.

    `known` are the records that were found by something surer.
    """
    seen = readable_keys(record_type, by)
    typed: Told = ()
    if all(one.key in seen for one in sign.against):
        typed = told(_as_kept(record_type, one.key, given, by) for one in sign.against)
    if sign.beside is None:
        return Beside(true(), typed)
    found: list[ColumnElement[bool]] = [record_type.model.id.in_(known)] if known else []
    same = _same(record_type, sign.beside, given, by) if sign.beside.key in seen else None
    found += [] if same is None else [same]
    return Beside(or_(*found), typed) if found else None


def _same(
    record_type: RecordType, reference: Any, given: Mapping[str, str], by: Actor
) -> ColumnElement[bool] | None:
    """Records that point to what was chosen, where `by` may read that; None where nothing was."""
    chosen = parse_id(given.get(reference.key, ""))
    if chosen is None:
        return None
    same: ColumnElement[bool] = reference == chosen
    target = record_type.field(reference.key).to or ""
    if by.rights.reach(target, "read") is Reach.ALL:
        return same
    return and_(same, refers_to_readable(record_type, reference, reader_of(by)))


def _as_kept(record_type: RecordType, key: str, given: Mapping[str, str], by: Actor) -> str:
    """What was typed, as it would be kept."""
    text = given.get(key, "").strip()
    if text and record_type.field(key).kind == "phone":
        return read_phone(text, by.tenant.country) or text
    return text
