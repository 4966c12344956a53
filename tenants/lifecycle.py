"""A tenancy's life: created, suspended, resumed, erased; each one transaction of the owner's login.

DDL is transactional, so whatever goes wrong, half a tenant never exists, and a command that was
killed can be given again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg2 import Error as DriverError
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.control import (
    WAKE,
    Domain,
    FreedSlug,
    Job,
    MailHint,
    OperatorEvent,
    SignUp,
    Tenant,
    TenantSize,
)
from tenants.engine import LOCKED, DatabaseKind, kind_of, server_version, sqlstate
from tenants.errors import Busy, SlugProblem, SlugRefused, TenancyError, UnknownTenant
from tenants.facts import State, TenantFacts
from tenants.plans import plan_of
from tenants.schema import TenantSchema
from tenants.slugs import check_shape, skeleton

QUARANTINE = timedelta(days=90)  # Links and bookmarks of the old firm must not lead to a new one.
LOCK_TIMEOUT = "4s"

CLOSED = (State.PAST_DUE, State.SUSPENDED)  # In which nobody changes anything; see `TenantFacts`.

Seed = Callable[[Session, TenantFacts], None]


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What somebody decides about a workspace when it is made."""

    slug: str
    name: str
    language: str = "en"
    currency: str = "USD"
    zone: str = "UTC"
    country: str = "US"
    starter: str = ""
    plan: str = "trial"
    modules: tuple[str, ...] = ()
    state: State = State.TRIAL


def create(
    engine: Engine,
    schema: TenantSchema,
    new: NewTenant,
    *,
    now: datetime,
    seed: Seed | None = None,
    operator_id: UUID | None = None,
) -> TenantFacts:
    """Make a workspace with its role, its schema and every table, or nothing at all.

    `seed` writes the first rows in the same transaction; its session is the owner's, with the new
    schema in its search path. Raises SlugRefused where the slug can't be had.
    """
    check_shape(new.slug)
    with engine.begin() as connection, Session(connection, expire_on_commit=False) as session:
        check_free(session, new.slug, now)
        kind = kind_of(connection)
        tenant = _row(new, kind, schema.version, now)
        _insert(session, tenant)
        facts = tenant.facts()
        kind.run(connection, _ground(connection, kind, facts))
        kind.run(connection, schema.ddl)
        if seed is not None:
            session.info["tenant"] = facts
            seed(session, facts)
        _note(session, tenant.id, "created", now, operator_id, slug=new.slug, starter=new.starter)
        session.flush()  # The session ends without a commit of its own.
        return facts


def check_free(session: Session, slug: str, now: datetime) -> None:
    """Raise SlugRefused when another tenant has or lately had `slug` or one that looks like it."""
    for found in session.scalars(select(Tenant.slug).where(Tenant.skeleton == skeleton(slug))):
        raise SlugRefused(SlugProblem.TAKEN if found == slug else SlugProblem.LOOK_ALIKE, slug)
    freed = select(FreedSlug.slug).where(
        FreedSlug.skeleton == skeleton(slug), FreedSlug.until > now
    )
    if session.scalars(freed).first() is not None:
        raise SlugRefused(SlugProblem.QUARANTINED, slug)


def suspend(
    engine: Engine, slug: str, *, now: datetime, operator_id: UUID | None = None, reason: str = ""
) -> TenantFacts:
    """Leave a workspace's people nothing but sign-in, billing and export."""
    return set_state(
        engine,
        slug,
        State.SUSPENDED,
        "suspended",
        now=now,
        operator_id=operator_id,
        reason=reason,
    )


def resume(
    engine: Engine, slug: str, *, now: datetime, operator_id: UUID | None = None, reason: str = ""
) -> TenantFacts:
    """Give a suspended workspace back the state that it had before."""
    with Session(engine) as session:
        tenant = _find(session, slug)
        if tenant.state != State.SUSPENDED:
            raise TenancyError(f"The workspace {slug!r} is not suspended.")
        before = session.scalars(
            select(OperatorEvent.details["before"].astext)
            .where(OperatorEvent.tenant_id == tenant.id, OperatorEvent.verb == "suspended")
            .order_by(OperatorEvent.at.desc())
        ).first()
    state = State(before or State.ACTIVE)
    return set_state(
        engine, slug, state, "resumed", now=now, operator_id=operator_id, reason=reason
    )


def set_state(
    engine: Engine,
    slug: str,
    state: State,
    verb: str,
    *,
    now: datetime,
    operator_id: UUID | None = None,
    reason: str = "",
) -> TenantFacts:
    """Put a workspace into `state` and note it as `verb`; erasing is `erase`'s alone."""
    if state is State.ERASED:
        raise TenancyError("A workspace is erased with its data, not by a change of its state.")
    with Session(engine, expire_on_commit=False) as session, session.begin():
        tenant = _find(session, slug)
        before = tenant.state
        if before == state:
            raise TenancyError(f"The workspace {slug!r} is {state.value} already.")
        if before in CLOSED and state not in CLOSED:
            wake(session, tenant, now)
        tenant.state, tenant.changed_at = state.value, now
        why = {"reason": reason} if reason else {}
        _note(session, tenant.id, verb, now, operator_id, before=before, after=state.value, **why)
        return tenant.facts()


def erase(
    engine: Engine,
    slug: str,
    *,
    now: datetime,
    operator_id: UUID | None = None,
    reason: str = "",
    before: Callable[[Session, Tenant], None] | None = None,
) -> UUID:
    """Remove a workspace's data, role, jobs and hosts for good, and quarantine its slug.

    Its row stays, marked as erased and under names that are no host's and no firm's. Files are the
    caller's, who is told the workspace's id. `before` sees, in the same transaction, what is about
    to go. Raises Busy while somebody is in the workspace.
    """
    try:
        with engine.begin() as connection, Session(connection) as session:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            tenant = _find(session, slug)
            if before is not None:
                before(session, tenant)
                session.flush()  # What it wrote must stand before anything goes.
            _clear(session, tenant.id)
            kind = kind_of(connection)
            drop = f'DROP SCHEMA IF EXISTS "{tenant.schema_name}" CASCADE'
            kind.run(connection, [drop, *kind.drop_role(tenant.db_role)])
            session.merge(
                FreedSlug(slug=tenant.slug, skeleton=tenant.skeleton, until=now + QUARANTINE)
            )
            tenant.slug = tenant.skeleton = tenant.name = tenant.schema_name
            tenant.state, tenant.changed_at = State.ERASED.value, now
            why = {"reason": reason} if reason else {}
            _note(session, tenant.id, "erased", now, operator_id, slug=slug, **why)
            session.flush()  # As above: the transaction is the connection's.
            return tenant.id
    except (DBAPIError, DriverError) as error:
        if sqlstate(error) != LOCKED:
            raise
        raise Busy(f"The workspace {slug!r} is in use at this moment; try again.") from error


def _row(new: NewTenant, kind: DatabaseKind, version: str, now: datetime) -> Tenant:
    """The tenant's row; role and schema are named after a fresh id, never after the slug."""
    tenant_id = uuid7()
    days = plan_of(new.plan).trial_days if new.state is State.TRIAL else 0
    return Tenant(
        id=tenant_id,
        slug=new.slug,
        skeleton=skeleton(new.slug),
        name=new.name,
        db_role=kind.role_for(tenant_id),
        schema_name=f"t_{tenant_id.hex}",
        state=new.state.value,
        plan=new.plan,
        modules=list(new.modules),
        starter=new.starter,
        language=new.language,
        currency=new.currency,
        zone=new.zone,
        country=new.country,
        limits={},
        trial_ends_at=now + timedelta(days=days) if days else None,
        version=version,
        created_at=now,
        changed_at=now,
    )


def _insert(session: Session, tenant: Tenant) -> None:
    """Insert the row; of two who want one slug at the same moment, the second is told so."""
    session.add(tenant)
    try:
        session.flush()  # A slug that is taken must show before any DDL runs.
    except IntegrityError as error:
        raise SlugRefused(SlugProblem.TAKEN, tenant.slug) from error


def _ground(connection: Connection, kind: DatabaseKind, facts: TenantFacts) -> list[str]:
    """The statements that make role and schema, and give the role the tables that will come.

    Rights come by default privileges: GRANT ON ALL TABLES reads the catalogue of all tenants.
    """
    role, schema = facts.db_role, facts.schema
    return [
        *kind.make_role(role, server_version(connection)),
        f'CREATE SCHEMA "{schema}"',
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}"'
        f' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}"',
        f'SET LOCAL search_path TO "{schema}", ext',
    ]


def _find(session: Session, slug: str) -> Tenant:
    """The tenant's row, locked until the transaction ends; an erased one has no slug any more."""
    tenant = session.scalars(select(Tenant).where(Tenant.slug == slug).with_for_update()).first()
    if tenant is None or tenant.state == State.ERASED:
        raise UnknownTenant(slug)
    return tenant


def wake(session: Session, tenant: Tenant, now: datetime) -> None:
    """Have the workspace told since when nobody could change anything, as that ends now.

    Whoever changes a state by another way than `set_state` tells it this as well.
    """
    since = session.scalars(
        select(OperatorEvent.at)
        .where(
            OperatorEvent.tenant_id == tenant.id,
            OperatorEvent.details["after"].astext.in_(CLOSED),
            OperatorEvent.details["before"].astext.not_in(CLOSED),
        )
        .order_by(OperatorEvent.at.desc())
    ).first()
    payload = {"since": (since or tenant.changed_at).isoformat(), "until": now.isoformat()}
    session.add(
        Job(
            id=uuid7(),
            tenant_id=tenant.id,
            db_role=tenant.db_role,
            kind=WAKE,
            payload=payload,
            run_at=now,
            created_at=now,
        )
    )


def _clear(session: Session, tenant_id: UUID) -> None:
    """Delete what the shared tables know of a tenant, its row and its history apart."""
    for table in (Domain, Job, MailHint, SignUp, TenantSize):
        session.execute(delete(table).where(table.tenant_id == tenant_id))


def _note(
    session: Session,
    tenant_id: UUID,
    verb: str,
    now: datetime,
    operator_id: UUID | None,
    **details: Any,
) -> None:
    """Write what was done to a tenancy, in the transaction that does it."""
    session.add(
        OperatorEvent(
            id=uuid7(),
            at=now,
            operator_id=operator_id,
            tenant_id=tenant_id,
            verb=verb,
            details=details,
        )
    )
