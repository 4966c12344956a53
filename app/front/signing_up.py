"""Signing up: what was asked for, what became of it, and the one visit that needs no password.

The web may not make workspaces. It keeps the wish in a row of the shared tables, in whose
transaction the job is enqueued that makes one, and waits for the row to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.front.addresses import WORDS, check_slug
from app.front.wishes import Wish
from app.identity.passwords import hash_password
from app.identity.secret import digest, new_secret
from app.jobs.enqueue import enqueue_service
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.rows import rows_written
from tenants.control import SERVICE, Job, SignUp
from tenants.database import control_session
from tenants.errors import SlugProblem, SlugRefused
from tenants.facts import TenantFacts
from tenants.slugs import skeleton

FOUND = "found_workspace"
WAITING, READY, REFUSED, EXPIRED = "waiting", "ready", "refused", "expired"
RESERVED = timedelta(days=1)  # For so long an address is kept for who waits for it.
KEPT = timedelta(days=7)
WELCOME = timedelta(seconds=60)  # Within this the browser that signed up must arrive.
WELCOMING = timedelta(minutes=30)  # And later it needs the password like everybody.
AGAIN = timedelta(minutes=10)  # After a failure it is tried again by itself this much later.


def sign_up(wish: Wish, now: datetime) -> str:
    """Ask for a workspace; the answer is the secret by which the browser hears of it.

    Refused beside `slug` where somebody else has the address, or was a moment faster.
    """
    try:
        with control_session() as session:  # Before the work that a password's hash is.
            _expire(session, skeleton(wish.slug), now)
            check_slug(session, wish.slug, now)
    except SlugRefused as refusal:
        raise Refused(WORDS[refusal.problem], field="slug") from refusal
    wishes = asdict(wish) | {"password": "", "password_hash": hash_password(wish.password)}
    secret = new_secret()
    row = SignUp(
        id=new_id(),
        digest=digest(secret),
        slug=wish.slug,
        skeleton=skeleton(wish.slug),
        state=WAITING,
        wishes=wishes,
        created_at=now,
    )
    try:
        with control_session() as session:
            check_slug(session, wish.slug, now)
            session.add(row)
            session.flush()  # Of two who want one address, the second is told here.
            _enqueue(session, row.id)
    except SlugRefused as refusal:
        raise Refused(WORDS[refusal.problem], field="slug") from refusal
    except IntegrityError as error:
        raise Refused(WORDS[SlugProblem.TAKEN], field="slug") from error
    return secret


def find_sign_up(secret: str) -> SignUp | None:
    """What became of the sign-up whose secret a browser holds, or None."""
    if not secret:
        return None
    with control_session() as session:
        return session.scalars(select(SignUp).where(SignUp.digest == digest(secret))).first()


def let_in(found: SignUp, secret: str, now: datetime) -> str | None:
    """A code that lets the browser into its workspace once, soon; None after the first visit.

    It is made of the browser's `secret`, so that a page that is loaded twice leads on twice.
    """
    if found.state != READY or found.welcomed_at is not None or found.finished_at is None:
        return None
    if now > found.finished_at + WELCOMING:
        return None
    code = digest(f"welcome|{secret}")
    with control_session() as session:
        session.execute(
            update(SignUp)
            .where(SignUp.id == found.id, SignUp.welcomed_at.is_(None))
            .values(welcome_digest=digest(code), welcome_until=now + WELCOME)
        )
    return code


def use_code(tenant: TenantFacts, code: str, now: datetime) -> UUID | None:
    """The user whom a code lets into this workspace; None for one that is spent or another's."""
    if not code:
        return None
    with control_session() as session:
        return session.scalars(
            update(SignUp)
            .where(
                SignUp.tenant_id == tenant.id,
                SignUp.welcome_digest == digest(code),
                SignUp.welcome_until > now,
                SignUp.welcomed_at.is_(None),
            )
            .values(welcomed_at=now, welcome_digest=None)
            .returning(SignUp.user_id)
        ).first()


def ask_again(found: SignUp, now: datetime) -> None:
    """Have the workspace tried again at once, of what was typed; nothing where it waits no more."""
    with control_session() as session:
        waits = update(SignUp).where(SignUp.id == found.id, SignUp.state == WAITING)
        asked = waits.values(failed_at=None, asked_again_at=now)
        if not rows_written(session.execute(asked)):
            return
        _enqueue(session, found.id)
        session.execute(  # One that would be tried later stands in its place.
            update(Job)
            .where(Job.tenant_id == SERVICE, Job.key == _key(found.id), Job.state == "ready")
            .values(run_at=now)
        )


def note_failed(row_id: UUID, now: datetime) -> Mapping[str, str] | None:
    """Say that the workspace could not be made, and have it tried again by itself.

    After a day in vain the address is given up; the answer is what was wished for then, as somebody
    must be told, and None before.
    """
    with control_session() as session:
        held = select(SignUp).where(SignUp.id == row_id).with_for_update()
        row = session.scalars(held).one_or_none()
        if row is None or row.state != WAITING:
            return None
        row.failed_at = now
        if now - row.created_at < RESERVED:
            _enqueue(session, row.id, now + AGAIN)
            return None
        wishes = dict(row.wishes)
        row.state, row.wishes, row.finished_at = EXPIRED, {}, now
        return wishes


def note_founded(
    session: Session, row_id: UUID, tenant: TenantFacts, user_id: UUID, now: datetime
) -> None:
    """Say that the workspace is there, in the transaction that makes it; the wishes are gone."""
    session.execute(
        update(SignUp)
        .where(SignUp.id == row_id)
        .values(
            state=READY,
            wishes={},
            tenant_id=tenant.id,
            user_id=user_id,
            finished_at=now,
            failed_at=None,
        )
    )


def note_refused(row_id: UUID, problem: SlugProblem, now: datetime) -> bool:
    """Say that the address went to somebody else; what else was typed stays for the form.

    False, with nothing changed, where the sign-up waits no more.
    """
    with control_session() as session:
        held = select(SignUp).where(SignUp.id == row_id).with_for_update()
        row = session.scalars(held).one_or_none()
        if row is None or row.state != WAITING:
            return False
        row.wishes = {key: text for key, text in row.wishes.items() if "password" not in key}
        row.state, row.problem, row.finished_at = REFUSED, problem.value, now
        return True


def clear_sign_ups(now: datetime) -> None:
    """Forget sign-ups of last week; the workspaces that came of them know nothing of the rows."""
    with control_session() as session:
        session.execute(delete(SignUp).where(SignUp.created_at < now - KEPT))


def _enqueue(session: Session, row_id: UUID, run_at: datetime | None = None) -> None:
    """One job waits for a sign-up at a time."""
    enqueue_service(session, FOUND, {"sign_up": str(row_id)}, run_at=run_at, key=_key(row_id))


def _key(row_id: UUID) -> str:
    return f"{FOUND}:{row_id}"


def _expire(session: Session, wanted: str, now: datetime) -> None:
    """Give up the address of somebody who has waited in vain for a day."""
    session.execute(
        update(SignUp)
        .where(
            SignUp.skeleton == wanted,
            SignUp.state == WAITING,
            SignUp.created_at < now - RESERVED,
        )
        .values(state=EXPIRED, wishes={}, finished_at=now)
    )
