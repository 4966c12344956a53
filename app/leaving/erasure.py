"""Erasing a workspace: in one transaction with its certificate; then its files, and the mails.

Whoever asked (the firm itself after its notice, an operator, the command line) comes through here.
What follows the transaction is enqueued in it, so a worker that dies in between loses nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue_service
from app.jobs.errors import TryLater
from app.jobs.kinds import Payload, Service
from app.jobs.registry import owner_job, service_job
from app.leaving.certificate import certify
from app.leaving.models import Farewell
from app.leaving.operations.farewell import ERASE as ERASE_ON_REQUEST
from app.leaving.operations.farewell import who_asked
from app.mail.service import send_service_mail
from app.operator.acts import ERASE as ERASE_BY_OPERATOR
from config.settings import Settings
from tenants.billing.ending import close_books, end_for_good, is_known_to_stripe
from tenants.billing.errors import NotConfigured
from tenants.billing.gateway import Gateway
from tenants.control import ErasureCertificate, Operator, Tenant
from tenants.database import control_session
from tenants.errors import Busy
from tenants.facts import State, TenantFacts
from tenants.files import erase_files, files_folder
from tenants.lifecycle import erase
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)
FINISH = "finish_erasure"


class TakenBack(Exception):
    """The wish that a workspace be erased stands no more; nothing was erased."""


def erase_workspace(
    engine: Engine,
    slug: str,
    settings: Settings,
    *,
    asked_by: str,
    now: datetime,
    operator_id: UUID | None = None,
    reason: str = "",
    farewell_id: UUID | None = None,
) -> ErasureCertificate:
    """Erase the workspace for good and answer with its certificate; `engine` is the owner's.

    Its files are removed and the certificate is mailed by a job. UnknownTenant, or Busy while
    somebody is in the workspace at this moment; TakenBack where it was to go by the wish
    `farewell_id`, which stands no more.
    """
    made: list[ErasureCertificate] = []

    def before(session: Session, tenant: Tenant) -> None:
        if farewell_id is not None:
            _demand_wanted(session, tenant, farewell_id)
        root = files_folder(settings.files_url)
        made.append(certify(session, tenant, root, asked_by, now))
        session.flush()  # The job names the row.
        payload = {"certificate_id": str(made[0].id)}
        enqueue_service(session, FINISH, payload, key=f"{FINISH}:{made[0].id}")
        session.expunge(made[0])

    erase(engine, slug, now=now, operator_id=operator_id, reason=reason, before=before)
    return made[0]


def _demand_wanted(session: Session, tenant: Tenant, farewell_id: UUID) -> None:
    """Hold the wish until all is gone; TakenBack where it stands no more.

    Whoever takes it back at this moment holds it first, and it is tried again after them.
    """
    path = f'SET LOCAL search_path TO "{tenant.schema_name}", ext'
    session.connection().exec_driver_sql(path)
    wish = select(Farewell.id).where(Farewell.id == farewell_id, Farewell.taken_back_at.is_(None))
    if session.scalar(wish.with_for_update(nowait=True)) is None:
        raise TakenBack


@service_job(FINISH, max_attempts=60, longest_retry=3600, timeout=3600)
def finish_erasure(service: Service, payload: Payload) -> None:
    """Remove what an erased workspace has elsewhere, then send its certificate to who owned it.

    That is its files, and its subscription at Stripe: while Stripe is away, it is tried again.
    """
    certificate_id = UUID(str(payload["certificate_id"]))
    with control_session() as session:
        found = session.get_one(ErasureCertificate, certificate_id)
        if found.files_gone_at is not None:
            return
        tenant_id = found.tenant_id
    root = files_folder(service.settings.files_url)
    if root is not None:
        erase_files(root, tenant_id)
    _end_subscription(service, tenant_id)
    with control_session() as session:
        found = session.get_one(ErasureCertificate, certificate_id, with_for_update=True)
        if found.files_gone_at is not None:
            return
        found.files_gone_at = service.now
        values = {"name": found.name, "certificate": found.text, "sha256": found.sha256}
        for address in found.sent_to:
            send_service_mail(
                session,
                to=address,
                template="leaving/erased",
                values=values,
                language=found.language,
            )


def _end_subscription(service: Service, tenant_id: UUID) -> None:
    """Let nobody be charged any more for what is gone."""
    if not is_known_to_stripe(tenant_id):
        close_books(tenant_id, service.now)
        return
    try:
        end_for_good(Gateway(service.settings), tenant_id, service.now)
    except NotConfigured:  # The next reconciliation that has a key tells of it.
        log.error("There is no key of Stripe's to end the subscription of %s with.", tenant_id)


@service_job(ERASE_BY_OPERATOR, owner=True, max_attempts=30, timeout=3600)
def erase_by_operator(service: Service, payload: Payload) -> None:
    """Erase the workspace that an operator has named."""
    tenant_id, operator_id = UUID(str(payload["tenant_id"])), UUID(str(payload["operator_id"]))
    with control_session() as session:
        alive = (Tenant.id == tenant_id, Tenant.state != State.ERASED.value)
        slug = session.scalar(select(Tenant.slug).where(*alive))
        name = session.scalar(select(Operator.name).where(Operator.id == operator_id))
    if slug is not None:
        reason = str(payload["reason"])
        # The reason is the operator's own and stays in the history; the certificate is mailed.
        _erase(service, slug, f"{name} (Zuke)", operator_id=operator_id, reason=reason)


@owner_job(ERASE_ON_REQUEST, while_suspended=True, max_attempts=30, timeout=3600)
def erase_on_request(service: Service, tenant: TenantFacts) -> None:
    """Erase a workspace whose owner has asked for it, once the notice is over."""
    with tenant_scope(tenant) as session:
        asked = select(Farewell).where(Farewell.taken_back_at.is_(None))
        farewell = session.scalars(asked.where(Farewell.due_at <= service.now)).one_or_none()
        if farewell is None:
            return  # It was taken back, or the row came from somewhere else.
        asked_by, farewell_id = who_asked(session, farewell), farewell.id
    try:
        _erase(service, tenant.slug, asked_by, farewell_id=farewell_id)
    except TakenBack:
        return  # It was taken back since it was looked for.


def _erase(
    service: Service,
    slug: str,
    asked_by: str,
    *,
    operator_id: UUID | None = None,
    reason: str = "",
    farewell_id: UUID | None = None,
) -> None:
    if service.owner is None:
        raise RuntimeError("Only a worker with the owner's login erases.")
    try:
        erase_workspace(
            service.owner,
            slug,
            service.settings,
            asked_by=asked_by,
            now=service.now,
            operator_id=operator_id,
            reason=reason,
            farewell_id=farewell_id,
        )
    except Busy as error:
        raise TryLater(str(error)) from error


JOBS = (finish_erasure, erase_by_operator, erase_on_request)
