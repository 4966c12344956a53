"""Which new passwords are taken: long enough, not among those that attackers try first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.identity.passwords.hashing import normal_form
from app.kernel.errors import Refused
from app.kernel.language import _

MINIMUM = 8
MAXIMUM = 200
# How digits and signs stand for letters in passwords that only look clever.
_LEET = str.maketrans("@4310$57!", "aaeiossti")
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def check_new_password(
    password: str,
    *,
    email: str = "",
    name: str = "",
    field: str = "password",
    minimum: int = MINIMUM,
) -> None:
    """Raise Refused when `password` is too short, too long, common, or the person's own name.

    `minimum` is how many characters the workspace asks for.
    """
    normal = normal_form(password)
    if len(normal) < minimum:
        raise Refused(_("Use at least %(n)s characters.", n=minimum), field=field)
    if len(password) > MAXIMUM:
        raise Refused(_("Use at most %(n)s characters.", n=MAXIMUM), field=field)
    folded = normal.casefold()
    own = {text.casefold() for text in (email, email.partition("@")[0], name) if text}
    if folded in own:
        raise Refused(_("Don't use your name or your e-mail address."), field=field)
    if is_common(folded):
        raise Refused(_("Many people use this password. Choose another."), field=field)


def is_common(folded: str) -> bool:
    """True for a case-folded password that is listed, a run along the keyboard, or a repetition."""
    if folded in _common() or len(set(folded)) < 3:
        return True
    if any(folded in run or folded[::-1] in run for run in _RUNS):
        return True
    word = folded.rstrip("0123456789!.?*#_-@$")
    return word in _common() or word.translate(_LEET) in _common()


@cache
def _common() -> frozenset[str]:
    """The shipped list: whole passwords, and words that don't get better by digits behind them."""
    lines = Path(__file__).with_name("common.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
