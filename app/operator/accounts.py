"""Operators: people who run the service.

They are made, and let in again, at the command line only; disabling one is possible in the console.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.operations.support import END_OF_OPERATOR, HOURS
from app.identity.passwords import check_new_password, hash_password
from app.identity.texts import clean_email, clean_person, email_key
from app.jobs.everywhere import enqueue_everywhere
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.operator.sessions import COMMAND, SignedInOperator, event
from tenants.control import Operator, OperatorEvent, OperatorSession


def create_operator(
    session: Session, *, email: str, name: str, password: str, now: datetime
) -> UUID:
    """Make an operator in a transaction of the owner's login, and answer with the id.

    Refused for a bad address, name or password, and for an address that an operator has already.
    """
    address = email_key(clean_email(email))
    clean = clean_person(name)
    check_new_password(password, email=address, name=clean)
    if session.scalar(select(Operator.id).where(Operator.email == address)) is not None:
        raise Refused(_("An operator with this e-mail address exists already."), field="email")
    operator = Operator(
        id=new_id(),
        email=address,
        name=clean,
        password_hash=hash_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(operator)
    session.add(event(operator.id, "operator_created", now, COMMAND, email=address))
    session.flush()  # Two commands at once: the second one's error belongs here.
    return operator.id


def list_operators(session: Session) -> list[Operator]:
    """Everybody who runs the service, or did."""
    return list(session.scalars(select(Operator).order_by(Operator.email)))


def disable_operator(
    session: Session,
    email: str,
    *,
    reason: str,
    now: datetime,
    by: SignedInOperator | None = None,
    address: str = "",
) -> Operator:
    """End everything that an operator has, at once: sign-in, sessions, and access to workspaces.

    The workspaces where they are, or might be, end it in their own audit. `by` is None at the
    command line. Refused for somebody who is disabled already, and for oneself.
    """
    operator = _held(session, email)
    if by is not None and by.id == operator.id:
        raise Refused(_("You can't disable yourself. Ask another operator."))
    if not operator.is_active:
        raise Refused(_("They can't sign in already."))
    operator.is_active = False
    session.execute(delete(OperatorSession).where(OperatorSession.operator_id == operator.id))
    for tenant_id in _entered(session, operator.id, now):
        enqueue_everywhere(session, END_OF_OPERATOR, now, tenant_id=tenant_id, about=operator.id)
    who, where = (by.id, address) if by is not None else (None, COMMAND)
    noted = {"email": operator.email, "reason": reason}
    session.add(event(who, "operator_disabled", now, where, **noted))
    return operator


def enable_operator(session: Session, email: str, *, now: datetime) -> Operator:
    """Let an operator sign in again; by the owner's login, at the command line only."""
    operator = _held(session, email)
    if operator.is_active:
        raise Refused(_("They can sign in already."))
    operator.is_active = True
    session.add(event(None, "operator_enabled", now, COMMAND, email=operator.email))
    return operator


def _held(session: Session, email: str) -> Operator:
    asked = select(Operator).where(Operator.email == email_key(email)).with_for_update()
    operator = session.scalars(asked).first()
    if operator is None:
        raise Missing(_("There is no such operator."))
    return operator


def _entered(session: Session, operator_id: UUID, now: datetime) -> list[UUID]:
    """The workspaces in which a consent that they used may stand still."""
    longest = timedelta(hours=max(HOURS) + 1)
    asked = select(OperatorEvent.tenant_id).where(
        OperatorEvent.operator_id == operator_id,
        OperatorEvent.verb == "support_entered",
        OperatorEvent.at > now - longest,
    )
    return sorted({one for one in session.scalars(asked) if one is not None})
