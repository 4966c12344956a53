"""Deciding what is asked of whoever signs in: it holds at once, for those who are in too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.identity.models import Role, SignInRule, User, UserSession
from app.identity.operations.guard import require, require_change
from app.identity.operations.second_step import plan_telling
from app.identity.passwords import MINIMUM
from app.identity.sign_in_rules import ALL, BY_ROLE, FREE, Rules, rules_of
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.kernel.localized import pick

MANAGE = ("sign_in", "manage")
LONGEST_PASSWORD = 64
GRACE_DAYS = (0, 3, 7, 14, 30)
IDLE_HOURS = (1, 4, 8, 24, 72, 168)
LONGEST_DAYS = (1, 7, 14, 30)
ASKED = (FREE, BY_ROLE, ALL)
CHOICES: Mapping[str, tuple[object, ...]] = {
    "two_factor": ASKED,
    "grace_days": GRACE_DAYS,
    "idle_hours": IDLE_HOURS,
    "longest_days": LONGEST_DAYS,
}
PLAIN = ("password_length", "two_factor", "grace_days", "idle_hours", "longest_days")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people are asked for the second step, and how many of them have yet to set it up."""

    asked: int
    missing: int


def rules(by: Actor) -> Rules:
    """What holds, for whoever may decide it."""
    require(by, *MANAGE)
    return rules_of(by.session)


def change_rules(by: Actor, wished: Rules) -> Rules:
    """Decide it anew, for everybody at once; Refused beside each field that is not right.

    Nobody is locked out: whoever lacks the second step sets it up at their next sign-in, when the
    days of grace are over. Whoever asks it of themselves must have it already.
    """
    require_change(by, *MANAGE)
    _check(by, wished)
    before = rules_of(by.session)
    if before == wished:
        return before
    _keep(by, wished)
    if _asked_of(before) != _asked_of(wished):
        _settle_second_step(by, wished)
    if (before.idle, before.longest) != (wished.idle, wished.longest):
        _settle_sessions(by, wished)
    changes: dict[str, Any] = {
        key: [getattr(before, key), getattr(wished, key)]
        for key in PLAIN
        if getattr(before, key) != getattr(wished, key)
    }
    if before.two_factor_roles != wished.two_factor_roles:
        changes["two_factor_roles"] = [_names(by, one.two_factor_roles) for one in (before, wished)]
    write_event(by, "sign_in_rules", by.tenant.id, "updated", changes=changes)
    return wished


def standing(by: Actor) -> Standing:
    """How far the workspace is with what it asks for."""
    required = and_(User.is_active, _of_whom(rules_of(by.session)))
    counts = select(func.count(), func.count().filter(User.totp_confirmed_at.is_(None)))
    asked, missing = by.session.execute(counts.select_from(User).where(required)).one()
    return Standing(asked, missing)


def _check(by: Actor, wished: Rules) -> None:
    errors: dict[str, Text | str] = {}
    if not MINIMUM <= wished.password_length <= LONGEST_PASSWORD:
        errors["password_length"] = _(
            "Enter a number from %(least)s to %(most)s.", least=MINIMUM, most=LONGEST_PASSWORD
        )
    for key, offered in CHOICES.items():
        if getattr(wished, key) not in offered:
            errors[key] = _("This is not one of the values to choose from.")
    if "idle_hours" not in errors and wished.idle > wished.longest:
        errors["idle_hours"] = _("It can't be longer than a session lasts at the most.")
    errors = {**_wrong_roles(by, wished), **_wrong_for_oneself(by, wished), **errors}
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _wrong_roles(by: Actor, wished: Rules) -> dict[str, Text | str]:
    if wished.two_factor == BY_ROLE and not wished.two_factor_roles:
        return {"two_factor_roles": _("Choose at least one role.")}
    if wished.two_factor_roles - set(by.session.scalars(select(Role.id))):
        return {"two_factor_roles": _("There is no such role.")}
    return {}


def _wrong_for_oneself(by: Actor, wished: Rules) -> dict[str, Text | str]:
    """Whoever asks it of themselves must have it: else the first at the closed door is they."""
    myself = by.session.get(User, by.user_id) if by.user_id is not None else None
    if myself is None or myself.has_two_factor:
        return {}
    was_asked = rules_of(by.session).asks_second_step_of(myself.role_id)
    if was_asked or not wished.asks_second_step_of(myself.role_id):
        return {}
    return {"two_factor": _("Set two-factor sign-in up for yourself first, then ask others.")}


def _keep(by: Actor, wished: Rules) -> None:
    values: Mapping[str, object] = {
        **{key: getattr(wished, key) for key in PLAIN},
        "two_factor_roles": sorted(wished.two_factor_roles),
        "updated_at": by.now,
        "updated_by_id": by.user_id,
    }
    statement = insert(SignInRule).values(id=new_id(), is_the_one=True, **values)
    by.session.execute(
        statement.on_conflict_do_update(index_elements=["is_the_one"], set_=dict(values))
    )


def _settle_second_step(by: Actor, wished: Rules) -> None:
    """Put by when everybody must have it; who had more time before keeps no more than is given."""
    required = and_(_of_whom(wished), User.totp_confirmed_at.is_(None))
    due = by.now + wished.grace
    sooner = func.least(func.coalesce(User.two_factor_due_at, due), due)
    for change in (
        update(User).where(required).values(two_factor_due_at=sooner),
        update(User)
        .where(or_(not_(_of_whom(wished)), User.totp_confirmed_at.is_not(None)))
        .values(two_factor_due_at=None),
    ):
        by.session.execute(change.execution_options(synchronize_session="fetch"))
    if wished.two_factor != FREE:
        plan_telling(by, due)


def _settle_sessions(by: Actor, wished: Rules) -> None:
    """Let sessions that are open end as those that are opened from now on."""
    by.session.execute(
        update(UserSession)
        .values(
            idle_until=func.least(UserSession.idle_until, UserSession.last_seen_at + wished.idle),
            expires_at=func.least(UserSession.expires_at, UserSession.created_at + wished.longest),
        )
        .execution_options(synchronize_session=False)
    )


def _of_whom(asked: Rules) -> ColumnElement[bool]:
    if asked.two_factor == ALL:
        return true()
    roles = asked.two_factor_roles if asked.two_factor == BY_ROLE else frozenset()
    return User.role_id.in_(roles)


def _asked_of(one: Rules) -> tuple[str, frozenset[UUID], int]:
    return one.two_factor, one.two_factor_roles, one.grace_days


def _names(by: Actor, role_ids: frozenset[UUID]) -> str | None:
    """The roles by the names that they have now, for the audit."""
    asked = select(Role.label).where(Role.id.in_(role_ids)).order_by(Role.position)
    language = by.tenant.language
    return ", ".join(pick(one, language, language) for one in by.session.scalars(asked)) or None
