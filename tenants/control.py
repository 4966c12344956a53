"""The tables that all tenants share, in the schema `control`; no customer of a tenant is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import ControlBase
from tenants.facts import State, TenantFacts
from tenants.plans import Limit, bounds_of

MOMENT = DateTime(timezone=True)
SERVICE = UUID(int=0)  # The tenant id of a job that belongs to the service itself.
WAKE = "wake_workspace"  # The job that lets go on what rested while nobody could change anything.


class Tenant(ControlBase):
    """One firm that rents: its address, where its data lies, its state and its switches."""

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint(
            "state IN ('trial', 'active', 'past_due', 'suspended', 'erased')", name="state"
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    skeleton: Mapped[str] = mapped_column(String(63), unique=True)  # Look-alikes share it.
    name: Mapped[str] = mapped_column(String(200))
    db_role: Mapped[str] = mapped_column(String(63))
    schema_name: Mapped[str] = mapped_column(String(63), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=State.TRIAL.value)
    plan: Mapped[str] = mapped_column(String(40), default="trial")
    modules: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    starter: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    zone: Mapped[str] = mapped_column(String(60), default="UTC")
    country: Mapped[str] = mapped_column(String(2), default="US")
    # What the operator allows beyond the plan or below it; see tenants.plans.Limit for the names.
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    seats: Mapped[int | None] = mapped_column(Integer)  # Bought; None where nobody pays by seat.
    trial_ends_at: Mapped[datetime | None] = mapped_column(MOMENT)
    pay_by: Mapped[datetime | None] = mapped_column(MOMENT)  # Then it is read-only, while unpaid.
    version: Mapped[str] = mapped_column(String(32))  # The tenant migration that it stands at.
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    changed_at: Mapped[datetime] = mapped_column(MOMENT)

    def facts(self) -> TenantFacts:
        """What a request may know of this tenant."""
        return TenantFacts(
            id=self.id,
            slug=self.slug,
            name=self.name,
            db_role=self.db_role,
            schema=self.schema_name,
            state=State(self.state),
            language=self.language,
            currency=self.currency,
            zone=self.zone,
            country=self.country,
            plan=self.plan,
            modules=tuple(self.modules),
            version=self.version,
            limits=self.bounds(),
            trial_ends_at=self.trial_ends_at,
            pay_by=self.pay_by,
            starter=self.starter,
        )

    def bounds(self) -> dict[str, int]:
        """The plan's limits, as many seats as were bought, and what the operator decided."""
        bounds = bounds_of(self.plan)
        if self.seats is not None:
            bounds[Limit.SEATS] = min(self.seats, bounds.get(Limit.SEATS, self.seats))
        return {**bounds, **self.limits}


class Domain(ControlBase):
    """A host name of a tenant's own, beside its slug; it answers once it was proved."""

    __tablename__ = "domain"

    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id), index=True)
    proved_at: Mapped[datetime | None] = mapped_column(MOMENT)


class FreedSlug(ControlBase):
    """A slug that an erased tenant had; nobody gets it before `until`."""

    __tablename__ = "freed_slug"

    slug: Mapped[str] = mapped_column(String(63), primary_key=True)
    skeleton: Mapped[str] = mapped_column(String(63), index=True)
    until: Mapped[datetime] = mapped_column(MOMENT)


class Operator(ControlBase):
    """A person who runs the service; never a user of a tenant."""

    __tablename__ = "operator"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    totp_secret: Mapped[str | None] = mapped_column(Text)  # Sealed; see app.identity.sealing.
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(MOMENT)


class OperatorCode(ControlBase):
    """A code that stands in for one of the operator's phone, once; only its digest is kept."""

    __tablename__ = "operator_code"

    operator_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Operator.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(MOMENT)


class OperatorSession(ControlBase):
    """One sign-in of an operator; the cookie holds the token, this row its digest.

    Until the second step, at `second_at`, it opens nothing but that step.
    """

    __tablename__ = "operator_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Operator.id), index=True)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    expires_at: Mapped[datetime] = mapped_column(MOMENT)
    second_at: Mapped[datetime | None] = mapped_column(MOMENT)


class TenantSize(ControlBase):
    """What a workspace holds and when it was used last, as it was counted at `measured_at`."""

    __tablename__ = "tenant_size"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Tenant.id), primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)  # Of its schema, indexes included.
    records: Mapped[int] = mapped_column(BigInteger)
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int] = mapped_column(BigInteger)
    users: Mapped[int] = mapped_column(Integer)  # Who may sign in.
    last_active_at: Mapped[datetime | None] = mapped_column(MOMENT)
    measured_at: Mapped[datetime] = mapped_column(MOMENT)


class ErasureCertificate(ControlBase):
    """What was erased, when, and how much of it: told to the firm and kept by the service.

    `text` is what was sent to `sent_to`, `sha256` its hash; `files_gone_at` is when the last file
    was removed from the disk.
    """

    __tablename__ = "erasure_certificate"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    slug: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5))
    asked_by: Mapped[str] = mapped_column(String(300))
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    sent_to: Mapped[list[str]] = mapped_column(ARRAY(String(254)))
    erased_at: Mapped[datetime] = mapped_column(MOMENT)
    files_gone_at: Mapped[datetime | None] = mapped_column(MOMENT)


class OperatorEvent(ControlBase):
    """What an operator or the service did to a tenancy: created, suspended, erased ..."""

    __tablename__ = "operator_event"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(MOMENT)
    operator_id: Mapped[UUID | None] = mapped_column(Uuid)
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid)
    verb: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Job(ControlBase):
    """Work that was enqueued in the transaction of the change that causes it.

    A tenant's role may insert rows that carry its own `db_role` and read none; the worker claims
    them fairly between tenants. `tenant_id` is `SERVICE` for the service's own jobs.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_ready", "tenant_id", "run_at", postgresql_where=text("state = 'ready'")),
        Index("ix_job_running", "tenant_id", postgresql_where=text("state = 'running'")),
        Index(
            "ix_job_finished",
            "finished_at",
            postgresql_where=text("state IN ('done', 'dead')"),
        ),
        # A running job keeps no other of its key from being enqueued: it may have read already
        # what the new one is about. The worker lets them run one after the other.
        Index(
            "uq_job_key",
            "tenant_id",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL AND state = 'ready'"),
        ),
        CheckConstraint("state IN ('ready', 'running', 'done', 'dead')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid)
    db_role: Mapped[str] = mapped_column(String(63))
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    key: Mapped[str | None] = mapped_column(String(200))  # One waiting job per key and tenant.
    state: Mapped[str] = mapped_column(String(10), default="ready", server_default="ready")
    run_at: Mapped[datetime] = mapped_column(MOMENT)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(MOMENT)
    worker: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    finished_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Schedule(ControlBase):
    """When each recurring job of the service was last enqueued."""

    __tablename__ = "schedule"

    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(MOMENT)


class Hit(ControlBase):
    """How often something happened within a window, for limits; unlogged, so cheap to write."""

    __tablename__ = "hit"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class MailHint(ControlBase):
    """Which workspaces know an e-mail address, by its keyed digest, for "find my workspace"."""

    __tablename__ = "mail_hint"

    email_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class SignUp(ControlBase):
    """A firm that signed up by itself, from its form until its first visit.

    The web writes the row and waits; the worker, which alone may make workspaces, founds what the
    row asks for and empties `wishes` in the same transaction. While a row waits nobody else can ask
    for its address. The browser that signed up holds the secret of `digest`; by `welcome_digest` it
    is let in once, at the workspace's own address.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'refused', 'expired')", name="state"),
        Index(
            "uq_sign_up_skeleton",
            "skeleton",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("uq_sign_up_digest", "digest", unique=True),
        Index("ix_sign_up_tenant", "tenant_id"),
        Index("ix_sign_up_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str] = mapped_column(String(63))
    skeleton: Mapped[str] = mapped_column(String(63))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    wishes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    problem: Mapped[str | None] = mapped_column(String(40))  # Why the address was refused.
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)  # The owner, in the workspace.
    created_at: Mapped[datetime] = mapped_column(MOMENT)
    finished_at: Mapped[datetime | None] = mapped_column(MOMENT)
    failed_at: Mapped[datetime | None] = mapped_column(MOMENT)  # The last try; it waits on.
    asked_again_at: Mapped[datetime | None] = mapped_column(MOMENT)  # By who waits.
    welcome_digest: Mapped[str | None] = mapped_column(String(64))
    welcome_until: Mapped[datetime | None] = mapped_column(MOMENT)
    welcomed_at: Mapped[datetime | None] = mapped_column(MOMENT)
