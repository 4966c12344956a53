"""Loading the sample records of a workspace's industry, and removing them again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.events import Event
from app.identity.operations.guard import require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.door import perform
from app.records.fields import Field
from app.records.model import Record
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.samples.via import SAMPLES
from tenants.starters.samples import Sample, Value, load_samples

MANAGE = ("firm", "manage")
STAMP = "samples"  # Drawn when they are loaded or removed: where there is none, nobody looks.
IN_DAYS = re.compile(r"([+-]\d{1,3}) days(?: (\d{2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many sample records there are now, by record type, in the order of their making."""

    counts: Mapping[str, int]

    @property
    def number(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def standing(by: Actor) -> Standing:
    """What there is of the sample records; one statement for each type that has any."""
    if stamps.stamp(by.session, STAMP) is None:
        return Standing({})
    found = _made(by)
    counts = {key: len(_living(key, ids, by)) for key, ids in found.items()}
    return Standing({key: count for key, count in counts.items() if count})


def load(by: Actor) -> int:
    """Make the sample records of the workspace's industry as `by`; answers with how many.

    Types that are switched off, or that `by` may not create, are left out, and so is a value that
    the workspace does not know any more. NotPermitted without `firm:manage`; Conflict where there
    are some already; what a record can't be made for (a limit, an approval) undoes all of it.
    """
    require_change(by, *MANAGE)
    stamps.draw(by.session, STAMP)  # Whoever presses at the same moment waits here.
    if standing(by).number:
        raise Conflict(_("The sample data is there already."))
    acting = replace(by, via=SAMPLES)
    made: dict[str, UUID] = {}
    number = 0
    for sample in load_samples(by.tenant.starter):
        record = _make(sample, made, acting)
        if record is not None:
            number += 1
            if sample.ref:
                made[sample.ref] = record.id
    return number


def remove(by: Actor) -> int:
    """Put the sample records that are left into the bin, in one batch; answers with how many.

    What stands below them goes along, as with any deletion. NotPermitted without `firm:manage` or
    where `by` may not delete one of them; Missing where there are none.
    """
    require_change(by, *MANAGE)
    stamps.draw(by.session, STAMP)
    acting = by.in_batch(new_id())
    number = 0
    for key, ids in reversed(_made(by).items()):
        for record in reversed(_living(key, ids, by)):
            if record.deleted_at is None:  # It may have gone along with another one.
                perform(key, "delete", record, by=acting)
                number += 1
    if not number:
        raise Missing(_("There is no sample data."))
    return number


def _make(sample: Sample, made: Mapping[str, UUID], by: Actor) -> Record | None:
    declared = registry().get(sample.record_type)
    if declared is None or not by.tenant.allows(declared.module):
        return None
    if not by.may(declared.key, "create"):
        return None
    record_type = tailored(declared, by)
    values: dict[str, Any] = {}
    for key, raw in sample.values.items():
        field = record_type.by_key.get(key)
        value = _value(record_type, field, raw, made, by) if field is not None else None
        if value is not None:
            values[key] = value
        elif field is not None and field.required:
            return None  # What it belongs to was left out.
    return perform(record_type, "create", by=by, **values)


def _value(
    record_type: RecordType, field: Field, raw: Value, made: Mapping[str, UUID], by: Actor
) -> Any:
    """What is written into a field, as a form would send it; None where it can't be."""
    if isinstance(raw, Mapping):
        return dict(raw) if field.kind == "localized" else raw.get(by.tenant.language, raw["en"])
    if not isinstance(raw, str):
        return str(raw)
    if raw.startswith("@"):
        found = made.get(raw[1:])
        return str(found) if found is not None else None
    if days := IN_DAYS.fullmatch(raw):
        day = by.today() + timedelta(days=int(days[1]))
        return f"{day.isoformat()}T{days[2]}:{days[3]}" if days[2] else day.isoformat()
    if field.kind in ("choice", "choices"):
        offered = picklists_of(by.session, record_type).get(field.key) or field.options
        known = {one.value for one in offered if not one.is_retired}
        kept = [one for one in raw.split(", ") if one in known]
        return (kept if field.kind == "choices" else kept[0]) if kept else None
    return raw


def _made(by: Actor) -> dict[str, list[UUID]]:
    """The ids of all that was ever made as a sample, by type, in the order of their making."""
    # That it is none of the web is said for the index, which holds all but these.
    statement = (
        select(Event.record_type, func.array_agg(Event.record_id))
        .where(Event.via == SAMPLES, Event.via != "web", Event.verb == "created")
        .group_by(Event.record_type)
        .order_by(func.min(Event.at), Event.record_type)
    )
    return {key: sorted(ids) for key, ids in by.session.execute(statement)}


def _living(key: str, ids: list[UUID], by: Actor) -> list[Record]:
    declared: RecordType | None = registry().get(key)
    if declared is None:
        return []
    model = declared.model
    statement = select(model).where(model.id.in_(ids), model.deleted_at.is_(None))
    return list(by.session.scalars(statement.order_by(model.id)))
