"""Public links to documents: made, opened by whoever has them, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.documents.papers.models import Document, DocumentLink
from app.documents.papers.words import KEY, LINKED, OPENED, UNLINKED
from app.events import write_event
from app.identity import outside
from app.identity.actors import SECRET_LENGTH
from app.identity.operations.guard import require_change
from app.identity.secret import digest, new_secret
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.files.models import File
from app.records.files.operations import may_add
from app.records.history import account_of
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

SHARE = ("document", "share")
DAYS = (7, 30, 90, 365)  # That a link leads to the document, at most.
USUAL = 30
MOST = 50  # Of one document.


@dataclass(frozen=True, slots=True)
class Fresh:
    """A link just made, with its address, which is shown this once."""

    link: DocumentLink
    url: str


def may_share(record_type: RecordType, record: Record, by: Actor) -> bool:
    """True when `by` may give a document of this record to the world."""
    return by.may(*SHARE) and may_add(record_type, record, by)


def make_link(
    document: Document,
    record_type: RecordType,
    record: Record,
    by: Actor,
    *,
    days: int = USUAL,
    counts: bool = True,
) -> Fresh:
    """Make an address by which anybody fetches a document; Refused for a time that is none."""
    _require(record_type, record, by)
    if not 1 <= days <= DAYS[-1]:
        told = _("This must be a number from 1 to %(most)s.", most=DAYS[-1])
        raise Refused(told, field="days")
    number = select(func.count()).where(DocumentLink.document_id == document.id)
    if (by.session.scalar(number) or 0) >= MOST:
        raise Refused(_("A document has at most %(limit)s links.", limit=MOST))
    secret = new_secret()
    link = DocumentLink(
        id=new_id(),
        document_id=document.id,
        digest=digest(secret),
        created_at=by.now,
        created_by_id=by.user_id,
        expires_at=by.now + timedelta(days=days),
        revoked_at=None,
        counts=counts,
        views=0,
        first_viewed_at=None,
        last_viewed_at=None,
    )
    by.session.add(link)
    _write(document, record_type, record, LINKED, by)
    return Fresh(link, outside.workspace_url(by.tenant, f"/d/{secret}"))


def revoke_link(
    link: DocumentLink, document: Document, record_type: RecordType, record: Record, by: Actor
) -> None:
    """Let a link lead nowhere from now on."""
    _require(record_type, record, by)
    if link.revoked_at is None:
        link.revoked_at = by.now
        _write(document, record_type, record, UNLINKED, by)


def links_of(
    document: Document, by: Actor, before: tuple[datetime, UUID] | None = None
) -> list[DocumentLink]:
    """The links of a document, the newest first; with `before` those older than that one."""
    statement = select(DocumentLink).where(DocumentLink.document_id == document.id)
    if before is not None:
        statement = statement.where(DocumentLink.id < before[1])
    return list(by.session.scalars(statement.order_by(DocumentLink.id.desc())))


def get_link(document: Document, link_id: UUID, by: Actor) -> DocumentLink:
    """One link of a document, or Missing."""
    found = by.session.get(DocumentLink, link_id)
    if found is None or found.document_id != document.id:
        raise Missing(_("There is no such link."))
    return found


def opened_by(secret: str, session: Session) -> tuple[DocumentLink, Document] | None:
    """What a secret leads to, whether or not it still does; None for one that never was."""
    if not secret or len(secret) > SECRET_LENGTH:
        return None
    row = session.execute(
        select(DocumentLink, Document)
        .join(Document, Document.id == DocumentLink.document_id)
        .where(DocumentLink.digest == digest(secret))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def is_of_living(document: Document, tenant: TenantFacts, session: Session) -> bool:
    """False where its PDF or its record was deleted, or the module of its type is switched off."""
    declared = registry().get(document.record_type)
    if declared is None or not tenant.allows(declared.module):
        return False
    model: Any = declared.model
    alive = select(model.id).where(model.id == document.record_id, model.deleted_at.is_(None))
    kept = select(File.id).where(File.id == document.file_id, File.deleted_at.is_(None))
    return session.execute(alive.where(kept.exists())).first() is not None


def count_view(tenant: TenantFacts, link_id: UUID, now: datetime) -> None:
    """Count that somebody opened a link, in a scope of its own; the first time is an event.

    Of two who open it at the same moment, one is the first.
    """
    with tenant_scope(tenant) as session:
        held = select(DocumentLink).where(DocumentLink.id == link_id).with_for_update()
        link = session.scalars(held).one_or_none()
        if link is None or not link.is_open(now):
            return
        is_first = link.first_viewed_at is None
        session.execute(
            update(DocumentLink)
            .where(DocumentLink.id == link_id)
            .values(
                views=DocumentLink.views + 1,
                first_viewed_at=func.coalesce(DocumentLink.first_viewed_at, now),
                last_viewed_at=now,
            )
        )
        document = session.get(Document, link.document_id)
        if is_first and document is not None:
            _write_opened(document, service_actor(session, tenant, now, via="web"))


def _write_opened(document: Document, by: Actor) -> None:
    record_type = registry().get(document.record_type)
    record = by.session.get(record_type.model, document.record_id) if record_type else None
    if record_type is not None and record is not None:
        _write(document, record_type, record, OPENED, by)


def _require(record_type: RecordType, record: Record, by: Actor) -> None:
    require_change(by, *SHARE)
    if not may_add(record_type, record, by):
        raise NotPermitted(_("Your role does not allow this on this record."))


def _write(
    document: Document, record_type: RecordType, record: Record, verb: str, by: Actor
) -> None:
    write_event(
        by,
        record_type.key,
        record.id,
        verb,
        account_id=account_of(record_type, record),
        changes={KEY: [None, document.title]},
    )
