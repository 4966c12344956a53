"""The operators' second step: set up at their first sign-in, asked for at each one after it.

Secrets lie sealed as those of workspaces' people do (`app.identity.sealing`); codes are judged by
the same piece (`app.identity.totp`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.identity.sealing import seal, unseal
from app.identity.secret import digest, new_recovery_code
from app.identity.totp import plain_recovery_code, step_of_code
from app.kernel.errors import Refused
from app.kernel.language import _
from app.operator.sessions import HalfSignedIn, event
from config.settings import Settings
from tenants.control import SERVICE, Operator, OperatorCode, OperatorSession

CODES = 10
ISSUER = "Zuke"
WRONG = _("This code is wrong. Look at the app again.")


def shared_secret(session: Session, half: HalfSignedIn, settings: Settings) -> str:
    """The secret that is to be confirmed, drawn where there is none that our keys open."""
    kept = session.scalar(select(Operator.totp_secret).where(Operator.id == half.operator_id))
    plain = unseal(kept, settings.keys, SERVICE, half.operator_id) if kept else None
    if plain is None:
        plain = pyotp.random_base32()
        _keep(session, half.operator_id, plain, settings)
    return plain


def address_for(secret: str, half: HalfSignedIn) -> str:
    """The `otpauth://` address for the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=half.email, issuer_name=ISSUER)


def confirm(
    session: Session,
    half: HalfSignedIn,
    code: str,
    settings: Settings,
    *,
    address: str,
    now: datetime,
) -> list[str]:
    """Turn the second step on by a first right code and pass it; answers with recovery codes.

    Refused for a wrong code, and where it is on already: nobody draws another secret over it.
    """
    if half.has_second_step:
        raise Refused(_("Start signing in again."))
    secret = shared_secret(session, half, settings)
    if not _claim(session, half.operator_id, secret, code, settings, now):
        raise Refused(WRONG, field="code")
    own = Operator.id == half.operator_id
    session.execute(update(Operator).where(own).values(totp_confirmed_at=now))
    codes = [new_recovery_code() for _place in range(CODES)]
    session.execute(delete(OperatorCode).where(OperatorCode.operator_id == half.operator_id))
    rows = [{"operator_id": half.operator_id, "digest": digest(one)} for one in codes]
    session.execute(insert(OperatorCode), rows)
    session.add(event(half.operator_id, "second_step_set_up", now, address))
    _pass(session, half, now, address)
    return codes


def use(
    session: Session,
    half: HalfSignedIn,
    code: str,
    settings: Settings,
    *,
    address: str,
    now: datetime,
) -> None:
    """Pass the second step by a code of the phone or a recovery code; Refused for any other."""
    if not half.has_second_step:
        raise Refused(_("Start signing in again."))
    secret = shared_secret(session, half, settings)
    by_phone = _claim(session, half.operator_id, secret, code, settings, now)
    if not by_phone and not _use_recovery(session, half.operator_id, code, now):
        raise Refused(WRONG, field="code")
    _pass(session, half, now, address)


def clear(session: Session, operator_id: UUID) -> None:
    """Forget the second step of an operator who lost phone and codes, and end their sessions."""
    none = {"totp_secret": None, "totp_confirmed_at": None}
    session.execute(update(Operator).where(Operator.id == operator_id).values(none))
    session.execute(delete(OperatorCode).where(OperatorCode.operator_id == operator_id))
    session.execute(delete(OperatorSession).where(OperatorSession.operator_id == operator_id))


def _claim(
    session: Session,
    operator_id: UUID,
    secret: str,
    code: str,
    settings: Settings,
    now: datetime,
) -> bool:
    """True for a right code that was not used before; of two at once, one."""
    step = step_of_code(secret, code, now)
    if step is None:
        return False
    claimed = session.scalars(
        update(Operator)
        .where(Operator.id == operator_id, func.coalesce(Operator.totp_last_step, 0) < step)
        .values(totp_last_step=step)
        .returning(Operator.id)
    ).all()
    if claimed:
        _keep(session, operator_id, secret, settings)  # Under the key of today.
    return bool(claimed)


def _use_recovery(session: Session, operator_id: UUID, code: str, now: datetime) -> bool:
    used = session.scalars(
        update(OperatorCode)
        .where(
            OperatorCode.operator_id == operator_id,
            OperatorCode.digest == digest(plain_recovery_code(code)),
            OperatorCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(OperatorCode.digest)
    ).all()
    return bool(used)


def _keep(session: Session, operator_id: UUID, secret: str, settings: Settings) -> None:
    sealed = seal(secret, settings.keys, SERVICE, operator_id)
    session.execute(update(Operator).where(Operator.id == operator_id).values(totp_secret=sealed))


def _pass(session: Session, half: HalfSignedIn, now: datetime, address: str) -> None:
    own = OperatorSession.token_hash == half.token_hash
    session.execute(update(OperatorSession).where(own).values(second_at=now))
    session.add(event(half.operator_id, "signed_in", now, address))
