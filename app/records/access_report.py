"""The access report: whom the roles, teams and rules let reach what, and who sees personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_

from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.rights import rights_of
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import sees
from app.records.query import Query, count
from app.records.sharing.followers import followed
from app.records.sharing.rules import rules_for
from app.records.tailored import switched_on
from app.records.types import EXPORT, IMPORT, STANDARD_VERBS, RecordType

PAGE = 50
MANAGE = ("role", "manage")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person: how far they read each type, and whether they see what is personal in one."""

    user: User
    reads: Sequence[tuple[RecordType, Reach | None]]
    sees_personal: bool


@dataclass(frozen=True, slots=True)
class TypeLine:
    """What one person reaches of one type; `number` is how many they can read, up to the cap."""

    record_type: RecordType
    reaches: Sequence[tuple[str, Reach | None]]
    number: int | None
    rules: int
    followed: int
    personal: Sequence[str]


def read_report(by: Actor, *, after: tuple[str, UUID] | None = None) -> list[PersonLine]:
    """A page of the people who may sign in, by name, and one more when there is one."""
    _require(by)
    statement = select(User).where(User.is_active)
    if after is not None:
        statement = statement.where(tuple_(User.name_sort, User.id) > tuple_(*after))
    people = by.session.scalars(statement.order_by(User.name_sort, User.id).limit(PAGE + 1))
    types = switched_on(by)
    return [_person(user, rights_of(by.session, user), types) for user in people]


def read_person(by: Actor, user: User) -> list[TypeLine]:
    """What one person reaches of each type, counted by the conditions of access themselves."""
    _require(by)
    asked = actor_for(by.session, by.tenant, user, by.now, "web")
    return [_type(one, asked) for one in switched_on(by)]


def _require(by: Actor) -> None:
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))


def _person(user: User, rights: Rights, types: Sequence[RecordType]) -> PersonLine:
    reads = [(one, rights.reach(one.key, "read")) for one in types]
    sees_personal = any(
        rights.field(one.key, field.key) >= FieldAccess.READ
        for one, reach in reads
        if reach is not None
        for field in one.fields
        if field.personal
    )
    return PersonLine(user, reads, sees_personal)


def _type(record_type: RecordType, asked: Actor) -> TypeLine:
    reaches = [
        (verb, asked.rights.reach(record_type.key, verb))
        for verb in (*STANDARD_VERBS, EXPORT, IMPORT)
    ]
    may_read = asked.may(record_type.key, "read")
    personal = [
        str(one.label)
        for one in record_type.fields
        if may_read and one.personal and sees(record_type, one.key, asked)
    ]
    return TypeLine(
        record_type,
        reaches,
        count(record_type, Query(), asked) if may_read else None,
        len(rules_for(asked, record_type.key, "read")) if may_read else 0,
        len(followed(asked, record_type.key)) if may_read else 0,
        personal,
    )
