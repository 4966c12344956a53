"""What programs are told of the rules for signing in."""

from __future__ import annotations

from app.identity.operations.sign_in_rules import (
    ASKED,
    GRACE_DAYS,
    IDLE_HOURS,
    LONGEST_DAYS,
    LONGEST_PASSWORD,
)
from app.identity.passwords import MINIMUM
from app.kernel.language import _
from app.records.openapi.parts import ID, WHOLE, answer, one_of, record_of, ref, sent
from app.records.openapi.values import Schema

TAG = _("Sign-in rules")
RULES: dict[str, Schema] = {
    "password_length": {**WHOLE, "minimum": MINIMUM, "maximum": LONGEST_PASSWORD},
    "two_factor": one_of(*ASKED),
    "two_factor_role_ids": {"type": "array", "items": ID},
    "grace_days": {**WHOLE, "enum": list(GRACE_DAYS)},
    "idle_hours": {**WHOLE, "enum": list(IDLE_HOURS)},
    "longest_days": {**WHOLE, "enum": list(LONGEST_DAYS)},
}
NAMED: dict[str, Schema] = {"SignInRules": record_of(**RULES, asked=WHOLE, missing=WHOLE)}
SENT = sent((), **RULES)
ONE = {"200": answer(ref("SignInRules"))}
