"""The job of a bulk change: one piece each, and the next piece enqueued with it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.kinds import Payload
from app.jobs.progress import State, Work, advance, finish, lock_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import gettext, using
from app.records.bulk.begin import KIND, PIECE, do_piece, enqueue_piece
from app.records.bulk.models import BulkChange
from app.records.bulk.receipt import told
from app.records.bulk.run import sentence
from app.records.mentions.batch import tell_mentioned_in_batch
from app.records.sharing.news import tell_of_batch
from app.records.tailored import tailored

GIVEN_UP = "bulk_change_given_up"


@job(KIND, lease_seconds=30, aftermath=GIVEN_UP)
def bulk_change(by: Actor, payload: Payload) -> None:
    """Do one piece of a bulk change as the person who asked for it, and see to the next.

    The piece, how far it came and the next job are one transaction: a worker that is killed leaves
    nothing half done, and a piece that was done already is known by its number.
    """
    work = lock_work(by.session, UUID(str(payload["change_id"])))
    change = by.session.scalars(
        select(BulkChange).where(BulkChange.id == UUID(str(payload["change_id"])))
    ).one_or_none()
    if work is None or change is None or not work.is_under_way or change.step != payload["step"]:
        return
    with using(change.language):
        person = _person(change, by)
        if person is None:
            _end(change, work, State.FAILED, by, gettext("Whoever asked for it may not sign in."))
            return
        try:
            with by.session.begin_nested():
                has_more = do_piece(change, tailored(change.record_type, person), person, PIECE)
                tell_of_batch(person, change.id)
                tell_mentioned_in_batch(person, change.id)
        except Answer as answer:
            by.session.refresh(change)
            _end(change, work, State.FAILED, person, sentence(answer))
            return
        advance(work, change.done + change.left_out + change.asked)
        if has_more:
            enqueue_piece(change, by)
        else:
            _end(change, work, State.DONE, person)


@job(GIVEN_UP, max_attempts=20)
def bulk_change_given_up(by: Actor, payload: Payload) -> None:
    """End a bulk change whose job became a dead letter, and tell whoever asked for it.

    What was done stands and can be undone; a piece is done wholly or not at all, so the receipt
    tells both rightly. Where the piece was done after all, its successor sees to the rest.
    """
    work = lock_work(by.session, UUID(str(payload["change_id"])))
    change = by.session.get(BulkChange, UUID(str(payload["change_id"])))
    if work is None or change is None or not work.is_under_way or change.step != payload["step"]:
        return
    with using(change.language):
        error = gettext("It failed again and again and was given up. What was done stands.")
        _end(change, work, State.FAILED, _person(change, by) or by, error)


def _person(change: BulkChange, by: Actor) -> Actor | None:
    """The person as they may act now, with the rights of this moment; None when disabled.

    What the service does by itself, it does with its own.
    """
    if change.user_id is None:
        return by
    user = by.session.get(User, change.user_id)
    if user is None or not user.is_active:
        return None
    return actor_for(by.session, by.tenant, user, by.now, change.via, change.language)


def _end(change: BulkChange, work: Work, state: State, by: Actor, error: str | None = None) -> None:
    change.finished_at = by.now
    finish(work, state, by.now, error)
    if change.user_id is not None:
        with using(language_of_reader(by, change.user_id, change.via, change.language)):
            text = told(change, tailored(change.record_type, by), by)
        icon = "circle-check" if state is State.DONE else "alert-circle"
        tell(by, change.user_id, f"{text} {error}" if error else text, url=work.url, icon=icon)


JOBS = (bulk_change, bulk_change_given_up)
