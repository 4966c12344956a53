"""The job of a long export: the whole file in one run, told page by page, begun anew if killed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import language_of_reader, tell
from app.jobs.kinds import Payload
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work, advance, finish, lock_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.errors import Answer, NotPermitted
from app.kernel.language import _, gettext, ngettext, using
from app.kernel.stamps import READ as STAMPS
from app.records.bulk.run import sentence
from app.records.exports.begin import (
    KIND,
    URL,
    format_called,
    listed,
    note,
    room_of,
    told_when_full,
)
from app.records.exports.make import may_export, write_file
from app.records.exports.models import KEPT, Export, State
from app.records.exports.which import Which, packed_ids
from app.records.tailored import tailored
from app.web.formats import formats
from tenants.scope import keep

GIVEN_UP = "export_given_up"


class Stopped(Exception):
    """Somebody has cancelled or deleted the export, or another worker has ended it."""


@job(
    KIND,
    lease_seconds=60,
    timeout=4 * 3600,
    heavy=True,
    while_suspended=True,
    aftermath=GIVEN_UP,
)
def make_export(by: Actor, payload: Payload) -> None:
    """Make the file of an export as the person who asked for it.

    It is written under a passing name and gets its own when it is whole, so a worker that is killed
    leaves nothing but what the daily upkeep sweeps, and its successor begins anew. After each page
    what is done is committed, so that the person sees it and can stop it.
    """
    export_id = UUID(str(payload["export_id"]))
    held = _hold(export_id, by)
    if held is None:
        return
    export, work = held
    file = export.file  # The row itself may be gone when it is stopped.
    with using(export.language):
        export.state = State.RUNNING
        _advance(export, work, 0, by)
        try:
            person = _person(export, by)
            rows = _write(export, person, by)
            _end(export_id, person, by, rows)
        except Stopped:
            room_of(by).remove(file)
        except Answer as answer:
            _fail(export_id, by, sentence(answer))


@job(GIVEN_UP, max_attempts=20, while_suspended=True)
def export_given_up(by: Actor, payload: Payload) -> None:
    """End an export whose job became a dead letter, and tell whoever asked for it."""
    export_id = UUID(str(payload["export_id"]))
    export = by.session.get(Export, export_id)
    if export is not None:
        with using(export.language):
            error = gettext("It failed again and again and was given up. Begin the export anew.")
            _fail(export_id, by, error)


def _write(export: Export, person: Actor, by: Actor) -> int:
    """Write the file, and answer with the number of its rows."""
    record_type = tailored(export.record_type, person)
    may_export(record_type, person)
    state = listed(record_type, export.query)
    which = Which(state.asked, tuple(UUID(one) for one in export.ids))
    packed = packed_ids(record_type, which, person)
    with told_when_full(), room_of(by).making(export.file) as draft:
        return write_file(
            draft,
            format_called(record_type, export.format),
            record_type,
            export.keys,
            packed,
            person,
            is_whole=export.is_whole,
            after=_going_on(export.id, by),
        )


def _going_on(export_id: UUID, by: Actor) -> Callable[[int], Actor]:
    """What is done after each page: tell it, and look who the person is by now."""

    def after(done: int) -> Actor:
        held = _hold(export_id, by)
        if held is None:
            raise Stopped
        _advance(*held, done, by)
        return _person(held[0], by)

    return after


def _hold(export_id: UUID, by: Actor) -> tuple[Export, Work] | None:
    """The export and its work, held while they are under way; else None."""
    work = lock_work(by.session, export_id)
    export = by.session.get(Export, export_id, with_for_update=True, populate_existing=True)
    if work is None or export is None or not export.is_under_way:
        return None
    return export, work


def _advance(export: Export, work: Work, done: int, by: Actor) -> None:
    """Say how much is done, for all to see."""
    export.done = done
    advance(work, done)
    keep(by.session)


def _person(export: Export, by: Actor) -> Actor:
    """The person with the rights of this moment; NotPermitted when they may not sign in."""
    by.session.info.pop(STAMPS, None)  # What was remembered of rules and fields may have changed.
    by.session.expire_all()
    user = by.session.get(User, export.user_id) if export.user_id else None
    if user is None or not user.is_active:
        raise NotPermitted(_("Whoever asked for it may not sign in."))
    scopes = None if export.scopes is None else frozenset(export.scopes)
    return actor_for(
        by.session, by.tenant, user, by.now, export.via, export.language, scopes=scopes
    )


def _end(export_id: UUID, person: Actor, by: Actor, rows: int) -> None:
    """Offer the file, note what went out and tell the person; Stopped when it was cancelled."""
    held = _hold(export_id, by)
    if held is None:
        raise Stopped
    export, work = held
    export.state, export.done, export.finished_at = State.DONE, rows, by.now
    export.size = room_of(by).size(export.file)
    export.expires_at = by.now + KEPT
    advance(work, rows)
    finish(work, WorkState.DONE, by.now)
    note(person, export.record_type, export.format, rows, export)
    record_type = tailored(export.record_type, person)
    one, many = record_type.words.count
    with using(language_of_reader(by, _maker(export), export.via, export.language)):
        what = ngettext(one, many, rows, n=formats(person).number(rows))
        text = gettext("Your export is ready: %(what)s.", what=what)
    tell(person, _maker(export), text, url=URL, icon="download")


def _fail(export_id: UUID, by: Actor, error: str) -> None:
    """End an export with a reason, unless it has ended otherwise."""
    held = _hold(export_id, by)
    if held is None:
        return
    export, work = held
    room_of(by).remove(export.file)
    export.state, export.error, export.finished_at = State.FAILED, error, by.now
    finish(work, WorkState.FAILED, by.now, error)
    if export.user_id is not None:
        with using(language_of_reader(by, export.user_id, export.via, export.language)):
            text = gettext("Your export was not made. %(reason)s", reason=error)
        tell(by, export.user_id, text, url=URL, icon="alert-circle")


def _maker(export: Export) -> UUID:
    if export.user_id is None:
        raise LookupError("An export in the background is somebody's.")
    return export.user_id


JOBS = (make_export, export_given_up)
