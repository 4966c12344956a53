"""Who acts, where, when, with which rights: handed to every operation, never ambient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.kernel.preview import Preview, Support
from tenants.facts import TenantFacts


class Reach(IntEnum):
    """How far a grant reaches: one's own records, those of the team and below, or all.

    No role is granted POOL: who looks into the pool of a type reads so far, for that page alone.
    """

    POOL = 0
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
    FieldAccess. An owner of the workspace is allowed everything. `pooled` is the type of which
    nothing but the pool is read.
    """

    grants: Mapping[tuple[str, str], Reach] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], FieldAccess] = field(default_factory=dict)
    is_owner: bool = False
    scopes: frozenset[str] | None = None  # What a token narrows the rights to; None: nothing.
    pooled: str = ""

    def reach(self, record_type: str, verb: str) -> Reach | None:
        """How far `verb` reaches on records of this type, or None when it is not granted."""
        if not self.within_scopes(record_type, verb):
            return None
        if record_type == self.pooled and verb == "read":
            return Reach.POOL
        if self.is_owner:
            return Reach.ALL
        return self.grants.get((record_type, verb))

    def reads_all(self, record_type: str) -> bool:
        """True where all records of a type are read, also by whoever looks into its pool."""
        return self.is_owner or self.grants.get((record_type, "read")) is Reach.ALL

    def reads_pool_alone(self, record_type: str) -> bool:
        """True for a look into the pool of a type by whoever does not read all of its records."""
        return self.pooled == record_type and not self.reads_all(record_type)

    def field(self, record_type: str, key: str) -> FieldAccess:
        """What may be done with a field of a record that is permitted."""
        if self.is_owner:
            return FieldAccess.WRITE
        return self.fields.get((record_type, key), FieldAccess.WRITE)

    def narrowed(self, scopes: frozenset[str]) -> Rights:
        """These rights cut down to a token's scopes: `contact:read`, `contact:*` or `*`."""
        return replace(self, scopes=scopes)

    def widened(
        self, reaches: Collection[tuple[str, str]] = (), writes: Collection[tuple[str, str]] = ()
    ) -> Rights:
        """These rights for values that are not the person's own, as a plan's or taken over.

        Each (record type, verb) of `reaches` reaches all records, and each (record type, field) of
        `writes` may be written whatever the rules say. A token's scopes stay as they are.
        """
        fields = {key: access for key, access in self.fields.items() if key not in writes}
        grants = {**self.grants, **dict.fromkeys(reaches, Reach.ALL)}
        return replace(self, grants=grants, fields=fields)

    def within(self, other: Rights) -> Rights:
        """What both these and `other` allow, which is never more than either."""
        if self.is_owner or other.is_owner:
            return replace(other if self.is_owner else self, scopes=self.scopes)
        grants = {
            key: min(reach, other.grants[key])
            for key, reach in self.grants.items()
            if key in other.grants
        }
        narrowed = {*self.fields, *other.fields}
        fields = {key: min(self.field(*key), other.field(*key)) for key in narrowed}
        return Rights(grants, fields, scopes=self.scopes)

    def within_scopes(self, record_type: str, verb: str) -> bool:
        """True where no token is used, and where the token's scopes hold the verb."""
        if self.scopes is None or "*" in self.scopes:
            return True
        return f"{record_type}:{verb}" in self.scopes or f"{record_type}:*" in self.scopes


@dataclass(frozen=True, slots=True)
class Approval:
    """What lets a change pass that is held back otherwise.

    `passes` names the rules that are met, all of them where it is None; `names` are those who
    approved it, `request_id` the request that they answered.
    """

    passes: frozenset[str] | None = None
    names: tuple[str, ...] = ()
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody (or the service itself) acting in one workspace at one moment.

    `session` is the open tenant scope, `now` the only clock of operations, `via` one of web, api,
    job, import, command. `team_user_ids` are the users of the actor's teams and those below,
    the actor included; `groups` are the ids of the role, of the team and of those above it, by
    which rules share records. `user_id` is None for the service itself. `previews` says as whom
    somebody looks at the workspace: their rights are narrowed to that, and they change nothing
    meanwhile. Looking as a colleague, `user_id` and what follows from it are the colleague's; what
    is personal (notices, work, what was open lately) goes by `person_id`. `approval` is there while
    what was approved is done. `support` says who of the service is there in `user_id`'s name, with
    their consent; their rights are narrowed to records. `hands_over` says that what somebody held
    who has left gets another owner, which nothing that waits for approval may hold up. `restores`
    says that values come back which stood before, by the undoing of what replaced them.
    `takes_over` says that a draft is begun with what another record says: nobody is there to fill
    in what the workspace's own fields ask for, which is asked for later.
    """

    session: Session
    tenant: TenantFacts
    now: datetime
    rights: Rights
    user_id: UUID | None = None
    role_id: UUID | None = None
    name: str = ""
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    team_user_ids: tuple[UUID, ...] = ()
    groups: frozenset[UUID] = frozenset()
    via: str = "web"
    previews: Preview | None = None
    batch_id: UUID | None = None
    approval: Approval | None = None
    support: Support | None = None
    hands_over: bool = False
    restores: bool = False
    takes_over: bool = False

    @property
    def person_id(self) -> UUID | None:
        """The user who is really there, also while they look as a colleague."""
        return self.user_id if self.previews is None else self.previews.looker_id

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
