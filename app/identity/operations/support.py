"""Consenting to support, coming in with it, and ending it.

Nobody of the service is in a workspace without this: somebody of the firm allows it for some hours
and tells the code that is shown once; the operator types it in the console.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity.models import SupportGrant, User
from app.identity.operations.guard import require
from app.identity.secret import digest, new_recovery_code, new_secret
from app.identity.supporting import ALLOW
from app.identity.totp import plain_recovery_code
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Missing, NotPermitted, Previewing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from tenants.facts import TenantFacts

SUBJECT = "workspace"
HOURS = (1, 4, 24, 72)
TICKET = timedelta(seconds=60)
REASON = 500
SHOWN = 20
END_OF_OPERATOR = "end_support_of_operator"  # A job in the workspaces where they are.


@dataclass(frozen=True, slots=True)
class Entry:
    """What a right code opens: the ticket for the workspace's address, and who consented."""

    ticket: str
    granted_by: str
    until: datetime


def allow_support(by: Actor, *, hours: str, reason: str, may_write: bool) -> str:
    """Consent for some hours; the answer is the code, which is told nobody again.

    Refused while another consent stands. It is possible in every state of the workspace.
    """
    _require(by)
    why = " ".join(reason.split())[:REASON]
    if not why:
        raise Refused(_("Say what support shall look at."), field="reason")
    if hours not in {str(one) for one in HOURS}:
        raise Refused(_("Choose one of these."), field="hours")
    _close_expired(by)
    code = new_recovery_code()
    grant = SupportGrant(
        id=new_id(),
        granted_by_id=by.user_id,
        reason=why,
        may_write=may_write,
        code_digest=digest(code),
        created_at=by.now,
        expires_at=by.now + timedelta(hours=int(hours)),
    )
    try:
        with by.session.begin_nested():
            by.session.add(grant)
    except IntegrityError:
        raise Refused(_("Support is allowed already. End that first.")) from None
    told = {"until": grant.expires_at.isoformat(timespec="minutes"), "may_write": may_write}
    changes = {key: [None, value] for key, value in told.items()}
    write_event(by, SUBJECT, by.tenant.id, "support_allowed", changes=changes)
    return code


def list_support(by: Actor) -> list[SupportGrant]:
    """The newest consents, for who may give them."""
    require(by, *ALLOW)
    newest = select(SupportGrant).order_by(SupportGrant.created_at.desc(), SupportGrant.id.desc())
    return list(by.session.scalars(newest.limit(SHOWN)))


def end_support(by: Actor, grant_id: UUID) -> None:
    """End a consent, and with it whoever is in by it: at their next request."""
    _require(by)
    grant = by.session.get(SupportGrant, grant_id, with_for_update=True)
    if grant is None:
        raise Missing(_("There is no such page."))
    _end(by, grant)


def leave_support(by: Actor) -> None:
    """The operator's own end of it; what they had opens nothing any more."""
    if by.support is None:
        raise NotPermitted(_("Nobody of the service is here."))
    grant = by.session.get(SupportGrant, by.support.grant_id, with_for_update=True)
    if grant is not None:
        _end(by, grant)


def enter(
    session: Session,
    *,
    code: str,
    operator_id: UUID,
    operator: str,
    now: datetime,
) -> Entry | None:
    """Use a code up, in the workspace's scope; None for a wrong, used, ended or expired one."""
    ticket = new_secret()
    used = session.scalars(
        update(SupportGrant)
        .where(
            SupportGrant.code_digest == digest(plain_recovery_code(code)),
            SupportGrant.entered_at.is_(None),
            SupportGrant.ended_at.is_(None),
            SupportGrant.expires_at > now,
        )
        .values(
            entered_at=now,
            operator_id=operator_id,
            operator_name=operator,
            ticket_digest=digest(ticket),
            ticket_until=now + TICKET,
        )
        .returning(SupportGrant)
    ).all()
    if not used:
        return None
    grant = used[0]
    user = session.get(User, grant.granted_by_id)
    return Entry(ticket, user.name if user is not None else "", grant.expires_at)


def redeem(
    session: Session, tenant: TenantFacts, ticket: str, now: datetime
) -> tuple[str, timedelta] | None:
    """Turn a ticket into the token of a support session and how long it may last; None for none.

    Only now somebody is in, and the audit tells so.
    """
    token = new_secret()
    used = session.execute(
        update(SupportGrant)
        .where(
            SupportGrant.ticket_digest == digest(ticket),
            SupportGrant.ticket_until > now,
            SupportGrant.ended_at.is_(None),
            SupportGrant.expires_at > now,
        )
        .values(ticket_digest=None, ticket_until=None, token_digest=digest(token))
        .returning(SupportGrant)
    ).first()
    if used is None:
        return None
    grant = used[0]
    by = _in_name_of(service_actor(session, tenant, now, via="support"), grant)
    changes = {"operator": [None, grant.operator_name], "may_write": [None, grant.may_write]}
    write_event(by, SUBJECT, tenant.id, "support_entered", changes=changes)
    return token, grant.expires_at - now


def end_support_of(by: Actor, operator_id: UUID) -> None:
    """End what an operator was let in by who runs the service no more; the audit tells so."""
    theirs = select(SupportGrant).where(
        SupportGrant.operator_id == operator_id, SupportGrant.ended_at.is_(None)
    )
    for grant in by.session.scalars(theirs.with_for_update()):
        _end(by, grant, "support_withdrawn")


def _require(by: Actor) -> None:
    """Only people of the firm, themselves, in the browser."""
    if by.previews is not None:
        raise Previewing(by.previews.name)
    require(by, *ALLOW)
    if by.support is not None or by.user_id is None or by.rights.scopes is not None:
        raise NotPermitted(_("You may not do this. Ask an owner of the workspace to allow it."))


def _end(by: Actor, grant: SupportGrant, verb: str = "support_ended") -> None:
    if grant.ended_at is not None:
        return
    grant.ended_at = by.now
    grant.token_digest = grant.ticket_digest = None
    changes = {"operator": [None, grant.operator_name or "–"]}
    write_event(_in_name_of(by, grant), SUBJECT, by.tenant.id, verb, changes=changes)


def _close_expired(by: Actor) -> None:
    """A consent whose time is over stands in no other's way."""
    over = select(SupportGrant).where(
        SupportGrant.ended_at.is_(None), SupportGrant.expires_at <= by.now
    )
    for grant in by.session.scalars(over.with_for_update()):
        _end(by, grant)
    by.session.flush()  # The next consent is inserted by a statement of its own.


def _in_name_of(by: Actor, grant: SupportGrant) -> Actor:
    """Events of a consent carry its id, by which both names are found."""
    user_id = by.user_id or grant.granted_by_id
    return replace(by, user_id=user_id, batch_id=grant.id)
