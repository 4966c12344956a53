"""The background work of a handover: one piece each, and the next piece enqueued with it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.handover.models import Handover
from app.handover.operations.begin import KIND, SWEEP, enqueue_piece
from app.handover.operations.run import gather_late, run_piece
from app.handover.operations.undo import undo_piece
from app.identity.actors import actor_for
from app.identity.models import User
from app.jobs.kinds import Payload
from app.jobs.progress import State, Work, advance, finish, lock_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.language import gettext, using

PIECE = 100  # Records of one transaction, so that the progress moves.
PAUSE = timedelta(hours=1)  # While nothing may be changed in the workspace.
GIVEN_UP = "hand_over_given_up"
KEPT = timedelta(days=400)


@job(KIND, lease_seconds=30, aftermath=GIVEN_UP)
def hand_over(by: Actor, payload: Payload) -> None:
    """Do one piece of a handover, or of taking it back, and see to the next.

    It acts as the person who asked for it. Where they may not sign in any more, the service itself
    goes on: nothing may be left without an owner half-way.
    """
    handover = held(by, payload)
    if handover is None or handover.step != payload["step"]:
        return
    if by.tenant.is_read_only:  # Each record would be refused, and stay with who has left.
        enqueue_piece(by, handover, by.now + PAUSE)
        return
    work = lock_work(by.session, handover.undo_id or handover.id)
    with using(handover.language):
        person = _person(handover, by)
        if handover.undone_at is not None:
            has_more = undo_piece(handover, person, PIECE)
        else:
            has_more = run_piece(handover, person, PIECE)
        if work is not None:
            work.total = max(work.total, handover.total if handover.undo_id is None else work.total)
            advance(work, min(handover.done + handover.left_out, work.total))
        if has_more:
            enqueue_piece(by, handover)
        elif work is not None:
            finish(work, State.DONE, by.now)


@job(GIVEN_UP, max_attempts=20)
def hand_over_given_up(by: Actor, payload: Payload) -> None:
    """Tell whoever began a handover that a piece failed again and again; it can be gone on with."""
    handover = held(by, payload)
    if handover is None or handover.step != payload["step"]:
        return
    work = by.session.get(Work, handover.undo_id or handover.id)
    if work is not None and work.is_under_way:
        with using(handover.language):
            error = gettext("It failed again and again and was given up. What was done stands.")
        finish(work, State.FAILED, by.now, error)


@job(SWEEP)
def hand_over_late(by: Actor, payload: Payload) -> None:
    """Pass on what came to somebody who left while the handover was being begun."""
    handover = held(by, payload)
    if handover is None or handover.finished_at is None or handover.undone_at is not None:
        return
    if by.session.get_one(User, handover.user_id).is_active or not gather_late(handover, by):
        return
    handover.finished_at = None
    handover.step += 1
    enqueue_piece(by, handover)


@job("forget_handovers", every=timedelta(days=1), while_suspended=True)
def forget_handovers(by: Actor, _payload: Payload) -> None:
    """Forget drafts and handovers of long ago; the history of each record stays."""
    by.session.execute(delete(Handover).where(Handover.created_at < by.now - KEPT))


def held(by: Actor, payload: Payload) -> Handover | None:
    """The handover of a job, held until the transaction ends."""
    asked = select(Handover).where(Handover.id == UUID(str(payload["handover_id"])))
    return by.session.scalars(
        asked.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _person(handover: Handover, by: Actor) -> Actor:
    user = by.session.get(User, handover.by_id) if handover.by_id else None
    if user is None or not user.is_active:
        return by
    return actor_for(by.session, by.tenant, user, by.now, handover.via, handover.language)


JOBS = (hand_over, hand_over_given_up, hand_over_late, forget_handovers)
