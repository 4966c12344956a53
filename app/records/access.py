"""Access, decided in SQL when records are fetched: a record obtained is a record permitted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import aliased

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.kernel.remembered import Remembered
from app.records.fields import Field
from app.records.model import Record, is_free
from app.records.pool.facts import CLAIM, OF_POOL
from app.records.pool.taken import tell_taken
from app.records.registry import registry
from app.records.sharing.followers import followed
from app.records.sharing.rules import Rule, rules_for
from app.records.types import RecordType


def live(record_type: RecordType) -> ColumnElement[bool]:
    """Rows that were not deleted."""
    return record_type.model.deleted_at.is_(None)


def permitted(record_type: RecordType, by: Actor, verb: str = "read") -> ColumnElement[bool]:
    """The rows of a type on which `by` may do `verb`, as a condition for WHERE.

    A grant reaches the actor's own records, those of the team and below, or all; beyond these, what
    a rule shares with them or, to read, what they follow. Where a type says so (`through`), whoever
    may read the record referred to may read this one too.
    """
    return and_(live(record_type), within_reach(record_type, by, verb))


def within_reach(record_type: RecordType, by: Actor, verb: str) -> ColumnElement[bool]:
    """The rows, deleted ones too, on which a grant of `verb` reaches; see `permitted`."""
    return reached(record_type, record_type.model, verb, reader_of(by))


@dataclass(frozen=True, slots=True)
class Reader:
    """What access depends on of whoever asks.

    `owners_of` and `followed_of` may answer with parameters, so that a statement can be kept for
    many readers; `followed_of` with None where nothing is followed.
    """

    reach_of: Callable[[str, str], Reach | None]  # Of a verb on a record type.
    owners_of: Callable[[Reach], Any]  # Whose records a reach short of all means, for `in_`.
    rules_of: Callable[[str, str], tuple[Rule, ...]]  # What is shared with them, for a verb.
    followed_of: Callable[[str], Any]  # Which records of a type they follow, for `in_`.


def reader_of(by: Actor) -> Reader:
    """What access depends on of an actor."""
    return Reader(
        by.rights.reach,
        lambda reach: owners(by, reach),
        lambda kind, verb: rules_for(by, kind, verb),
        lambda kind: followed(by, kind) or None,
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground on which rows may be treated so: all of them, or those of which `holds` is true.

    `kind` is all, owner, pool, rule, follower or through; `rule` and `reference` say which.
    """

    kind: str
    holds: ColumnElement[bool]
    rule: Rule | None = None
    reference: str = ""


def grounds(record_type: RecordType, model: Any, verb: str, reader: Reader) -> Iterator[Ground]:
    """Every ground on which `reader` may do `verb` on rows of `model`.

    A rule or a following lengthens the reach of a verb that the role grants, and never gives it.
    What is done with the pool reaches what is in it, however far the role reaches otherwise.
    """
    reach = reader.reach_of(record_type.key, verb)
    if reach is None:
        return
    if reach is Reach.POOL or (verb == CLAIM and record_type.pool is not None):
        yield Ground("pool", is_free(model))
        return
    if reach is Reach.ALL:
        yield Ground("all", true())
        return
    yield Ground("owner", model.owner_id.in_(reader.owners_of(reach)))
    if verb in OF_POOL and record_type.pool is not None:
        yield Ground("pool", model.owner_id.is_(None))
    for rule in reader.rules_of(record_type.key, verb):
        yield Ground("rule", rule.condition(model), rule=rule)
    if verb == "read":
        yield from _read_beside(record_type, model, reader)


def _read_beside(record_type: RecordType, model: Any, reader: Reader) -> Iterator[Ground]:
    """The grounds on which rows are read that are of no other use."""
    following = reader.followed_of(record_type.key)
    if following is not None:
        yield Ground("follower", model.id.in_(following))
    for one in record_type.through:
        readable = refers_to_readable(record_type, getattr(model, one.key), reader)
        yield Ground("through", readable, reference=one.key)


def reached(record_type: RecordType, model: Any, verb: str, reader: Reader) -> ColumnElement[bool]:
    """The rows of `model`, the type's own or an alias of it, on which `reader` may do `verb`."""
    return or_(false(), *(one.holds for one in grounds(record_type, model, verb, reader)))


def refers_to_readable(
    record_type: RecordType, reference: Any, reader: Reader
) -> ColumnElement[bool]:
    """Rows whose `reference` points to a record that may be read.

    Asked of the one record that a row points to, as the ids of all that may be read would not fit
    into the memory of a statement where they are very many. Who reads a record by the pool alone
    reads nothing through it.
    """
    target = registry().type(record_type.field(reference.key).to or "")
    if reader.reach_of(target.key, "read") is Reach.POOL:
        return false()
    row = _pointed_to(target.model)
    may_read = reached(target, row, "read", reader)
    found = select(literal(1)).where(row.id == reference, row.deleted_at.is_(None), may_read)
    return exists(found.correlate_except(row))


@cache
def _pointed_to(model: Any) -> Any:
    """One alias for each table, made once: it copies every column."""
    return aliased(model)


def owners(by: Actor, reach: Reach) -> tuple[UUID | None, ...]:
    """Whose records a reach short of all means: one's own, or those of the team and below."""
    return (by.user_id,) if reach is Reach.OWN else by.team_user_ids


def fetch(record_type: RecordType, record_id: UUID | None, by: Actor, verb: str = "read") -> Record:
    """The record, when `by` may do `verb` on it.

    Missing when it does not exist or may not be seen; NotPermitted when it may be seen but not
    treated so; Conflict when a colleague was quicker to claim it.
    """
    if record_id is None:
        raise Missing(_("There is no such record."))
    model = record_type.model
    found = by.session.scalars(
        select(model).where(model.id == record_id, permitted(record_type, by, verb))
    ).one_or_none()
    if found is not None:
        return found
    if verb == CLAIM and record_type.pool is not None and by.may(record_type.key, CLAIM):
        tell_taken(record_type.key, model, record_id, by)
    if verb != "read" and can_read(record_type, record_id, by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    raise Missing(_("There is no such record."))


def can_read(record_type: RecordType, record_id: UUID, by: Actor) -> bool:
    """True when `by` may see this record."""
    model = record_type.model
    statement = select(model.id).where(model.id == record_id, permitted(record_type, by, "read"))
    return by.session.execute(statement).first() is not None


def may_do(record_type: RecordType, record: Record, verb: str, by: Actor) -> bool:
    """True when `by` may do `verb` on a record already fetched.

    One statement is run where only a sharing rule can let them, and none else.
    """
    if reaches(record_type, record.owner_id, verb, by):
        return True
    if not by.may(record_type.key, verb):
        return False
    return _is_shared(record_type, record, rules_for(by, record_type.key, verb), by)


def learn_shared(
    record_type: RecordType, records: Collection[Record], verb: str, by: Actor
) -> None:
    """Learn by one statement what `may_do` would ask of each of some records."""
    rules = rules_for(by, record_type.key, verb) if by.may(record_type.key, verb) else ()
    beyond = [one for one in records if not reaches(record_type, one.owner_id, verb, by)]
    if not rules or not beyond:
        return
    model = record_type.model
    shared = or_(*(rule.condition(model) for rule in rules))
    ids = [one.id for one in beyond]
    found = set(by.session.scalars(select(model.id).where(model.id.in_(ids), shared)))
    kept: dict[object, bool] = by.session.info.setdefault("shared", {})
    kept.update({(one.id, one.version, rules): one.id in found for one in beyond})


def _is_shared(record_type: RecordType, record: Record, rules: tuple[Rule, ...], by: Actor) -> bool:
    """True when one of some rules shares the record as it stands; asked once for each version."""
    if not rules:
        return False
    kept: dict[object, bool] = by.session.info.setdefault("shared", {})
    key = (record.id, record.version, rules)
    if key not in kept:
        model = record_type.model
        shared = or_(*(rule.condition(model) for rule in rules))
        found = by.session.execute(select(model.id).where(model.id == record.id, shared))
        kept[key] = found.first() is not None
    return kept[key]


def reaches(record_type: RecordType, owner_id: UUID | None, verb: str, by: Actor) -> bool:
    """True when `verb` of `by` reaches a record of this owner."""
    reach = by.rights.reach(record_type.key, verb)
    if reach is None:
        return False
    if reach is Reach.POOL or (verb == CLAIM and record_type.pool is not None):
        return owner_id is None
    if reach is Reach.ALL:
        return True
    if owner_id is None and verb in OF_POOL:
        return record_type.pool is not None
    return owner_id in owners(by, reach)


class Readable(NamedTuple):
    """The fields of a type that somebody may see, and their keys."""

    fields: tuple[Field, ...]
    keys: frozenset[str]
    rights: Rights  # By whose identity they are remembered: while they are, it is no other's.


_readable: Remembered[Readable] = Remembered(4096)


def readable_fields(record_type: RecordType, by: Actor) -> tuple[Field, ...]:
    """The fields whose values `by` may see: in forms, lists, filters, searches and the API."""
    return _read(record_type, by).fields


def readable_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """The keys of `readable_fields`."""
    return _read(record_type, by).keys


def _read(record_type: RecordType, by: Actor) -> Readable:
    """What `by` may see, which follows from type, rights and modules: a page asks many times."""
    key = (record_type, id(by.rights), by.tenant.modules)
    return _readable.get(key, lambda: _find_readable(record_type, by))


def _find_readable(record_type: RecordType, by: Actor) -> Readable:
    fields = tuple(field for field in record_type.fields if sees(record_type, field.key, by))
    return Readable(fields, frozenset(field.key for field in fields), by.rights)


def sees(record_type: RecordType, key: str, by: Actor) -> bool:
    """True when `by` may see this field; the title always, as it is what records are named by.

    A reference is seen only by whoever may read records of the type that it points to, and what
    the product keeps of another type's records only by whoever may read those.
    """
    if key == record_type.title.key:
        return True
    if by.rights.field(record_type.key, key) < FieldAccess.READ:
        return False
    field = record_type.field(key)
    if record_type.part is not None and not all(
        sees(registry().type(kind), one, by) for kind, one in record_type.part.asks_for(key)
    ):
        return False
    return _may_read(field.told_by, by) and _points_to_readable(field, by)


def _points_to_readable(field: Field, by: Actor) -> bool:
    """True for what is no reference, and for one whose type is switched on and may be read."""
    return field.to == "user" or _may_read(field.to, by)


def _may_read(kind: str | None, by: Actor) -> bool:
    """True for no type at all, and for one that is switched on and may be read."""
    if kind is None:
        return True
    return by.tenant.allows(registry().type(kind).module) and by.may(kind, "read")


def writable_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """The keys of the fields that `by` may change; none of a type that may not be referred to."""
    return frozenset(
        field.key
        for field in record_type.fields
        if not field.readonly
        and by.rights.field(record_type.key, field.key) is FieldAccess.WRITE
        and _points_to_readable(field, by)
    )


def writable_field(record_type: RecordType, key: str, by: Actor) -> Field:
    """The field of this key; Missing when there is none, NotPermitted when it is not theirs."""
    field = record_type.by_key.get(key)
    if field is None:
        raise Missing(_("There is no such field."))
    if key not in writable_keys(record_type, by):
        raise NotPermitted(_("Your role may not change this field."))
    return field
