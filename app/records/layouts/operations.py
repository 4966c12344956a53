"""What an admin does with layouts: lay a type out, for everyone or for a role, and reset it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.models import Role
from app.identity.operations.guard import require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import OFFERED, _, listed
from app.records.custom.operations import MANAGE
from app.records.custom.wish import LABEL
from app.records.layouts.models import FormLayout
from app.records.layouts.place import must_stay, placeable
from app.records.tailored import STAMP
from app.records.types import RecordType

MOST = 20  # Sections of a layout.


def list_layouts(by: Actor) -> list[FormLayout]:
    """Every layout of the workspace."""
    return list(by.session.scalars(select(FormLayout).order_by(FormLayout.id)))


def find_layout(by: Actor, record_type: RecordType, role_id: UUID | None) -> FormLayout | None:
    """The layout of a type for a role, or for everyone, where there is one."""
    return by.session.scalars(
        select(FormLayout).where(
            FormLayout.record_type == record_type.key,
            FormLayout.role_id.is_not_distinct_from(role_id),
        )
    ).one_or_none()


def save_layout(
    by: Actor,
    record_type: RecordType,
    role: Role | None,
    sections: Sequence[Mapping[str, Any]],
    left_out: Sequence[str],
    *,
    version: int | None = None,
) -> None:
    """Lay a type out; sections without fields are dropped.

    Refused where a required field is left out or a heading is too long; Conflict when somebody else
    laid it out meanwhile (`version` is the one that was seen, 0 for none).
    """
    require_change(by, *MANAGE)
    kept = [_read(one, record_type) for one in sections if one["fields"]]
    if not kept or len(kept) > MOST:
        raise Refused(_("From one to %(most)s sections.", most=MOST), field="sections")
    known = placeable(record_type)
    out = [key for key in dict.fromkeys(left_out) if key in known]
    needed = [str(record_type.field(key).label) for key in out if must_stay(record_type, key)]
    if needed:
        names = listed(needed)
        raise Refused(_("Required, so it can't be left out: %(names)s.", names=names), field="out")
    row = find_layout(by, record_type, role.id if role else None)
    if version is not None and version != (row.version if row else 0):
        raise Conflict(_("Somebody changed this layout while you were editing it."))
    before = _told(row)
    if row is None:
        row = FormLayout(id=new_id(), record_type=record_type.key, created_at=by.now)
        row.role_id = role.id if role else None
        by.session.add(row)
    row.sections, row.left_out = kept, out
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except (StaleDataError, IntegrityError):
        raise Conflict(_("Somebody changed this layout while you were editing it.")) from None
    stamps.draw(by.session, STAMP)
    write_event(by, "layout", row.id, "updated", changes={"layout": [before, _told(row)]})


def reset_layout(by: Actor, record_type: RecordType, role: Role | None) -> None:
    """Forget a layout: what everyone has holds for the role again, or the usual one for all."""
    require_change(by, *MANAGE)
    row = find_layout(by, record_type, role.id if role else None)
    if row is not None:
        write_event(by, "layout", row.id, "deleted", changes={"layout": [_told(row), None]})
        by.session.delete(row)
        stamps.draw(by.session, STAMP)


def _read(section: Mapping[str, Any], record_type: RecordType) -> dict[str, Any]:
    heading = {one: str(section["heading"].get(one, "")).strip() for one in OFFERED}
    if any(len(one) > LABEL for one in heading.values()):
        message = _("This is longer than %(limit)s characters.", limit=LABEL)
        raise Refused(message, field="sections")
    known = placeable(record_type)
    return {
        "heading": {one: words for one, words in heading.items() if words},
        "fields": [key for key in dict.fromkeys(section["fields"]) if key in known],
        "is_more": bool(section["is_more"]),
    }


def _told(row: FormLayout | None) -> Any:
    """What the audit tells of a layout."""
    if row is None:
        return None
    role = str(row.role_id) if row.role_id else None
    return {
        "record_type": row.record_type,
        "role_id": role,
        "sections": row.sections,
        "left_out": row.left_out,
    }
