"""Telling people of requests: the bell, the mail as they chose it, the trail, the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select

from app.automation.approvals.models import ApprovalNote, ApprovalRequest, ApprovalStep
from app.automation.approvals.stand_ins import stand_ins_of
from app.events import write_event
from app.identity.models import Notice, User
from app.identity.news import APPROVAL
from app.identity.operations.news_mail import mail_soon
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import Text, using

PLACE = "/approvals"
TOLD = "approvals:told"  # Whom a transaction has told of which batch.
EVENTS = ("requested", "approved", "rejected", "recalled")


def place_of(request: ApprovalRequest) -> str:
    """The page of a request."""
    return f"{PLACE}/{request.id}"


def note(
    by: Actor,
    request: ApprovalRequest,
    kind: str,
    text: str = "",
    *,
    other_id: UUID | None = None,
    is_service: bool = False,
) -> None:
    """Write one line of what happened to a request, and tell the record's timeline of the rest."""
    by.session.add(
        ApprovalNote(
            id=new_id(),
            request_id=request.id,
            kind=kind,
            user_id=None if is_service else by.user_id,
            other_id=other_id,
            text=text,
            at=by.now,
        )
    )
    if kind in EVENTS and request.record_id is not None:
        changes = {"approval": [None, str(request.id)], "reason": [None, text or None]}
        write_event(
            by,
            request.record_type,
            request.record_id,
            f"approval_{kind}",
            account_id=request.account_id,
            changes={key: pair for key, pair in changes.items() if pair[1]},
        )


def tell_people(
    by: Actor, request: ApprovalRequest, user_ids: Iterable[UUID], one: Text, many: Text | None
) -> None:
    """Put `one` into the bell of some people and of who stands in for them.

    Of a batch each is told once, by `many`.
    """
    ids = {*user_ids} - {by.user_id}
    ids |= stand_ins_of(by.session, ids, by.today()) - {by.user_id}
    if request.batch_id is not None and many is not None:
        ids = {one_id for one_id in ids if not _was_told(by, request, one_id)}
    if not ids:
        return
    for user in by.session.scalars(select(User).where(User.id.in_(ids), User.is_active)):
        is_batch = request.batch_id is not None and many is not None
        with using(user.language or by.tenant.language):
            text = str(many if is_batch and many is not None else one)
        by.session.add(
            Notice(
                id=new_id(),
                user_id=user.id,
                text=text[:300],
                url=PLACE if is_batch else place_of(request),
                icon="rubber-stamp",
                at=by.now,
                kinds=[APPROVAL],
            )
        )
    mail_soon(by)


def _was_told(by: Actor, request: ApprovalRequest, user_id: UUID) -> bool:
    """True where somebody was told of an earlier request of the same batch."""
    told: set[tuple[UUID | None, UUID]] = by.session.info.setdefault(TOLD, set())
    if (request.batch_id, user_id) in told:
        return True
    told.add((request.batch_id, user_id))
    earlier = exists().where(
        ApprovalRequest.batch_id == request.batch_id,
        ApprovalRequest.id < request.id,
        ApprovalStep.request_id == ApprovalRequest.id,
        ApprovalStep.user_id == user_id,
    )
    return bool(by.session.scalar(select(earlier)))
