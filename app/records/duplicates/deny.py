"""Saying that records are not the same although they look so, and taking that back.

It is said of each pair and each key that the two share. Where one of them loses the key, the word
goes with it; where they come to share another, they are asked about again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.access import learn_shared, may_do, permitted
from app.records.door import may_change
from app.records.duplicates.groups import seen_signs, shared_keys, within
from app.records.duplicates.keep import DENIALS
from app.records.duplicates.match import MOST
from app.records.duplicates.models import NotDuplicate
from app.records.history import account_of
from app.records.model import Record
from app.records.types import RecordType

DENIED = "told_apart"  # Events of each of the records; what they name are the others.
UNDENIED = "suspected_again"


def deny(record_type: RecordType, ids: Sequence[UUID], /, *, by: Actor) -> int:
    """Say that no two of these records are the same; answers with how many pairs that is news of.

    Whoever may change all of them may say so. Refused for too few or too many, and where no two
    share anything; Missing, NotPermitted.
    """
    records = _taken(record_type, ids, by)
    rows = [
        {
            "record_type": record_type.key,
            "key": key,
            "one_id": one,
            "other_id": other,
            "user_id": by.user_id,
            "at": by.now,
        }
        for key, holders in sorted(shared_keys(record_type, ids, by).items())
        for one, other in combinations(sorted(holders), 2)
    ]
    if not rows:
        raise Refused(_("These records share nothing by which they were taken for the same."))
    new = by.session.execute(
        insert(NotDuplicate)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(NotDuplicate.one_id, NotDuplicate.other_id)
    ).all()
    if stamps.stamp(by.session, DENIALS) is None:
        stamps.draw(by.session, DENIALS)
    return _tell(record_type, records, DENIED, {(one, other) for one, other in new}, by)


def undeny(record_type: RecordType, ids: Sequence[UUID], /, *, by: Actor) -> int:
    """Take back what was said of these records; answers with the number of pairs, 0 for none.

    What was said by a sign that `by` may not see stands, and they learn nothing of it.
    """
    records = _taken(record_type, ids, by)
    gone = by.session.execute(
        delete(NotDuplicate)
        .where(
            NotDuplicate.record_type == record_type.key,
            NotDuplicate.one_id.in_(ids),
            NotDuplicate.other_id.in_(ids),
            within(NotDuplicate.key, seen_signs(record_type, by)),
        )
        .returning(NotDuplicate.one_id, NotDuplicate.other_id)
    ).all()
    return _tell(record_type, records, UNDENIED, {(one, other) for one, other in gone}, by)


def may_deny(record_type: RecordType, records: Collection[Record], by: Actor) -> bool:
    """True when `by` may say of these records that they are not the same."""
    if by.tenant.is_read_only or by.previews:
        return False
    return all(may_do(record_type, one, "update", by) for one in records)


def _taken(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> list[Record]:
    """The records, once nothing stands against saying something of them."""
    may_change(record_type, "update", by)
    if len(set(ids)) < 2:
        raise Refused(_("Choose at least two records."))
    if len(ids) > MOST:
        raise Refused(_("Choose at most %(limit)s records.", limit=MOST))
    model = record_type.model
    found: list[Any] = list(
        by.session.scalars(select(model).where(model.id.in_(ids), permitted(record_type, by)))
    )
    if len(found) < len(set(ids)):
        raise Missing(_("Some of these are gone, or you may not see them."))
    learn_shared(record_type, found, "update", by)
    for one in found:
        if not may_do(record_type, one, "update", by):
            name = record_type.title_of(one)
            raise NotPermitted(_("Your role may not change “%(name)s”.", name=name))
    return found


def _tell(
    record_type: RecordType,
    records: Sequence[Record],
    verb: str,
    pairs: Collection[tuple[UUID, UUID]],
    by: Actor,
) -> int:
    """Write an event of each record of a pair, naming the others; answers with how many pairs."""
    for one in records:
        others = sorted(other for pair in pairs if one.id in pair for other in pair)
        named = [str(other) for other in others if other != one.id]
        if named:
            account_id = account_of(record_type, one)
            changes = {verb: [None, named]}
            write_event(by, record_type.key, one.id, verb, account_id=account_id, changes=changes)
    return len(pairs)
