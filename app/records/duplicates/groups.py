"""Groups of records of a type that may be the same, the surest first, a page at a time.

A group is the records of one shared key, as far as the reader may see them. One whose records all
share a surer key as well is told as that group alone. Nothing here looks through the records of a
type: what is shared was noted as they were written (`keep`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.kernel.actor import Actor, Reach
from app.records.access import permitted, readable_keys, reader_of, refers_to_readable
from app.records.duplicates.against import doubted, leaves_some
from app.records.duplicates.facts import SURENESS, How
from app.records.duplicates.keys import how_of, range_of
from app.records.duplicates.match import MOST
from app.records.duplicates.models import DuplicateKey, NotDuplicate, SharedKey
from app.records.types import RecordType

PAGE = 20
COUNTED = 1000  # Groups; what more there are is told as more.
AT_ONCE = 500  # Groups of one statement, where all are gone through.
NARROW = 20_000  # Records; who reads fewer looks for the keys of these alone.


@dataclass(frozen=True, slots=True)
class Asked:
    """Which groups are looked for: by one sign, with a record of one owner; or those denied."""

    how: How | None = None
    owner_id: UUID | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Records that may be the same, in the order of their ids; `shared` are the keys of several."""

    key: int
    ids: tuple[UUID, ...]
    shared: tuple[int, ...]

    @property
    def hows(self) -> tuple[How, ...]:
        """By which signs, the surest first."""
        return tuple(dict.fromkeys(how_of(key) for key in self.shared))


def seen_signs(record_type: RecordType, by: Actor) -> tuple[How, ...]:
    """The signs all of whose fields `by` may see, the surest first."""
    seen = readable_keys(record_type, by)
    found = {one.how for one in record_type.signs if all(part.key in seen for part in one.needs)}
    return tuple(how for how in SURENESS if how in found)


def find_groups(
    record_type: RecordType, by: Actor, asked: Asked, after: int = 0, limit: int = PAGE
) -> list[Group]:
    """The groups behind the key `after`, at most `limit` and one more when there is one."""
    return list(islice(_walk(record_type, by, asked, after, 2 * limit), limit + 1))


def count_groups(record_type: RecordType, by: Actor, asked: Asked) -> int:
    """How many groups there are, at most COUNTED and one."""
    return sum(1 for _each in islice(_walk(record_type, by, asked, 0, AT_ONCE), COUNTED + 1))


def shared_keys(record_type: RecordType, ids: Collection[UUID], by: Actor) -> dict[int, set[UUID]]:
    """The keys that several of some records have, by signs that `by` sees, and which have them."""
    rows = by.session.execute(
        select(DuplicateKey.key, DuplicateKey.record_id).where(
            DuplicateKey.record_type == record_type.key,
            DuplicateKey.record_id == func.any(_array(ids)),
            within(DuplicateKey.key, seen_signs(record_type, by)),
        )
    )
    held: dict[int, set[UUID]] = {}
    for key, record_id in rows:
        held.setdefault(key, set()).add(record_id)
    return {key: holders for key, holders in held.items() if len(holders) > 1}


def within(key: Any, hows: Iterable[How]) -> ColumnElement[bool]:
    """Keys of some signs; none of no sign."""
    ranges = (range_of(how) for how in hows)
    return or_(false(), *(and_(key >= first, key < beyond) for first, beyond in ranges))


def _walk(
    record_type: RecordType, by: Actor, asked: Asked, after: int, at_once: int
) -> Iterator[Group]:
    """Every group behind a key that is not told by a surer one, the surest first."""
    statement = _groups(record_type, by, asked)
    while statement is not None:
        rows = by.session.execute(statement.where(SharedKey.key > after).limit(at_once)).all()
        if rows:
            yield from _told(record_type, by, asked, rows)
        if len(rows) < at_once:
            return
        after = rows[-1].key


def _told(record_type: RecordType, by: Actor, asked: Asked, rows: Sequence[Any]) -> Iterator[Group]:
    """Those of some groups whose records share no surer key that is shown itself."""
    ids = {one for row in rows for one in row.ids}
    shared = shared_keys(record_type, ids, by)
    if asked.how is not None:
        shared = {key: its for key, its in shared.items() if how_of(key) == asked.how}
    keys_of_record: dict[UUID, list[int]] = {}
    for key, holders in shared.items():
        for one in holders:
            keys_of_record.setdefault(one, []).append(key)
    telling = _Telling(record_type, by, asked, ids, shared)
    for row in rows:
        its = set(row.ids)
        keys = sorted({key for one in its for key in keys_of_record.get(one, ())})
        if not any(telling.tells(key, its) for key in keys if key < row.key):
            told = tuple(key for key in keys if len(shared[key] & its) > 1)
            yield Group(row.key, tuple(row.ids), told)


class _Telling:
    """Whether a key tells of some records by itself, so that another one need not."""

    def __init__(
        self,
        record_type: RecordType,
        by: Actor,
        asked: Asked,
        ids: Collection[UUID],
        shared: Mapping[int, set[UUID]],
    ) -> None:
        self._shared, self._asked = shared, asked
        self._few = _held_by_few(record_type, shared, by)
        self._denied = denials(record_type, ids, by)

    def tells(self, key: int, its: set[UUID]) -> bool:
        """True when all of these share the key, and it is shown."""
        if key not in self._few or not its <= self._shared[key]:
            return False
        denied = sum(1 for pair in self._denied.get(key, ()) if its.issuperset(pair))
        pairs = len(its) * (len(its) - 1) // 2
        return denied > 0 if self._asked.denied else denied < pairs


def denials(
    record_type: RecordType, ids: Collection[UUID], by: Actor
) -> dict[int, list[tuple[UUID, UUID]]]:
    """The pairs among some records that somebody said are not the same, by their key."""
    among = _array(ids)
    rows = by.session.execute(
        select(NotDuplicate.key, NotDuplicate.one_id, NotDuplicate.other_id).where(
            NotDuplicate.record_type == record_type.key,
            NotDuplicate.one_id == func.any(among),
            NotDuplicate.other_id == func.any(among),
        )
    )
    found: dict[int, list[tuple[UUID, UUID]]] = {}
    for key, one_id, other_id in rows:
        found.setdefault(key, []).append((one_id, other_id))
    return found


def _held_by_few(record_type: RecordType, keys: Iterable[int], by: Actor) -> set[int]:
    """Those of some keys that no more than MOST records have."""
    wanted = sorted(keys)
    if not wanted:
        return set()
    few = (
        select(DuplicateKey.record_id)
        .where(DuplicateKey.record_type == record_type.key, DuplicateKey.key == SharedKey.key)
        .limit(MOST + 1)
        .correlate(SharedKey)
        .subquery()
    )
    number = select(func.count()).select_from(few).scalar_subquery()
    found = select(SharedKey.key).where(
        SharedKey.record_type == record_type.key, SharedKey.key.in_(wanted), number <= MOST
    )
    return set(by.session.scalars(found))


def _groups(record_type: RecordType, by: Actor, asked: Asked) -> Select[Any] | None:
    """The statement of `key, ids` in the order of keys; None where no sign may be seen.

    People of one name between any two of whom everything speaks are no group.
    """
    hows = tuple(one for one in seen_signs(record_type, by) if asked.how in (None, one))
    if not hows or not by.may(record_type.key, "read"):
        return None
    model = record_type.model
    few = (
        select(DuplicateKey.record_id)
        .where(DuplicateKey.record_type == record_type.key, DuplicateKey.key == SharedKey.key)
        .limit(MOST + 1)
        .correlate(SharedKey)
        .lateral("few")
    )
    theirs = and_(permitted(record_type, by), *_beside_seen(record_type, by))
    of_owner = model.owner_id == asked.owner_id if asked.owner_id else true()
    weak = [] if asked.denied else list(doubted(record_type, readable_keys(record_type, by)))
    members = (
        select(
            func.array_agg(model.id, type_=ARRAY(Uuid)).filter(theirs).label("ids"),
            func.count().label("holders"),
            func.count().filter(theirs).label("number"),
            func.bool_or(of_owner).filter(theirs).label("is_asked"),
            *(or_(*leaves_some(one.against, theirs)).label(f"stands_{one.how}") for one in weak),
        )
        .select_from(few.join(model, model.id == few.c.record_id))
        .correlate(SharedKey)
        .lateral("members")
    )
    statement = (
        select(SharedKey.key, members.c.ids)
        .select_from(SharedKey)
        .join(members, true())
        .where(
            SharedKey.record_type == record_type.key,
            within(SharedKey.key, hows),
            members.c.holders <= MOST,
            members.c.number >= 2,
            members.c.is_asked,
            *(
                or_(~within(SharedKey.key, (one.how,)), members.c[f"stands_{one.how}"])
                for one in weak
            ),
        )
        .order_by(SharedKey.key)
    )
    keys = _keys_of_few(record_type, by, asked)
    if keys is not None:
        statement = statement.where(SharedKey.key.in_(keys))
    if asked.denied:  # These are few, and going through all that is shared would take minutes.
        named = select(NotDuplicate.key).where(NotDuplicate.record_type == record_type.key)
        said = named.distinct().cte("said").prefix_with("MATERIALIZED")
        statement = statement.where(SharedKey.key.in_(select(said.c.key)))
    denied = _denied_pairs(record_type, members.c.ids)
    pairs = members.c.number * (members.c.number - 1) / 2
    return statement.where(denied > 0 if asked.denied else denied < pairs)


def _keys_of_few(record_type: RecordType, by: Actor, asked: Asked) -> Select[Any] | None:
    """The keys of the records that are asked for, where these are few; None where they are many.

    Going through what a million share, to find what somebody's hundred do, would take too long.
    """
    model = record_type.model
    if asked.owner_id is None and by.rights.reach(record_type.key, "read") is Reach.ALL:
        return None
    of_owner = model.owner_id == asked.owner_id if asked.owner_id else true()
    theirs = select(model.id).where(permitted(record_type, by), of_owner).limit(NARROW + 1)
    number = by.session.scalar(select(func.count()).select_from(theirs.subquery())) or 0
    if number > NARROW:
        return None
    few = theirs.cte("theirs").prefix_with("MATERIALIZED")
    return select(DuplicateKey.key).where(
        DuplicateKey.record_type == record_type.key, DuplicateKey.record_id.in_(select(few.c.id))
    )


def _denied_pairs(record_type: RecordType, ids: Any) -> ColumnElement[int]:
    """How many pairs of a group's records somebody said are not the same."""
    return (
        select(func.count())
        .where(
            NotDuplicate.record_type == record_type.key,
            NotDuplicate.key == SharedKey.key,
            NotDuplicate.one_id == func.any(ids),
            NotDuplicate.other_id == func.any(ids),
        )
        .scalar_subquery()
    )


def _beside_seen(record_type: RecordType, by: Actor) -> Iterator[ColumnElement[bool]]:
    """Of keys that tell of a reference: records whose referred-to record may be read as well."""
    for sign in record_type.signs:
        if sign.beside is None:
            continue
        target = record_type.field(sign.beside.key).to or ""
        if by.rights.reach(target, "read") is not Reach.ALL:
            readable = refers_to_readable(record_type, sign.beside, reader_of(by))
            yield or_(~within(SharedKey.key, (sign.how,)), sign.beside.is_(None), readable)


def _array(ids: Collection[UUID]) -> Any:
    return bindparam(None, list(ids), type_=ARRAY(Uuid))
