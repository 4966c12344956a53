"""Beginning a handover: who gets what is written down, access ends, the first records change hands.

All of it is one transaction, so that there is no moment in which somebody who left may still sign
in, or in which what was theirs is meant for nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from app.crm.models import Activity
from app.events import write_event
from app.handover.models import Handover, HandoverRow
from app.handover.operations.draft import check_receivers, draft_of, new_handover, require_may
from app.handover.operations.leave import end_access, pass_on
from app.handover.operations.receivers import require_taker
from app.handover.operations.run import passing_on, run_pieces
from app.handover.operations.share import share_out
from app.handover.operations.tell import stands_or_not
from app.handover.rules import Plan
from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.jobs.progress import begin_work
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, current, gettext

AT_ONCE = 200  # Records that a request hands over itself.
KIND = "hand_over"
Confirmed = tuple[UUID, UUID]  # A promise and who gets it.
SWEEP = "hand_over_late"
# What was being written while the handover began is done by then, as no request takes that long.
LATE = timedelta(minutes=10)


def begin_handover(by: Actor, user: User, plan: Plan, confirmed: Collection[Confirmed]) -> Handover:
    """Hand over what somebody holds by a plan; beyond AT_ONCE records a job goes on with it.

    `confirmed` are the open promises that `by` has looked at, each with its new owner. Refused with
    a message per field where nobody is named for the rest, where a receiver can't take it, where a
    promise was not looked at, and while another handover of this person is under way.
    """
    require_may(by, user)
    lock_user(by, user)
    plan = Plan(plan.leaves or not user.is_active, plan.rest_to_id, plan.rules)
    _check(by, user, plan)
    made = draft_of(by, user) or new_handover(by, user)
    made.leaves, made.rest_to_id = plan.leaves, plan.rest_to_id
    made.rules = [one.stored() for one in plan.rules]
    made.via, made.language = by.via, current()
    made.created_at = made.started_at = by.now
    by.session.add(made)
    by.session.flush()  # Its rows refer to it.
    share_out(made.id, user.id, plan, passing_on(by))
    _check_takers(by, made.id)
    _check_promises(by, made.id, confirmed)
    made.total = count_rows(by, made.id)
    if not made.total and not plan.leaves:
        raise Refused(_("Nothing goes to anybody by these rules."))
    if plan.leaves and plan.rest_to_id is not None:
        if user.is_active:
            end_access(by, user)
        made.views = pass_on(by, user.id, plan.rest_to_id)
        enqueue(by, SWEEP, {"handover_id": str(made.id)}, run_at=by.now + LATE)
    changes = {"records": [None, made.total]}
    write_event(by.in_batch(made.id), "user", user.id, "handed_over", changes=changes)
    stands_or_not(by)
    _start(by, made, user)
    return made


def lock_user(by: Actor, user: User) -> None:
    """Let only one of two who decide about the same person at once go on; the other one waits."""
    row = select(User).where(User.id == user.id).with_for_update(of=User)
    by.session.scalars(row.execution_options(populate_existing=True)).one()


def count_rows(by: Actor, handover_id: UUID) -> int:
    """How many records go along."""
    rows = select(func.count()).where(HandoverRow.handover_id == handover_id)
    return by.session.scalar(rows) or 0


def enqueue_piece(by: Actor, handover: Handover, run_at: datetime | None = None) -> None:
    """Let a worker do the next piece, now or later, told which so that it does none twice."""
    payload = {"handover_id": str(handover.id), "step": handover.step}
    enqueue(by, KIND, payload, run_at=run_at, key=f"{KIND}:{handover.id}")


def _start(by: Actor, made: Handover, user: User) -> None:
    if made.total <= AT_ONCE:
        run_pieces(made, by, AT_ONCE)
        return
    title = gettext("Handover of %(name)s", name=user.name)
    url = f"/handovers/{made.id}"
    begin_work(by, made.id, KIND, title, total=made.total, url=url, is_cancellable=False)
    enqueue_piece(by, made)


def _check(by: Actor, user: User, plan: Plan) -> None:
    under_way = select(Handover.id).where(
        Handover.user_id == user.id,
        Handover.started_at.is_not(None),
        (Handover.finished_at.is_(None))
        | (Handover.undone_at.is_not(None) & Handover.undo_finished_at.is_(None)),
    )
    if by.session.execute(under_way.limit(1)).first() is not None:
        raise Refused(_("A handover of %(name)s is under way already.", name=user.name))
    if plan.leaves and user.id == by.user_id:
        raise Refused(_("Ask a colleague to do this: you would shut yourself out."))
    if plan.leaves and plan.rest_to_id is None:
        text = _("Say who gets the rest, so that nothing is left without an owner.")
        raise Refused(text, field="rest_to_id")
    check_plan(by, user, plan)


def check_plan(by: Actor, user: User, plan: Plan) -> None:
    """Refused with a message per field for people who can't get anything."""
    if plan.rest_to_id is not None:
        check_receivers([plan.rest_to_id], user, by, field="rest_to_id")
    for at, rule in enumerate(plan.rules):
        check_receivers(rule.to, user, by, field=f"rules[{at}].to")


def _check_takers(by: Actor, handover_id: UUID) -> None:
    """Refused where somebody would get records that their role may not see, or only read."""
    pairs = by.session.execute(
        select(HandoverRow.record_type, HandoverRow.to_id)
        .where(HandoverRow.handover_id == handover_id)
        .distinct()
    ).all()
    people = {
        one.id: one
        for one in by.session.scalars(select(User).where(User.id.in_({to for _kind, to in pairs})))
    }
    for to_id, person in people.items():
        kinds = sorted(kind for kind, its_id in pairs if its_id == to_id)
        require_taker(person, kinds, by, field="rest_to_id")


def promises_in(handover_id: UUID) -> Select[UUID, UUID | None]:
    """The open promises that a handover moves, each with its new owner."""
    return (
        select(Activity.id, HandoverRow.to_id.label("to_id"))
        .join(HandoverRow, HandoverRow.record_id == Activity.id)
        .where(
            HandoverRow.handover_id == handover_id,
            HandoverRow.record_type == "activity",
            Activity.is_promise,
            Activity.done_at.is_(None),
        )
    )


def _check_promises(by: Actor, handover_id: UUID, confirmed: Collection[Confirmed]) -> None:
    """Refused while a promise that changes hands was not looked at, such as one made just now."""
    found = by.session.execute(promises_in(handover_id)).all()
    left = len({(row.id, row.to_id) for row in found} - set(confirmed))
    if left:
        text = _("Look at each open promise and tick it: %(n)s left.", n=left)
        raise Refused(text, field="promises")
