"""What every type with a pool declares: its three actions and the view of the pool."""

from __future__ import annotations

from sqlalchemy import select

from app.identity.models import User
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.assignment.distribute import STAMP as RULES
from app.records.assignment.distribute import distribute
from app.records.fields import Attribute
from app.records.pool.facts import CLAIM, DISTRIBUTE, POOL_FILTER, REASSIGN, RETURN, SEE_POOL
from app.records.pool.owning import REASONS, claim, give_back, reassign
from app.records.types import Action, Ask, Choose, Offer, RecordType, View


def colleagues(_record_type: RecordType, by: Actor) -> list[Offer]:
    """Whom a record can be passed on to, by name."""
    people = select(User.id, User.name).where(User.is_active).order_by(User.name_sort, User.id)
    return [Offer(str(user_id), name) for user_id, name in by.session.execute(people)]


def reasons(_record_type: RecordType, _by: Actor) -> list[Offer]:
    """Why a record is returned."""
    return [Offer(one.value, str(one.label)) for one in REASONS]


POOL_VIEW = View(_("Pool"), POOL_FILTER, needs=SEE_POOL)


def pool_actions(owner: Attribute) -> tuple[Action, ...]:
    """The actions of a type whose owner is this attribute: a list fetches it to offer them."""
    return (
        Action(
            CLAIM,
            _("Claim"),
            event="claimed",
            told=_("claimed this from the pool"),
            run=claim,
            when=lambda record: record.owner_id is None,
            reads=(owner,),
            icon="user-check",
            result=_("Claimed"),
            happened=_("Claimed from the pool"),
            moves_fields=True,
            in_pool=True,
        ),
        Action(
            RETURN,
            _("Return to the pool"),
            event="returned",
            told=_("returned this to the pool"),
            run=give_back,
            inputs=("reason",),
            optional=("note", "rule"),
            ask=Ask("pool/return", _("Return to the pool…"), "inbox"),
            choose=Choose("reason", _("Reason"), reasons),
            when=lambda record: record.owner_id is not None,
            names="reason",
            icon="inbox",
            result=_("Returned to the pool"),
            happened=_("Given back to the pool"),
            moves_fields=True,
        ),
        Action(
            REASSIGN,
            _("Assign"),
            event="reassigned",
            told=_("passed this on"),
            run=reassign,
            inputs=("owner_id",),
            ask=Ask("pool/reassign", _("Assign to a colleague…"), "user-plus"),
            choose=Choose("owner_id", _("New owner"), colleagues),
            icon="user-plus",
            result=_("Assigned"),
            happened=_("Passed on to a colleague"),
            moves_fields=True,
        ),
        Action(
            DISTRIBUTE,
            _("Assign automatically"),
            event="distributed",
            told=_("assigned this by a rule"),
            run=distribute,
            when=lambda record: record.owner_id is None,
            reads=(owner,),
            is_offered=lambda by: stamps.stamp(by.session, RULES) is not None,
            names="reason",
            icon="users",
            result=_("Assigned automatically"),
            happened=_("Assigned by a rule"),
            moves_fields=True,
            in_rows=False,
        ),
    )
