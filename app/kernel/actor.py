"""Who acts, where, when, with which rights: handed to every operation, never ambient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tenants.facts import TenantFacts


class Reach(IntEnum):
    """How far a grant reaches: one's own records, those of the team and below, or all."""

    OWN = 1
    TEAM = 2
    ALL = 3


class FieldAccess(IntEnum):
    """What a field rule leaves of a field; without a rule it is WRITE."""

    HIDDEN = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role allows: verbs with their reach, and fields that are narrowed.

    `grants` maps (record type, verb) to a Reach, `fields` maps (record type, field) to a
    FieldAccess. An owner of the workspace is allowed everything.
    """

    grants: Mapping[tuple[str, str], Reach] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], FieldAccess] = field(default_factory=dict)
    is_owner: bool = False

    def reach(self, record_type: str, verb: str) -> Reach | None:
        """How far `verb` reaches on records of this type, or None when it is not granted."""
        if self.is_owner:
            return Reach.ALL
        return self.grants.get((record_type, verb))

    def field(self, record_type: str, key: str) -> FieldAccess:
        """What may be done with a field of a record that is permitted."""
        if self.is_owner:
            return FieldAccess.WRITE
        return self.fields.get((record_type, key), FieldAccess.WRITE)

    def narrowed(self, scopes: frozenset[str]) -> Rights:
        """These rights cut down to the scopes of a token (`contact:read`, `contact:*`, `*`)."""
        if "*" in scopes:
            return self

        def within(record_type: str, verb: str) -> bool:
            return f"{record_type}:{verb}" in scopes or f"{record_type}:*" in scopes

        if not self.is_owner:
            kept = {key: reach for key, reach in self.grants.items() if within(*key)}
            return Rights(grants=kept, fields=self.fields)
        return Rights(grants=_Everything(scopes), fields={})


class _Everything(Mapping[tuple[str, str], Reach]):
    """An owner's grants narrowed by a token's scopes: every scope reaches all records."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self._scopes = scopes

    def __getitem__(self, key: tuple[str, str]) -> Reach:
        if f"{key[0]}:{key[1]}" in self._scopes or f"{key[0]}:*" in self._scopes:
            return Reach.ALL
        raise KeyError(key)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return (tuple(scope.split(":", 1)) for scope in self._scopes if ":" in scope)

    def __len__(self) -> int:
        return len(self._scopes)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody (or the service itself) acting in one workspace at one moment.

    `session` is the open tenant scope, `now` the only clock of operations, `via` one of web, api,
    job, import, command. `team_user_ids` are the users of the actor's teams and those below,
    the actor included. `user_id` is None for the service itself.
    """

    session: Session
    tenant: TenantFacts
    now: datetime
    rights: Rights
    user_id: UUID | None = None
    name: str = ""
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    team_user_ids: tuple[UUID, ...] = ()
    via: str = "web"
    batch_id: UUID | None = None

    def may(self, record_type: str, verb: str) -> bool:
        """True when some record of this type may be treated so by this actor."""
        return self.rights.reach(record_type, verb) is not None

    def today(self) -> date:
        """The date on the actor's wall."""
        return self.now.astimezone(self.zone).date()

    def in_batch(self, batch_id: UUID) -> Actor:
        """The same actor, whose events carry `batch_id` so that they can be undone together."""
        return replace(self, batch_id=batch_id)


def service_actor(session: Session, tenant: TenantFacts, now: datetime, *, via: str) -> Actor:
    """The service itself acting in a workspace (a job, a command), with every right."""
    return Actor(
        session=session,
        tenant=tenant,
        now=now,
        rights=Rights(is_owner=True),
        language=tenant.language,
        zone=ZoneInfo(tenant.zone),
        via=via,
    )
