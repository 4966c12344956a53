"""Taking a handover back: records return, except those that somebody gave to another since."""

from __future__ import annotations

from itertools import groupby

from app.events import write_event
from app.handover.models import UNDONE_WITHIN, Handover, Outcome
from app.handover.operations.begin import AT_ONCE, enqueue_piece, lock_user
from app.handover.operations.draft import require_may
from app.handover.operations.leave import give_back
from app.handover.operations.run import locked, next_rows, passing_on, put, settle
from app.handover.operations.tell import stands_or_not, tell_taken_back
from app.identity.models import User
from app.jobs.progress import begin_work
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _, gettext
from app.records import gate
from app.records.bulk.run import GONE
from app.records.tailored import tailored


def why_not_undo(handover: Handover, user: User, by: Actor) -> Text | None:
    """Why a handover can't be taken back now, or None when it can."""
    if handover.undone_at is not None:
        return _("This was undone already.")
    if handover.finished_at is None:
        return _("It is still under way.")
    if by.now - handover.created_at > UNDONE_WITHIN:
        return _("It is more than 30 days old, so it can't be undone any more.")
    if not user.is_active:
        return _(
            "Let %(name)s sign in again first: records need an owner who is there.", name=user.name
        )
    return None


def begin_undo(handover: Handover, by: Actor) -> None:
    """Take a handover back; beyond AT_ONCE records a job does it. Refused with the reason."""
    user = by.session.get_one(User, handover.user_id)
    require_may(by, user)
    lock_user(by, user)
    by.session.refresh(handover, with_for_update=True)
    stands_against = why_not_undo(handover, user, by)
    if stands_against is not None:
        raise Refused(stands_against)
    handover.undone_at, handover.undo_id = by.now, new_id()
    stands_or_not(by)
    gate.withdraw(handover.id, by)
    if handover.rest_to_id is not None:
        give_back(by, user.id, handover.rest_to_id, handover.views)
    write_event(by.in_batch(handover.undo_id), "user", user.id, "handover_undone")
    if handover.done <= AT_ONCE:
        while undo_piece(handover, by, AT_ONCE):
            continue
        return
    title = gettext("Taking back the handover of %(name)s", name=user.name)
    work_id = handover.undo_id
    url = f"/handovers/{handover.id}"
    begin_work(by, work_id, "hand_over", title, total=handover.done, url=url, is_cancellable=False)
    enqueue_piece(by, handover)


def undo_piece(handover: Handover, by: Actor, size: int) -> bool:
    """Take back the next `size` records; True while there are more, and then all are told."""
    assert handover.undo_id is not None  # noqa: S101  It was begun.
    acting = passing_on(by, leaves=handover.leaves).in_batch(handover.undo_id)
    rows = next_rows(handover, Outcome.DONE, by, size)
    for kind, mine in groupby(rows, key=lambda row: row.record_type):
        record_type, group = tailored(kind, by), list(mine)
        found = locked(record_type, [row.record_id for row in group], by)
        for row in group:
            record = found.get(row.record_id)
            if record is None or record.deleted_at is not None:
                settle(row, (Outcome.KEPT, GONE))
            elif record.owner_id != row.to_id:
                settle(row, (Outcome.KEPT, _("It has another owner by now.")))
            else:
                became = put(record_type, record, handover.user_id, acting, Outcome.BACK)
                kept = became[0] is Outcome.LEFT_OUT
                settle(row, (Outcome.KEPT, became[1]) if kept else became)
    handover.step += 1
    by.session.flush()  # What became of these is looked for by the next piece.
    if len(rows) == size:
        return True
    handover.undo_finished_at = by.now
    tell_taken_back(handover, by)
    return False
