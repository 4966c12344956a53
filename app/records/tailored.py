"""A record type as a workspace has tailored it: the declared one, with the workspace's own fields.

Whoever meets a type on behalf of somebody asks here, so that an own field is met wherever a
built-in one is. Where nothing was tailored the declared type itself is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.records.custom.field import OwnField, own_field
from app.records.custom.models import CustomField
from app.records.layouts.models import FormLayout
from app.records.layouts.place import laid_out
from app.records.registry import registry
from app.records.types import RecordType

STAMP = "record_types"
KEPT = 512  # Workspaces whose types a process remembers.


def tailored(kind: RecordType | str, by: Actor) -> RecordType:
    """The type as `by`'s workspace has it; Missing when `kind` names none."""
    if not isinstance(kind, str) and kind.part is not None:
        return tailored(kind.key, by).types_of_parts[kind.part.key]
    declared = registry().type(kind) if isinstance(kind, str) else kind.base or kind
    known = _known(by)
    own = known.by_role.get(by.role_id, {}) if by.role_id is not None else {}
    return own.get(declared.key) or known.types.get(declared.key, declared)


def tailored_at(collection: str, by: Actor) -> RecordType:
    """The type at an address, when its module is on; else Missing."""
    return tailored(registry().collection(collection, by.tenant), by)


def own_fields_only(kind: RecordType, by: Actor) -> RecordType:
    """The type with the workspace's own fields, as it is before any layout."""
    if kind.part is not None:
        return own_fields_only(registry().type(kind.key), by).types_of_parts[kind.part.key]
    declared = kind.base or kind
    return _known(by).plain.get(declared.key, declared)


def switched_on(by: Actor) -> list[RecordType]:
    """The types whose module is on, as the workspace has them, in the navigation's order."""
    return [tailored(one, by) for one in registry().switched_on(by.tenant)]


@dataclass(frozen=True, slots=True)
class Known:
    """The types that a workspace has tailored, by key: for everyone, and for roles with layouts."""

    types: Mapping[str, RecordType] = field(default_factory=dict)
    by_role: Mapping[UUID, Mapping[str, RecordType]] = field(default_factory=dict)
    plain: Mapping[str, RecordType] = field(default_factory=dict)  # As no layout has them.


NOTHING = Known()
_remembered: Remembered[Known] = Remembered(KEPT)


def _known(by: Actor) -> Known:
    """What the workspace has tailored; no statement where it was met before."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return NOTHING
    return _remembered.get((by.tenant.id, mark), lambda: _load(by.session))


def _load(session: Session) -> Known:
    types = _tailor(load_fields(session))
    everyone, by_role = dict(types), dict[UUID, dict[str, RecordType]]()
    for row in session.scalars(select(FormLayout).order_by(FormLayout.id)):
        declared = registry().get(row.record_type)
        if declared is None:
            continue
        laid = laid_out(types.get(row.record_type, declared), row.sections, row.left_out)
        if row.role_id is None:
            everyone[row.record_type] = laid
        else:
            by_role.setdefault(row.role_id, {})[row.record_type] = laid
    return Known(everyone, by_role, types)


def load_fields(session: Session) -> dict[str, list[OwnField]]:
    """The workspace's own fields that are in use, by record type, in their order."""
    rows = session.scalars(
        select(CustomField)
        .where(CustomField.retired_at.is_(None))
        .order_by(CustomField.record_type, CustomField.position, CustomField.key)
    )
    found: dict[str, list[OwnField]] = {}
    for row in rows:
        declared = registry().get(row.record_type)
        if declared is not None:
            found.setdefault(row.record_type, []).append(own_field(row, declared.model))
    return found


def _tailor(fields: Mapping[str, Iterable[OwnField]]) -> dict[str, RecordType]:
    return {key: _with(registry().type(key), tuple(own)) for key, own in fields.items()}


def _is_for_everybody(field: OwnField) -> bool:
    """True for what stands in every list by itself; people choose the others under Columns."""
    return field.required and field.kind != "long_text"


def _with(declared: RecordType, own: tuple[OwnField, ...]) -> RecordType:
    """The declared type with more fields: what must be filled in stands first in its form."""
    return replace(
        declared,
        fields=(*declared.fields, *own),
        form=(*declared.form, *(one for one in own if one.required)),
        more=(*declared.more, *(one for one in own if not one.required)),
        columns=(*declared.columns, *(one for one in own if _is_for_everybody(one))),
        base=declared,
    )
