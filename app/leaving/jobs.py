"""The job that puts everything into one file, and the daily upkeep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.events import write_event
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import tell
from app.jobs.kinds import Payload
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, advance, finish, lock_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer, NotPermitted
from app.kernel.language import _, gettext, using
from app.leaving.models import KEPT, State, Takeout
from app.leaving.operations.farewell import REMIND, TELL, remind
from app.leaving.operations.takeout import (
    KIND,
    SUBJECT,
    URL,
    forget_takeouts,
    require_take,
    room_of,
)
from app.leaving.pack import Packed, digest_of, pack_everything
from app.records.bulk.run import sentence
from app.records.exports.begin import told_when_full
from tenants.billing.history import note
from tenants.database import control_session
from tenants.scope import keep

GIVEN_UP = "takeout_given_up"
EVERY = 500  # Rows and files after which it is told how far it is.


class Stopped(Exception):
    """Somebody has deleted it meanwhile, or another worker has ended it."""


@job(KIND, lease_seconds=60, timeout=6 * 3600, heavy=True, while_suspended=True, aftermath=GIVEN_UP)
def take_everything_out(by: Actor, payload: Payload) -> None:
    """Put everything into one file, as long as whoever asked for it may.

    It is written under a passing name, so a worker that is killed leaves nothing that anybody could
    fetch, and its successor begins anew.
    """
    takeout_id = UUID(str(payload["takeout_id"]))
    held = _hold(takeout_id, by)
    if held is None:
        return
    takeout, work = held
    file, language = takeout.file, takeout.language
    with using(language):
        takeout.state = State.RUNNING
        _advance(takeout, work, 0, by)
        try:
            _require(takeout, by)
            with told_when_full(), room_of(by).making(file) as draft:
                packed = pack_everything(
                    draft, replace(by, language=language), room_of(by), _going_on(takeout_id, by)
                )
                digest = digest_of(draft)
            _end(takeout_id, by, packed, digest)
        except Stopped:
            room_of(by).remove(file)
        except Answer as answer:
            _fail(takeout_id, by, sentence(answer))


@job(GIVEN_UP, max_attempts=20, while_suspended=True)
def takeout_given_up(by: Actor, payload: Payload) -> None:
    """End one whose job became a dead letter, and tell whoever asked for it."""
    takeout_id = UUID(str(payload["takeout_id"]))
    takeout = by.session.get(Takeout, takeout_id)
    if takeout is not None:
        with using(takeout.language):
            _fail(takeout_id, by, gettext("It failed again and again and was given up."))


@job("forget_takeouts", every=timedelta(days=1), while_suspended=True)
def forget(by: Actor, _payload: Payload) -> None:
    """Let files go whose time is over."""
    forget_takeouts(by)


@job(REMIND, every=timedelta(hours=12), while_suspended=True)
def remind_of_farewell(by: Actor, _payload: Payload) -> None:
    """Remind the owners of a workspace that is to be erased."""
    remind(by)


def _hold(takeout_id: UUID, by: Actor) -> tuple[Takeout, Work] | None:
    """The row and its work, held while they are under way; else None."""
    work = lock_work(by.session, takeout_id)
    takeout = by.session.get(Takeout, takeout_id, with_for_update=True, populate_existing=True)
    if work is None or takeout is None or not takeout.is_under_way:
        return None
    return takeout, work


def _advance(takeout: Takeout, work: Work, done: int, by: Actor) -> None:
    """Say how much is done, for all to see."""
    takeout.done = done
    takeout.total = work.total = max(takeout.total, done)
    advance(work, done)
    keep(by.session)


def _going_on(takeout_id: UUID, by: Actor) -> Callable[[int], None]:
    """What is done while it is made: tell how far it is, and look whether it is still wanted."""
    told = [0]

    def going_on(done: int) -> None:
        if done - told[0] < EVERY:
            return
        told[0] = done
        held = _hold(takeout_id, by)
        if held is None:
            raise Stopped
        _require(held[0], by)
        _advance(*held, done, by)

    return going_on


def _require(takeout: Takeout, by: Actor) -> None:
    """Raise NotPermitted where whoever asked may not take everything out any more."""
    user = by.session.get(User, takeout.user_id, populate_existing=True)
    if user is None or not user.is_active:
        raise NotPermitted(_("Whoever asked for it may not sign in."))
    require_take(actor_for(by.session, by.tenant, user, by.now, "job", takeout.language))


def _end(takeout_id: UUID, by: Actor, packed: Packed, digest: str) -> None:
    """Offer the file, note that it was made, and tell whoever asked for it."""
    held = _hold(takeout_id, by)
    if held is None:
        raise Stopped
    takeout, work = held
    takeout.state, takeout.done, takeout.finished_at = State.DONE, packed.done, by.now
    takeout.size, takeout.sha256 = room_of(by).size(takeout.file), digest
    takeout.expires_at = by.now + KEPT
    rows = sum(one.get("rows", 0) for one in packed.parts)
    files = sum("rows" not in one for one in packed.parts)
    takeout.told = {"rows": rows, "files": files, "missing": packed.missing[:100]}
    finish(work, WorkState.DONE, by.now)
    changes = {"rows": [None, rows], "files": [None, files]}
    maker = replace(by, user_id=takeout.user_id)
    write_event(maker, SUBJECT, by.tenant.id, "taken_out", changes=changes)
    text = gettext("Everything is in one file, ready to be downloaded.")
    tell(by, takeout.user_id, text, url=URL, icon="download")


def _fail(takeout_id: UUID, by: Actor, error: str) -> None:
    """End it with a reason, unless it has ended otherwise."""
    held = _hold(takeout_id, by)
    if held is None:
        return
    takeout, work = held
    room_of(by).remove(takeout.file)
    takeout.state, takeout.error, takeout.finished_at = State.FAILED, error, by.now
    finish(work, WorkState.FAILED, by.now, error)
    text = gettext("Everything in one file was not made. %(reason)s", reason=error)
    tell(by, takeout.user_id, text, url=URL, icon="alert-circle")


@job(TELL, while_suspended=True)
def tell_operator(by: Actor, payload: Payload) -> None:
    """Write into the history that operators read that the firm asks for its end, or stays."""
    told = {key: str(payload[key]) for key in ("until",) if key in payload}
    with control_session() as session:
        note(session, by.tenant.id, str(payload["verb"]), by.now, **told)


JOBS = (take_everything_out, takeout_given_up, forget, remind_of_farewell, tell_operator)
