"""Picklists: the values of a choice that the tenant decides, with colours and order; and tags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, String, UniqueConstraint, func, literal, null, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import stamps
from app.kernel.model import Base, Id, Localized
from app.kernel.remembered import Remembered
from app.records.fields import Option
from app.records.registry import registry
from app.records.tags.models import Tag
from app.records.types import RecordType
from tenants.facts import TenantFacts

STAMP = "picklists"
KEPT = 512  # Workspaces whose picklists a process remembers.
Picklists = Mapping[str, dict[str, tuple[Option, ...]]]  # By record type, then by field.
_remembered: Remembered[Picklists] = Remembered(KEPT)


class PicklistValue(Base):
    """One value of one choice field; a retired value stays on records and is no longer offered."""

    __tablename__ = "picklist_values"
    __table_args__ = (
        UniqueConstraint("record_type", "field", "value", name="uq_picklist_values_value"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(60))
    label: Mapped[Localized]
    colour: Mapped[str] = mapped_column(String(20), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    retired_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID | None]


TAGS = "tags"  # Tags stand among the picklists under the name of the field that holds them.


def load_picklists(session: Session, record_type: str) -> dict[str, tuple[Option, ...]]:
    """The options of every tenant-defined choice of a record type, by field, in their order.

    The tags of the type are among them. No statement where the workspace's were met before and have
    not changed: whoever writes a value or a tag draws the stamp STAMP.
    """
    mark = stamps.stamp(session, STAMP)
    if mark is None:
        return _read(session).get(record_type, {})
    tenant: TenantFacts = session.info["tenant"]
    found = _remembered.get((tenant.id, mark), lambda: _read(session))
    return dict(found.get(record_type, {}))


def _read(session: Session) -> Picklists:
    """The picklists and the tags of every type in one statement, and what modules keep beside."""
    values = select(
        PicklistValue.record_type,
        PicklistValue.field,
        PicklistValue.value,
        PicklistValue.label,
        PicklistValue.colour,
        PicklistValue.retired_at,
        PicklistValue.position,
    )
    tags = select(
        Tag.record_type,
        literal(TAGS),
        Tag.key,
        func.jsonb_build_object("en", Tag.name),
        Tag.colour,
        null(),
        literal(0),
    )
    both = union_all(values, tags).subquery().c
    rows = session.execute(
        select(
            both.record_type, both.field, both.value, both.label, both.colour, both.retired_at
        ).order_by(both.record_type, both.field, both.position, both.value)
    )
    found: dict[str, dict[str, list[Option]]] = {}
    for record_type, field, value, label, colour, retired_at in rows:
        option = Option(value, label, colour, is_retired=retired_at is not None)
        found.setdefault(record_type, {}).setdefault(field, []).append(option)
    for one in registry():
        for kept in one.fields:
            if kept.options_from is not None:
                found.setdefault(one.key, {})[kept.key] = list(kept.options_from(session))
    return {
        record_type: {field: tuple(options) for field, options in fields.items()}
        for record_type, fields in found.items()
    }


def picklists_of(session: Session, record_type: RecordType) -> dict[str, tuple[Option, ...]]:
    """The same, without a statement where the type has no such choice."""
    has_some = any(field.is_tenants or field.kind == TAGS for field in record_type.fields)
    return load_picklists(session, record_type.key) if has_some else {}


def options_in_use(session: Session, record_type: RecordType, key: str) -> tuple[Option, ...]:
    """What a choice offers now: by the workspace's own list, else by ours."""
    own = picklists_of(session, record_type).get(key, ())
    return tuple(one for one in own or record_type.field(key).options if not one.is_retired)
