"""A request on its own page: its card, its trail, and what changed of the record meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.approvers import names
from app.automation.approvals.find import moved_since
from app.automation.approvals.models import ApprovalNote, ApprovalRequest
from app.automation.pages.approval_cards import Shown, shown
from app.automation.pages.approval_facts import lines_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.pages.changes import Change
from app.web.formats import formats

KINDS: Mapping[str, Text] = {
    "requested": _("%(who)s asked for it"),
    "agreed": _("%(who)s said yes"),
    "counted": _("%(other)s agreed to it before, which counts here too"),
    "approved": _("It was approved and done"),
    "rejected": _("%(who)s rejected it"),
    "recalled": _("%(who)s took it back"),
    "comment": _("%(who)s commented"),
    "handed_on": _("%(who)s handed it on to %(other)s"),
    "left": _("%(other)s can't decide any more"),
    "fallback": _("Nobody it names can decide, so those who manage approvals are asked"),
    "nobody": _("Nobody is left who could approve it"),
    "alone": _("There is nobody above but who agreed already, so the level was passed over"),
    "above": _("Those who manage approvals are asked too"),
    "expired": _("Nobody answered in time, so it was rejected"),
    "reminded": _("A reminder was sent"),
    "late": _("The answer is late"),
    "gone": _("The record was deleted"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail."""

    text: str
    said: str
    when: str


@dataclass(frozen=True, slots=True)
class Page:
    """A request on its own page: with its trail, and what was changed of the record meanwhile."""

    shown: Shown
    trail: list[Line]
    moved: list[Change]


def page_of(request: ApprovalRequest, by: Actor) -> Page:
    """A request on its own page."""
    (one,) = shown([request], by)
    notes = by.session.scalars(
        select(ApprovalNote)
        .where(ApprovalNote.request_id == request.id)
        .order_by(ApprovalNote.at, ApprovalNote.id)
    ).all()
    called = names(by.session, [*(n.user_id for n in notes), *(n.other_id for n in notes)])
    moved = moved_since(request, by) if request.is_open else {}
    lines, _hidden = lines_of(one.record_type, [moved], by)
    return Page(one, [_line(note, called, by) for note in notes], lines[0])


def _line(note: ApprovalNote, called: Mapping[UUID, str], by: Actor) -> Line:
    who = called.get(note.user_id, "") if note.user_id else gettext("The system")
    other = called.get(note.other_id, "") if note.other_id else ""
    text = gettext(KINDS[note.kind].message, who=who, other=other)
    if note.kind == "agreed" and other:
        text = gettext("%(who)s said yes for %(other)s", who=who, other=other)
    said = "" if note.kind in ("late", "reminded", "nobody") else note.text
    return Line(text, said, formats(by).moment(note.at, by.today()))
