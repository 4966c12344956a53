"""The plan of a handover as its page shows it: what goes to whom by which rule, with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select

from app.crm.models import Account, Activity
from app.crm.pages.timeline import due_of
from app.handover.models import ALONG, REST, Handover, HandoverRow
from app.handover.operations.begin import promises_in
from app.handover.operations.draft import draft_of, plan_of
from app.handover.operations.leave import count_views
from app.handover.operations.share import count_held, references
from app.handover.operations.trial import tried
from app.handover.pages.later import Earlier, earlier
from app.handover.pages.receivers import Receiver, receivers
from app.handover.rules import Plan
from app.identity.models import User
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import permitted, within_reach
from app.records.pages.sharing import condition_words
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import Formats, formats

MOST_PROMISES = 500


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule in words, with how many records it finds that no rule before it does."""

    place: int
    conditions: list[str]
    to: str
    is_shared: bool
    number: str


@dataclass(frozen=True, slots=True)
class TypeShown:
    """What somebody holds of one type, and where it goes."""

    record_type: RecordType
    number: str
    rules: list[RuleShown]
    follows: bool
    along: str
    rest: str
    has_rest: bool


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """One open promise that changes hands; without a subject to who may not see it."""

    value: str
    subject: str
    url: str
    with_whom: str
    when: str
    is_late: bool
    to: str


@dataclass(frozen=True, slots=True)
class PlanShown:
    """All that `handover/plan.html` shows."""

    user: User
    leaves: bool
    may_stay: bool
    rest_to: UUID | None
    people: list[Receiver]
    types: list[TypeShown]
    promises: list[PromiseShown]
    views: int
    total: int
    is_draft: bool
    earlier: list[Earlier]


def plan_page(user: User, by: Actor) -> PlanShown:
    """The plan that `by` makes for somebody, as it stands now."""
    draft = draft_of(by, user)
    plan = plan_of(draft, user, by)
    held = count_held(user.id, by)
    with tried(by, user, plan) as trial:
        numbers = numbers_of(trial, by)
        promises = _promises(trial, by)
    write = formats(by)
    names = names_of(by, plan.receivers)
    return PlanShown(
        user=user,
        leaves=plan.leaves,
        may_stay=user.is_active,
        rest_to=plan.rest_to_id,
        people=receivers(user, held, by),
        types=[_type(key, count, plan, numbers, names, write, by) for key, count in held.items()],
        promises=promises,
        views=count_views(by, user.id),
        total=sum(numbers.values()),
        is_draft=draft is not None,
        earlier=earlier(user, by),
    )


def numbers_of(handover_id: UUID, by: Actor) -> dict[tuple[str, int], int]:
    """How many records each rule moves, by type and place of the rule."""
    rows = by.session.execute(
        select(HandoverRow.record_type, HandoverRow.rule, func.count())
        .where(HandoverRow.handover_id == handover_id)
        .group_by(HandoverRow.record_type, HandoverRow.rule)
    )
    return {(kind, rule): number for kind, rule, number in rows}


def _type(
    key: str,
    held: int,
    plan: Plan,
    numbers: dict[tuple[str, int], int],
    names: dict[UUID, str],
    write: Formats,
    by: Actor,
) -> TypeShown:
    record_type = tailored(key, by)
    rules = [
        RuleShown(
            place,
            condition_words(record_type, rule.filters, by) if rule.filters else [],
            write.listed(names.get(one, "") for one in rule.to),
            len(rule.to) > 1,
            write.number(numbers.get((key, place), 0)),
        )
        for place, rule in plan.of(key)
    ]
    along = numbers.get((key, ALONG), 0)
    rest = held - along - sum(numbers.get((key, place), 0) for place, _rule in plan.of(key))
    follows = any(True for _one in references(record_type))
    return TypeShown(
        record_type,
        write.number(held),
        rules,
        follows,
        write.number(along) if along else "",
        write.number(rest),
        bool(rest) or (key, REST) in numbers,
    )


def _promises(handover_id: UUID, by: Actor) -> list[PromiseShown]:
    """The open promises that would change hands, the most urgent first."""
    activity, account = registry().type("activity"), registry().type("account")
    may_name = by.may(account.key, "read")
    moved = promises_in(handover_id).subquery()
    rows = by.session.execute(
        select(
            Activity.id,
            Activity.subject,
            Activity.due_at,
            moved.c.to_id,
            User.name.label("to"),
            Account.name.label("account"),
            within_reach(activity, by, "read").label("readable"),
        )
        .join(moved, moved.c.id == Activity.id)
        .outerjoin(User, User.id == moved.c.to_id)
        .outerjoin(Account, and_(Account.id == Activity.account_id, permitted(account, by)))
        .order_by(Activity.due_at, Activity.id)
        .limit(MOST_PROMISES)
    ).all()
    write, today = formats(by), by.today()
    return [
        PromiseShown(
            f"{row.id}:{row.to_id}" if row.to_id else "",
            row.subject if row.readable else gettext("A promise that you may not see"),
            f"/activities/{row.id}" if row.readable else "",
            (row.account or "") if row.readable and may_name else "",
            write.moment(row.due_at, today),
            due_of(row.due_at, by).tone == "bad",
            row.to or "",
        )
        for row in rows
    ]


def is_open(handover: Handover) -> bool:
    """True while it, or taking it back, is under way."""
    is_undone = handover.undone_at is not None
    return (handover.undo_finished_at if is_undone else handover.finished_at) is None
