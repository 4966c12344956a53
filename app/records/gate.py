"""The gate within the door: what a layer above holds back until somebody approves it.

A change is done in a savepoint and looked at as it stands then, so that a rule is about the record
as it would be. What is held back leaves nothing. A workspace without such rules pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Held, Refused
from app.kernel.language import Text
from app.records.alter import changes_between, told_values
from app.records.fields import Field
from app.records.history import account_of
from app.records.model import Record
from app.records.types import RecordType
from app.records.values import as_json

Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A change as it stands in the savepoint: the record, and [old, new] of what changed."""

    record: Record
    changes: Changes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a change is held back: in words, by field where it is one's, and for the gate itself."""

    message: Text | str
    why: Any
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    asks_first: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that waits for approval: what was asked of the door, and what it would change.

    Of a record that would be new, `record_id` is None; `place` tells it from its equals that were
    asked for together with it.
    """

    record_type: str
    verb: str
    record_id: UUID | None
    version: int | None
    inputs: Mapping[str, Any]
    title: str
    account_id: UUID | None
    owner_id: UUID | None
    changes: Changes
    verdict: Verdict
    place: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits: where it is, and what whoever asked is told."""

    id: UUID
    url: str
    message: Text | str


class Gate(Protocol):
    """What the layer above hands over; it raises Refused for what is locked meanwhile."""

    def watches(self, by: Actor) -> bool:
        """True where the workspace holds anything back; no statement where it never did."""

    def judge(
        self, record_type: RecordType, verb: str, done: Sequence[Done], by: Actor
    ) -> Mapping[UUID, Verdict]:
        """What stands against changes as they stand now, by the ids of their records."""

    def keep(self, wish: Wish, by: Actor) -> Asked:
        """Keep a change until somebody approves it, and tell who can."""

    def waiting(self, batch_id: UUID, by: Actor) -> int:
        """How many changes of a batch wait for approval."""

    def withdraw(self, batch_id: UUID, by: Actor) -> int:
        """Take back what waits of a batch that is undone; answers with how many there were."""

    def hints(self, record_type: RecordType, record: Any, by: Actor) -> Mapping[str, str]:
        """How far `by` may go by themselves with fields of a record, by key."""

    def standing(self, record_type: str, record_id: UUID, by: Actor) -> Sequence[Any]:
        """What waits for approval about a record: each with `text` and `url`."""

    def within(self, told: Mapping[str, Any], by: Actor) -> str:
        """By whose authority something was done, as an event keeps it, in words."""

    def locked(self, record_type: str, ids: Any, by: Actor) -> int:
        """How many of some records, whose ids a statement selects, nobody can change meanwhile."""


_gate: Gate | None = None


def install(gate: Gate) -> None:
    """Fix what holds changes back; start-up calls it once per process."""
    global _gate  # noqa: PLW0603  Fixed from here on, as the registry is.
    _gate = gate


def watches(by: Actor) -> bool:
    """True where some change may be held back."""
    return _gate is not None and _gate.watches(by)


def hints(record_type: RecordType, record: Any, by: Actor) -> Mapping[str, str]:
    """What stands beside fields: how far `by` may go by themselves."""
    if _gate is None or not _gate.watches(by):
        return {}
    return _gate.hints(record_type, record, by)


def standing(record_type: RecordType, record_id: UUID, by: Actor) -> Sequence[Any]:
    """What waits for approval about a record; no statement where nothing is held back."""
    if _gate is None or not _gate.watches(by):
        return ()
    return _gate.standing(record_type.key, record_id, by)


def within(told: Mapping[str, Any], by: Actor) -> str:
    """By whose authority something was done, as an event keeps it, in the reader's words."""
    return _gate.within(told, by) if _gate is not None else ""


def locked(record_type: str, ids: Any, by: Actor) -> int:
    """How many of some records are locked as a whole; no statement where nothing is held back."""
    return _gate.locked(record_type, ids, by) if _gate is not None and _gate.watches(by) else 0


def keep(held: Held, by: Actor, place: str = "") -> Asked:
    """Keep what was held back, once its savepoint is gone; `by` asks for it.

    `place` is where it stood among many that were asked for together.
    """
    assert _gate is not None  # noqa: S101 - nothing is held back without it.
    assert isinstance(held.wish, Wish)  # noqa: S101 - as the door made it.
    return _gate.keep(replace(held.wish, place=place), by)


def waiting(batch_id: UUID, by: Actor) -> int:
    """How many changes of a batch wait for approval; no statement where nothing is held back."""
    return _gate.waiting(batch_id, by) if _gate is not None and _gate.watches(by) else 0


def withdraw(batch_id: UUID, by: Actor) -> int:
    """Take back what waits of a batch that is undone; answers with how many there were."""
    return _gate.withdraw(batch_id, by) if _gate is not None and _gate.watches(by) else 0


def judge(
    record_type: RecordType, verb: str, done: Sequence[Done], by: Actor
) -> Mapping[UUID, Verdict]:
    """What stands against changes that were made in the savepoint around, by id."""
    if _gate is None or not done or not _gate.watches(by):
        return {}
    return _gate.judge(record_type, verb, done, by)


def through(
    record_type: RecordType,
    verb: str,
    record: Record | None,
    inputs: Mapping[str, Any],
    by: Actor,
    work: Callable[[], Record],
) -> Record:
    """Do a change and look at it; Held where it is held back, and then nothing of it is left.

    Where something that it takes along is held back, it is held back as a whole.
    """
    before = told_values(record_type, record) if record is not None else {}
    stood = (record.id, record.version, record.owner_id) if record is not None else None
    title = record_type.title_of(record) if record is not None else ""
    account_id = account_of(record_type, record) if record is not None else None
    own: Wish | None = None
    try:
        with by.session.begin_nested():
            done = work()
            changes = changes_of(record_type, done, before if record is not None else None)
            title = title or record_type.title_of(done)
            by.session.flush()  # It is judged as it stands in the database.
            found = judge(record_type, verb, [Done(done, changes)], by)
            if done.id in found:
                owner_id = stood[2] if stood else done.owner_id
                account_id = account_id or account_of(record_type, done)
                own = Wish(
                    record_type.key,
                    verb,
                    stood[0] if stood else None,
                    stood[1] if stood else None,
                    as_sent(inputs),
                    title,
                    account_id,
                    owner_id,
                    changes,
                    found[done.id],
                )
                raise held_for(own)
    except Held as held:
        inner = held.wish
        assert isinstance(inner, Wish)  # noqa: S101 - as the door made it.
        if inner is own:
            raise  # What this took along may be of the same kind: two new ones have no id yet.
        raise held_for(
            replace(
                inner,
                record_type=record_type.key,
                verb=verb,
                record_id=stood[0] if stood else None,
                version=stood[1] if stood else None,
                inputs=as_sent(inputs),
                title=title or inner.title,
                account_id=account_id or inner.account_id,
                owner_id=stood[2] if stood else by.user_id,
                changes=_asked_changes(record_type, inputs, before),
            )
        ) from None
    return done


def owner_before(verb: str, done: Done) -> UUID | None:
    """Whose record it was before a change that was done; of a new one, whose it is."""
    if verb == "create" or "owner_id" not in done.changes:
        return done.record.owner_id
    old = done.changes["owner_id"][0]
    return UUID(str(old)) if old else None


def held_for(wish: Wish) -> Held:
    """The answer to a wish that is held back."""
    verdict = wish.verdict
    return Held(verdict.message, wish, errors=verdict.errors, asks_first=verdict.asks_first)


def wish_of(
    record_type: RecordType,
    verb: str,
    done: Done,
    inputs: Mapping[str, Any],
    verdict: Verdict,
    *,
    version: int | None = None,
) -> Wish:
    """The wish of a row that many were written with; `version` is of a record that stands."""
    record = done.record
    return Wish(
        record_type.key,
        verb,
        record.id if version is not None else None,
        version,
        as_sent(inputs),
        record_type.title_of(record),
        account_of(record_type, record),
        owner_before(verb, done),
        done.changes,
        verdict,
    )


@contextmanager
def refusing(what: Text) -> Iterator[None]:
    """For what can't wait: within it, what is held back is Refused, with `what` and the reason."""
    try:
        yield
    except Held as held:
        raise Refused(f"{what} {held.message}") from None


def hold_back(record_type: RecordType, verb: str, records: Sequence[Record], by: Actor) -> None:
    """Held where `verb` is held back for one of some records as they stand."""
    done = [Done(one, {}) for one in records]
    found = judge(record_type, verb, done, by)
    for one in done:
        if one.record.id in found:
            verdict, version = found[one.record.id], one.record.version
            raise held_for(wish_of(record_type, verb, one, {}, verdict, version=version))


def changes_of(
    record_type: RecordType, record: Record, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """[old, new] of each field; of a new record, those that were given."""
    if before is not None:
        return changes_between(dict(before), told_values(record_type, record))
    held = record.__dict__
    found = {}
    for key, one in record_type.told:
        value = held.get(key) if type(one) is Field else one.value(record)
        if value not in (None, "", (), []):
            found[key] = [None, as_json(value)]
    return found


def as_sent(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as JSON holds them, from which the door reads the same values again."""
    return {key: _sent(value) for key, value in inputs.items()}


def _sent(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _sent(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_sent(one) for one in value]
    plain = as_json(value)
    return plain if isinstance(plain, str | int | float | bool | None | list | dict) else str(plain)


def _asked_changes(
    record_type: RecordType, inputs: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """What inputs ask of fields, where it was never done to be looked at."""
    return {
        key: [as_json(before.get(key)), _sent(value)]
        for key, value in inputs.items()
        if key in record_type.by_key
    }
