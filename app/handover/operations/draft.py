"""The plan of a handover while it is made: one draft for each person and each who plans it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from app.handover.models import Handover
from app.handover.operations.receivers import require_taker
from app.handover.rules import MOST_RULES, Plan, Rule, read_rules
from app.identity.models import User
from app.identity.operations.guard import require_change, require_over
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current


def require_may(by: Actor, user: User) -> None:
    """Raise what stands against `by` handing over what `user` holds."""
    require_change(by, "user", "manage")
    require_over(by, user)


def draft_of(by: Actor, user: User) -> Handover | None:
    """The draft that `by` makes for somebody, if there is one."""
    asked = select(Handover).where(
        Handover.user_id == user.id,
        Handover.by_id == by.user_id,
        Handover.started_at.is_(None),
    )
    return by.session.scalars(asked).one_or_none()


def plan_of(draft: Handover | None, user: User, by: Actor) -> Plan:
    """What a draft asks for; without one, that the person leaves and nobody is named yet."""
    if draft is None:
        return Plan()
    leaves = draft.leaves or not user.is_active
    return Plan(leaves, draft.rest_to_id, read_rules(draft.rules, by))


def keep_draft(by: Actor, user: User, *, leaves: bool, rest_to_id: UUID | None) -> Handover:
    """Keep what was chosen besides the rules, so that nothing typed is lost on the way."""
    require_may(by, user)
    draft = draft_of(by, user)
    if draft is None:
        draft = new_handover(by, user)
        by.session.add(draft)
    draft.leaves, draft.rest_to_id = leaves, rest_to_id
    return draft


def add_rule(by: Actor, user: User, rule: Rule) -> None:
    """Put a rule behind the others of the draft; Refused where there are too many already."""
    require_may(by, user)
    check_receivers(rule.to, user, by, field="to")
    for person in by.session.scalars(select(User).where(User.id.in_(rule.to))):
        require_taker(person, [rule.record_type], by, field="to")
    draft = draft_of(by, user) or keep_draft(by, user, leaves=True, rest_to_id=None)
    if len(draft.rules) >= MOST_RULES:
        raise Refused(_("A handover has at most %(most)s rules.", most=MOST_RULES))
    draft.rules = [*draft.rules, rule.stored()]


def drop_rule(by: Actor, user: User, place: int) -> None:
    """Take a rule out of the draft; Missing when it is gone already."""
    require_may(by, user)
    draft = draft_of(by, user)
    if draft is None or not 0 <= place < len(draft.rules):
        raise Missing(_("There is no such rule any more."))
    draft.rules = [one for at, one in enumerate(draft.rules) if at != place]


def drop_draft(by: Actor, user: User) -> None:
    """Forget the plan."""
    require_may(by, user)
    by.session.execute(
        delete(Handover).where(
            Handover.user_id == user.id,
            Handover.by_id == by.user_id,
            Handover.started_at.is_(None),
        )
    )


def new_handover(by: Actor, user: User) -> Handover:
    """A draft that asks for nothing yet."""
    return Handover(
        id=new_id(),
        user_id=user.id,
        by_id=by.user_id,
        leaves=True,
        rules=[],
        views=[],
        via=by.via,
        language=current(),
        created_at=by.now,
        total=0,
        done=0,
        left_out=0,
        step=0,
    )


def check_receivers(ids: Sequence[UUID], user: User, by: Actor, *, field: str) -> None:
    """Refused unless all of them may sign in and are others than who hands over."""
    active = select(User.id).where(User.id.in_(ids), User.is_active.is_(True))
    known = set(by.session.scalars(active))
    if user.id in ids or known != set(ids):
        text = _("Choose colleagues who may sign in, other than %(name)s.", name=user.name)
        raise Refused(text, field=field)
