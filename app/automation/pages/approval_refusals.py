"""Why a request was rejected, as its card says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import ApprovalNote, ApprovalRequest, State
from app.kernel.actor import Actor
from app.kernel.language import gettext

ENDED = ("rejected", "expired")


def refusals_of(requests: Sequence[ApprovalRequest], by: Actor) -> dict[UUID, ApprovalNote]:
    """What was said when each of those was rejected that were; one statement where any was."""
    ids = [one.id for one in requests if one.state == State.REJECTED]
    if not ids:
        return {}
    notes = select(ApprovalNote).where(
        ApprovalNote.request_id.in_(ids), ApprovalNote.kind.in_(ENDED)
    )
    ordered = notes.order_by(ApprovalNote.at, ApprovalNote.id)
    return {one.request_id: one for one in by.session.scalars(ordered)}


def refusal_told(note: ApprovalNote, called: Mapping[UUID, str]) -> str:
    """Who rejected it and why; or that nobody answered in time."""
    if note.kind == "expired":
        return gettext("Nobody answered in time, so it was rejected")
    who = called.get(note.user_id, "") if note.user_id else gettext("The system")
    return gettext("%(who)s rejected it: “%(why)s”", who=who, why=note.text)
