"""Asking for the end of a workspace, being reminded of it, and taking it back.

Only owners may, with their password. Nothing is erased before the notice is over, and until then
everything works as before.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity import outside
from app.identity.models import Role, User
from app.identity.operations.guard import fetch
from app.identity.passwords import verify_password
from app.jobs.enqueue import enqueue
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Previewing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, using
from app.leaving.models import NOTICE, Farewell
from app.leaving.near import STAMP
from app.leaving.operations.takeout import SUBJECT, URL
from app.web.formats import formats

ERASE = "erase_on_request"
TELL = "tell_operator_of_farewell"
ASKED, TAKEN_BACK = "farewell_asked", "farewell_taken_back"
REMIND = "remind_of_farewell"
REMINDERS = (7, 1)  # Days before the end.
REASON = 500


def require_owner(by: Actor) -> None:
    """Raise NotPermitted for all but owners in the browser."""
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if not by.rights.is_owner or by.rights.scopes is not None or by.user_id is None:
        raise NotPermitted(_("Only an owner of the workspace may do this."))


def find_farewell(by: Actor, *, lock: bool = False) -> Farewell | None:
    """The wish that stands, if there is one; with `lock` it is held, as it is at this moment."""
    asked = select(Farewell).where(Farewell.taken_back_at.is_(None))
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return by.session.scalars(asked).first()


def ask_farewell(by: Actor, *, password: str, slug: str, reason: str) -> Farewell:
    """Ask that the workspace be erased after the notice; every owner is told by mail.

    Refused for a wrong password, for another slug, and where it was asked for already.
    """
    require_owner(by)
    user = fetch(by, User, by.user_id) if by.user_id is not None else None
    if user is None or not verify_password(user.password_hash, password):
        raise Refused(_("This is not your password."), field="password")
    if slug.strip().lower() != by.tenant.slug:
        raise Refused(_("Type the address of the workspace, as it stands above."), field="slug")
    farewell = Farewell(
        id=new_id(),
        asked_by_id=user.id,
        reason=" ".join(reason.split())[:REASON],
        asked_at=by.now,
        due_at=by.now + NOTICE,
    )
    try:
        with by.session.begin_nested():
            by.session.add(farewell)
    except IntegrityError:
        raise Refused(_("It was asked for already.")) from None
    stamps.draw(by.session, STAMP)
    enqueue(by, ERASE, {}, run_at=farewell.due_at, key=f"{ERASE}:{farewell.id}")
    write_event(by, SUBJECT, by.tenant.id, ASKED)
    enqueue(by, TELL, {"verb": ASKED, "until": farewell.due_at.isoformat()})
    tell_owners(by, farewell, "leaving/farewell_asked")
    return farewell


def take_back(by: Actor) -> None:
    """Let the workspace stay; every owner is told."""
    require_owner(by)
    farewell = find_farewell(by, lock=True)  # Against the worker that erases: one of them wins.
    if farewell is None:
        raise Refused(_("Nothing is to be taken back."))
    farewell.taken_back_at, farewell.taken_back_by_id = by.now, by.user_id
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, by.tenant.id, TAKEN_BACK)
    enqueue(by, TELL, {"verb": TAKEN_BACK})
    tell_owners(by, farewell, "leaving/farewell_taken_back")


def remind(by: Actor) -> None:
    """Remind every owner of what is to come, once for each of REMINDERS; and see to the job.

    The job was enqueued when it was asked for; enqueued again it stays one.
    """
    farewell = find_farewell(by)
    if farewell is None:
        return
    if stamps.stamp(by.session, STAMP) is None:  # It was asked for before there were any.
        stamps.draw(by.session, STAMP)
    if farewell.due_at <= by.now:
        enqueue(by, ERASE, {}, key=f"{ERASE}:{farewell.id}")
        return
    left = farewell.due_at - by.now
    due = sum(left <= timedelta(days=days) for days in REMINDERS)
    if due > farewell.told:
        farewell.told = due
        tell_owners(by, farewell, "leaving/farewell_near")


def tell_owners(by: Actor, farewell: Farewell, template: str) -> None:
    """A mail to each owner, in their language."""
    asked = select(User).join(Role, Role.id == User.role_id).where(Role.is_owner, User.is_active)
    who = who_asked(by.session, farewell)
    for user in by.session.scalars(asked.order_by(User.email)).all():
        language = user.language or by.tenant.language
        with using(language):
            day = formats(by).exact(farewell.due_at)
        values: dict[str, object] = {
            "name": user.name,
            "who": who,
            "day": day,
            "slug": by.tenant.slug,
            "url": outside.workspace_url(by.tenant, URL),
        }
        outside.mailer()(by, to=user.email, template=template, values=values, language=language)


def who_asked(session: Session, farewell: Farewell) -> str:
    """The name and address of whoever asked for the end."""
    user = session.get(User, farewell.asked_by_id)
    return f"{user.name} <{user.email}>" if user is not None else ""
