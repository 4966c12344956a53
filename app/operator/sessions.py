"""Operators' sessions: an opaque token in a cookie of the service's host, its digest in a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Request, Response
from sqlalchemy import delete, select

from app.identity.passwords import verify_password
from app.identity.secret import digest, new_secret
from app.identity.texts import email_key
from app.kernel.ids import new_id
from config.settings import Settings
from tenants.control import Operator, OperatorEvent, OperatorSession
from tenants.database import control_session

LIVES = timedelta(hours=10)  # A working day; there is no renewal.
HALF = timedelta(minutes=10)  # Between the password and the second step.
DETAIL_LENGTH = 254
COMMAND = "command"  # In place of an address, where somebody typed at the machine.


@dataclass(frozen=True, slots=True)
class SignedInOperator:
    """The operator behind a request."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class HalfSignedIn:
    """Whose password was right and whose second step is still to come."""

    operator_id: UUID
    email: str
    token_hash: str
    has_second_step: bool


def sign_in(
    email: str, password: str, *, address: str, now: datetime, with_second_step: bool
) -> str | None:
    """Open a session and answer with its token, or None for a wrong address or password.

    Takes the same time whether or not there is such an operator; either way it is noted. With
    `with_second_step` the session opens nothing else before that step.
    """
    with control_session() as session:
        found = session.scalars(select(Operator).where(Operator.email == email_key(email))).first()
        known = found.password_hash if found is not None and found.is_active else None
        if not verify_password(known, password) or found is None:
            session.add(event(None, "sign_in_failed", now, address, email=email[:DETAIL_LENGTH]))
            return None
        token = new_secret()
        session.add(
            OperatorSession(
                token_hash=digest(token),
                operator_id=found.id,
                created_at=now,
                expires_at=now + LIVES,
                second_at=None if with_second_step else now,
            )
        )
        session.execute(
            delete(OperatorSession).where(
                OperatorSession.operator_id == found.id, OperatorSession.expires_at < now
            )
        )
        verb = "password_given" if with_second_step else "signed_in"
        session.add(event(found.id, verb, now, address))
        return token


def sign_out(token: str, *, address: str, now: datetime) -> None:
    """End the session on the server; an unknown token changes nothing."""
    with control_session() as session:
        found = session.get(OperatorSession, digest(token))
        if found is not None:
            session.add(event(found.operator_id, "signed_out", now, address))
            session.delete(found)


def find_operator(token: str, now: datetime) -> SignedInOperator | None:
    """The active operator whose session this token opens, or None."""
    if not token:
        return None
    with control_session() as session:
        found = session.execute(
            select(Operator.id, Operator.name, Operator.email)
            .join(OperatorSession, OperatorSession.operator_id == Operator.id)
            .where(
                OperatorSession.token_hash == digest(token),
                OperatorSession.expires_at > now,
                OperatorSession.second_at.is_not(None),
                Operator.is_active,
            )
        ).first()
    return SignedInOperator(found.id, found.name, found.email) if found is not None else None


def find_half(token: str, now: datetime) -> HalfSignedIn | None:
    """Whose password was given with this session a moment ago, and the second step not yet."""
    if not token:
        return None
    with control_session() as session:
        found = session.execute(
            select(Operator.id, Operator.email, Operator.totp_confirmed_at)
            .join(OperatorSession, OperatorSession.operator_id == Operator.id)
            .where(
                OperatorSession.token_hash == digest(token),
                OperatorSession.created_at > now - HALF,
                OperatorSession.second_at.is_(None),
                Operator.is_active,
            )
        ).first()
    if found is None:
        return None
    return HalfSignedIn(found.id, found.email, digest(token), found.totp_confirmed_at is not None)


def token_of(request: Request, settings: Settings) -> str:
    """The token in a request's cookie, or ""."""
    return request.cookies.get(_cookie(settings), "")


def give(response: Response, token: str, settings: Settings) -> Response:
    """Hand the browser a fresh session."""
    response.set_cookie(
        _cookie(settings),
        token,
        max_age=int(LIVES.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def take(response: Response, settings: Settings) -> Response:
    """Take the session from the browser."""
    response.delete_cookie(
        _cookie(settings), path="/", secure=settings.is_https, httponly=True, samesite="Lax"
    )
    return response


def _cookie(settings: Settings) -> str:
    return "__Host-operator" if settings.is_https else "operator"


def event(
    operator_id: UUID | None, verb: str, now: datetime, address: str, **details: str
) -> OperatorEvent:
    """What an operator did, or somebody who is none, from which address."""
    return OperatorEvent(
        id=new_id(),
        at=now,
        operator_id=operator_id,
        tenant_id=None,
        verb=verb,
        details={"address": address, **details},
    )
