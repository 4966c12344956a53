"""What a list fetches of each row: its fields, and the titles of what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, Uuid, and_, bindparam, select, true
from sqlalchemy.orm import aliased

from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.records.access import Reader, owners, reached
from app.records.called import called, says_number
from app.records.registry import registry
from app.records.sharing.followers import followed
from app.records.sharing.rules import Rule, rules_for
from app.records.types import RecordType
from tenants.prepared import of_any_length


@dataclass(frozen=True, slots=True)
class Far:
    """How far a reader reads one type: the reach, what is shared, whether something is followed.

    `says_number` where its records are called by their number first.
    """

    reach: Reach | None
    rules: tuple[Rule, ...]
    follows: bool
    says_number: bool = False


Reaches = tuple[tuple[str, Far], ...]
# Whose records a reader's titles may be, as parameters of a statement that is kept for many.
READERS: Mapping[Reach, BindParameter[Any]] = {
    reach: bindparam(f"readers_{reach.name.lower()}", expanding=True, type_=Uuid())
    for reach in (Reach.OWN, Reach.TEAM)
}


@lru_cache(maxsize=1024)
def columns(record_type: RecordType, keys: tuple[str, ...], reaches: Reaches | None) -> Select[Any]:
    """SELECT id, version and the fields, each reference with the title of what it points to.

    One statement serves all whose roles read as far (`reaches`); who they are is a parameter.
    Without `reaches` there are no titles.
    """
    model = record_type.model
    base: list[Any] = [model.id, model.version]
    statement: Select[Any] = select(*base)
    for key in dict.fromkeys(keys):
        field = record_type.by_key[key]
        statement = statement.add_columns(of_any_length(field.fetched).label(field.key))
        if field.to and reaches is not None:
            target, title, may_read = _titled(field.to, key, dict(reaches))
            statement = statement.add_columns(of_any_length(title).label(f"{key}__title"))
            statement = statement.outerjoin(target, (target.id == field.target_id) & may_read)
    return statement


def _titled(to: str, key: str, reaches: Mapping[str, Far]) -> tuple[Any, Any, Any]:
    """An alias of the table that the reference `key` points to, its title, and who may see it."""
    if to == "user":
        user = _alias(User, key)
        return user, user.name, true()
    target = registry().type(to)
    alias = _alias(target.model, key)
    may_read = reached(target, alias, "read", reader_as_far(reaches))
    name = called(target, alias, with_number=reaches[to].says_number)
    return alias, name, and_(alias.deleted_at.is_(None), may_read)


def reader_as_far(reaches: Mapping[str, Far]) -> Reader:
    """Whoever reads as far as this: who it is comes as the parameters of `readers`."""
    return Reader(
        lambda kind, _verb: reaches[kind].reach,
        READERS.__getitem__,
        lambda kind, _verb: reaches[kind].rules,
        lambda kind: _followed(kind) if reaches[kind].follows else None,
    )


def read_reaches(by: Actor) -> Reaches:
    """How far `by` reads each record type."""
    return tuple(
        (
            one.key,
            Far(
                by.rights.reach(one.key, "read"),
                rules_for(by, one.key, "read"),
                bool(followed(by, one.key)),
                says_number(one, by),
            ),
        )
        for one in registry()
    )


def readers(by: Actor) -> dict[str, list[UUID | None]]:
    """The values of READERS and of what is followed, for `by`."""
    values: dict[str, list[UUID | None]] = {
        READERS[reach].key: list(owners(by, reach)) for reach in READERS
    }
    return values | {_followed(one.key).key: list(followed(by, one.key)) for one in registry()}


@cache
def _followed(record_type: str) -> BindParameter[Any]:
    """The records of a type that a reader follows, as a parameter like those of READERS."""
    return bindparam(f"followed_{record_type}", expanding=True, type_=Uuid())


@lru_cache(maxsize=1024)
def _alias(model: Any, _key: str) -> Any:
    """One alias for each reference, made once: it copies every column of its table."""
    return aliased(model)
