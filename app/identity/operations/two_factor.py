"""The second step at sign-in: time-based codes (RFC 6238) and recovery codes that work once.

The secret that the phone shares with us is kept sealed. Those of before that are opened, and
sealed, at the first right code.
"""

from __future__ import annotations

import pyotp
from sqlalchemy import delete, func, select, update

from app.events import write_event
from app.identity import outside
from app.identity.models import RecoveryCode, User
from app.identity.operations.second_step import plan_telling
from app.identity.passwords import verify_password
from app.identity.sealing import is_sealed, seal, unseal
from app.identity.secret import digest, new_recovery_code
from app.identity.sign_in_rules import note_due, rules_of
from app.identity.totp import plain_recovery_code, step_of_code
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _

RECOVERY_CODES = 10


def begin_two_factor(by: Actor, user: User, *, password: str) -> str:
    """Draw a secret to be confirmed by a code; the answer is the address for the QR code."""
    _prove(user, password)
    if user.has_two_factor:
        raise Refused(_("Two-factor sign-in is on already."))
    _keep(by, user, pyotp.random_base32())
    return provisioning_address(by, user)


def provisioning_address(by: Actor, user: User) -> str:
    """The `otpauth://` address that an authenticator app reads from the QR code."""
    totp = pyotp.TOTP(shared_secret(by, user) or "")
    return totp.provisioning_uri(name=user.email, issuer_name=by.tenant.name)


def shared_secret(by: Actor, user: User) -> str | None:
    """The secret that the phone shares with us; None without one, or when none of our keys fits."""
    kept = user.totp_secret
    if kept is None or not is_sealed(kept):
        return kept
    return unseal(kept, outside.settings().keys, by.tenant.id, user.id)


def confirm_two_factor(by: Actor, user: User, *, code: str) -> list[str]:
    """Turn two-factor sign-in on after a first right code; the answer is the recovery codes."""
    if user.totp_secret is None or user.has_two_factor:
        raise Refused(_("Start setting up two-factor sign-in again."))
    if not _use_totp(by, user, code):
        raise Refused(_("This code is wrong. Look at the app again."), field="code")
    user.totp_confirmed_at = by.now
    user.two_factor_due_at = None
    write_event(by, "user", user.id, "two_factor_enabled")
    return _draw_codes(by, user)


def cancel_two_factor(_by: Actor, user: User) -> None:
    """Forget a secret that no code has confirmed; one in use stays."""
    if not user.has_two_factor:
        user.totp_secret = None


def renew_recovery_codes(by: Actor, user: User, *, password: str) -> list[str]:
    """Replace the recovery codes; the old ones work no more."""
    _prove(user, password)
    if not user.has_two_factor:
        raise Refused(_("Two-factor sign-in is off."))
    write_event(by, "user", user.id, "recovery_codes_renewed")
    return _draw_codes(by, user)


def end_two_factor(by: Actor, user: User, *, password: str) -> None:
    """Turn two-factor sign-in off; Refused while the workspace asks for it."""
    _prove(user, password)
    if rules_of(by.session).asks_second_step_of(user.role_id):
        raise Refused(_("This workspace asks for two-factor sign-in, so it stays on."))
    _forget(by, user)
    write_event(by, "user", user.id, "two_factor_disabled")


def clear_two_factor(by: Actor, user: User) -> None:
    """Turn it off for somebody who lost phone and codes; the caller has checked the right."""
    _forget(by, user)
    if (due := note_due(by.session, user, by.now)) is not None:
        plan_telling(by, due)
    write_event(by, "user", user.id, "two_factor_cleared")


def use_code(by: Actor, user: User, code: str) -> bool:
    """True when `code` is a right one of the phone or an unused recovery code; it is used up."""
    return _use_totp(by, user, code) or _use_recovery(by, user, code)


def codes_left(by: Actor, user: User) -> int:
    """How many recovery codes are still unused."""
    return (
        by.session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def _use_totp(by: Actor, user: User, code: str) -> bool:
    """True for a code of this, the last or the next step that was not used before.

    The step is written by a conditional UPDATE, so that two requests can't use one code.
    """
    secret = shared_secret(by, user)
    step = step_of_code(secret, code, by.now) if secret is not None else None
    if secret is None or step is None or not _claim_step(by, user, step):
        return False
    _keep(by, user, secret)  # Under the key of today, whatever it lay under before.
    return True


def seal_secrets(by: Actor) -> int:
    """Seal every secret that is kept plain or under an earlier key; answers with how many.

    One that none of our keys opens stays as it is. The rows are locked one after the other by id,
    so that a code that is used meanwhile and this never undo one another.
    """
    users = by.session.scalars(
        select(User).where(User.totp_secret.is_not(None)).order_by(User.id).with_for_update(of=User)
    ).all()
    stale = [user for user in users if not _is_of_today(by, user)]
    opened = [(user, secret) for user in stale if (secret := shared_secret(by, user)) is not None]
    for user, secret in opened:
        _keep(by, user, secret)
    return len(opened)


def _is_of_today(by: Actor, user: User) -> bool:
    """True for a secret that lies under the key with which the next one would be sealed."""
    kept, (key, *_earlier) = user.totp_secret or "", outside.settings().keys
    return is_sealed(kept) and unseal(kept, [key], by.tenant.id, user.id) is not None


def _keep(by: Actor, user: User, secret: str) -> None:
    user.totp_secret = seal(secret, outside.settings().keys, by.tenant.id, user.id)


def _claim_step(by: Actor, user: User, step: int) -> bool:
    claimed = by.session.scalars(
        update(User)
        .where(User.id == user.id, func.coalesce(User.totp_last_step, 0) < step)
        .values(totp_last_step=step)
        .returning(User.id)
    ).all()
    return bool(claimed)


def _use_recovery(by: Actor, user: User, code: str) -> bool:
    used = by.session.scalars(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.digest == digest(plain_recovery_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=by.now)
        .returning(RecoveryCode.id)
    ).all()
    if used:
        write_event(by, "user", user.id, "recovery_code_used")
    return bool(used)


def _draw_codes(by: Actor, user: User) -> list[str]:
    codes = [new_recovery_code() for _place in range(RECOVERY_CODES)]
    by.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    by.session.add_all(
        RecoveryCode(user_id=user.id, digest=digest(code), created_at=by.now, used_at=None)
        for code in codes
    )
    return codes


def _forget(by: Actor, user: User) -> None:
    user.totp_secret = None
    user.totp_confirmed_at = None
    by.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _prove(user: User, password: str) -> None:
    """Ask for the password again before the second step is touched."""
    if not verify_password(user.password_hash, password):
        raise Refused(_("This is not your password."), field="password")
