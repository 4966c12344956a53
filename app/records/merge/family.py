"""The records that are to become one: locked, and refused where they can't be merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.access import can_read, may_do
from app.records.bulk.run import held
from app.records.door import may_change
from app.records.merge.models import MergedRecord
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType

MOST = 5  # Records that become one.


@dataclass(frozen=True, slots=True)
class Family:
    """The survivor, and the records that are merged into it, in the order they were named."""

    survivor: Record
    absorbed: tuple[Record, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of them, the survivor first."""
        return (self.survivor, *self.absorbed)


def refuse_merging(record_type: RecordType, by: Actor) -> None:
    """Raise the answer that stands against any merge of this type by `by`, when one does."""
    if not record_type.can_merge:
        what = record_type.words.many
        raise Refused(_("Records of this kind can't be merged: %(what)s.", what=what))
    may_change(record_type, "update", by)
    may_change(record_type, "delete", by)


def refuse_number(ids: Sequence[UUID]) -> None:
    """Refused for too few records, for too many, and for one that is named twice."""
    if len(set(ids)) < len(ids):
        raise Refused(_("A record can't be merged into itself."))
    if len(ids) < 2:
        raise Refused(_("Choose at least two records to merge."))
    if len(ids) > MOST:
        raise Refused(_("At most %(limit)s records can be merged at once.", limit=MOST))


def take_family(
    record_type: RecordType,
    survivor_id: UUID,
    absorbed_ids: Sequence[UUID],
    by: Actor,
    versions: Mapping[UUID, int],
) -> Family:
    """The records, locked until the transaction ends, once nothing stands against merging them.

    Missing for one that `by` may not see, Refused for one that is deleted or merged already,
    NotPermitted where the role does not reach it, Conflict where its version is not `versions`'.
    """
    ids = (survivor_id, *absorbed_ids)
    refuse_number(ids)
    found = held(record_type, "update", ids, by)
    for record_id in ids:
        if record_id not in found:
            raise _missing(record_id, by)
    records = [found[one][0] for one in ids]
    for record in records:
        _refuse_gone(record_type, record, by)
        if versions.get(record.id, record.version) != record.version:
            name = record_type.title_of(record)
            raise Conflict(_("Somebody changed “%(name)s” meanwhile. Look at it again.", name=name))
    family = Family(records[0], tuple(records[1:]))
    _refuse_barred(record_type, family, by)
    return family


def _refuse_barred(record_type: RecordType, family: Family, by: Actor) -> None:
    if not may_do(record_type, family.survivor, "update", by):
        name = record_type.title_of(family.survivor)
        raise NotPermitted(_("Your role may not change “%(name)s”.", name=name))
    for record in family.absorbed:
        if not may_do(record_type, record, "delete", by):
            raise NotPermitted(
                _(
                    "Your role may not delete “%(name)s”, so it can only be the one that stays.",
                    name=record_type.title_of(record),
                )
            )


def _refuse_gone(record_type: RecordType, record: Record, by: Actor) -> None:
    if record.deleted_at is None:
        return
    name = record_type.title_of(record)
    if by.session.get(MergedRecord, (record_type.key, record.id)) is not None:
        raise Refused(_("“%(name)s” was merged into another record already.", name=name))
    raise Refused(_("“%(name)s” is deleted. Restore it first.", name=name))


def _missing(record_id: UUID, by: Actor) -> Missing | Refused:
    """The answer to an id that is none of this type for `by`."""
    for other in registry().switched_on(by.tenant):
        if by.may(other.key, "read") and can_read(other, record_id, by):
            return Refused(_("Only records of one kind can be merged."))
    return Missing(_("There is no such record."))
