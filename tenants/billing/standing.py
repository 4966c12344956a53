"""Where a tenancy stands with its bill at a moment: a pure function of what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tenants.facts import State

TO_PAY = timedelta(days=14)  # Of a bill that is sent.
GRACE = timedelta(days=15)  # As long as Stripe tries the card again.
SUSPENDED_AFTER = timedelta(days=14)  # Of being read-only.
ALIVE = ("active", "trialing")
OWING = ("past_due", "unpaid", "incomplete")


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, from when on it is read-only, and from when on it is suspended, while unpaid."""

    state: State
    pay_by: datetime | None = None
    suspended_at: datetime | None = None


def standing(
    *,
    now: datetime,
    status: str,
    unpaid_since: datetime | None = None,
    ended_at: datetime | None = None,
    trial_ends_at: datetime | None = None,
) -> Standing:
    """Where a tenancy stands whose subscription has Stripe's `status` (`none` without one).

    A bill that is not paid leaves everything as it is for GRACE; then the workspace is read-only,
    and after SUSPENDED_AFTER suspended. One that ended, or whose trial is over, has no grace.
    """
    if status in (*ALIVE, *OWING):
        if status in ALIVE or unpaid_since is None:
            return Standing(State.ACTIVE)
        return _late(unpaid_since + GRACE, now)
    if ended_at is not None:
        return _late(ended_at, now)
    if trial_ends_at is None:
        return Standing(State.ACTIVE)
    return Standing(State.TRIAL) if now < trial_ends_at else _late(trial_ends_at, now)


def standing_on_trial(
    now: datetime, trial_ends_at: datetime | None, billed_at: datetime | None
) -> Standing:
    """Where a firm stands that was sent its first bill at `billed_at`, and has not paid it.

    A trial that was on by then lasts as long as the bill can be paid in time, and GRACE is added
    as to any other bill. Without a bill, or after its end, the trial ends on its day.
    """
    plain = standing(now=now, status="none", trial_ends_at=trial_ends_at)
    if trial_ends_at is None or billed_at is None or billed_at > trial_ends_at:
        return plain
    due_at = billed_at + TO_PAY
    if due_at + GRACE <= trial_ends_at:
        return plain
    if now < max(trial_ends_at, due_at):
        return Standing(State.TRIAL)
    late = _late(due_at + GRACE, now)
    return replace(late, state=State.TRIAL) if late.state is State.ACTIVE else late


def _late(pay_by: datetime, now: datetime) -> Standing:
    suspended_at = pay_by + SUSPENDED_AFTER
    if now >= suspended_at:
        return Standing(State.SUSPENDED, pay_by, suspended_at)
    state = State.PAST_DUE if now >= pay_by else State.ACTIVE
    return Standing(state, pay_by, suspended_at)
