"""Time-based codes (RFC 6238), judged alike for a workspace's people and for operators.

Whoever keeps the secret keeps the step of the last code too, and takes a later one only.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from app.kernel import clock

STEP = 30  # Seconds that one code stands for.
DRIFT = 1  # Steps by which the phone's clock may be off, either way.


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The step that a typed code is right for: this, the last or the next one; None for none."""
    typed = "".join(code.split())
    if len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    present = int((now - clock.ahead()).timestamp()) // STEP  # Phones don't go along in the demo.
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed):
            return step
    return None


def plain_recovery_code(code: str) -> str:
    """A recovery code as it was drawn, however it was typed."""
    typed = "".join(character for character in code.casefold() if character.isalnum())[:40]
    return "-".join(typed[start : start + 4] for start in range(0, len(typed), 4))
