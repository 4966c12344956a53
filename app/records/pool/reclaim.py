"""Running a rule: warning owners first, then taking what is overdue as a change of many records.

The change is a bulk change of nobody's: done in pieces by a worker, told in a receipt, undone like
any other. What is no longer due when its turn comes is left with its owner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.identity.models import User
from app.identity.operations.notices import tell
from app.jobs.enqueue import enqueue
from app.jobs.kinds import Payload
from app.jobs.progress import begin_work
from app.jobs.registry import job
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import gettext, ngettext, using
from app.kernel.rows import rows_written
from app.records.bulk.begin import KIND, enqueue_piece
from app.records.bulk.models import BulkChange, BulkRow, Outcome
from app.records.pool.due import overdue, soon
from app.records.pool.facts import POOL_FILTER, RETURN
from app.records.pool.models import PoolRule, PoolWarning
from app.records.pool.owning import BY_RULE
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType

JOB = "reclaim_records"
RULE = "reclaim_by_rule"


@job(JOB, every=timedelta(days=1))
def reclaim_records(by: Actor, _payload: Payload) -> None:
    """Have every rule that is on run once, each in a job of its own."""
    on = select(PoolRule.id).where(PoolRule.is_on).order_by(PoolRule.id)
    for rule_id in by.session.scalars(on):
        enqueue(by, RULE, {"rule_id": str(rule_id)}, key=f"{RULE}:{rule_id}")


@job(RULE)
def reclaim_by_rule(by: Actor, payload: Payload) -> None:
    """Run one rule; its warnings and the change that it begins are one transaction."""
    rule = by.session.get(PoolRule, UUID(str(payload["rule_id"])))
    if rule is not None:
        run_rule(rule, by)


def run_rule(rule: PoolRule, by: Actor) -> BulkChange | None:
    """Warn whom the rule is to warn, begin taking what is overdue; the change, where one begins."""
    declared = registry().get(rule.record_type)
    if declared is None or not rule.is_on or not by.tenant.allows(declared.module):
        return None
    if by.tenant.is_read_only or _is_under_way(rule, by):
        return None
    record_type = tailored(declared, by)
    if rule.warn_days:
        _warn(rule, record_type, by)
    return _begin(rule, record_type, by)


def _is_under_way(rule: PoolRule, by: Actor) -> bool:
    """True while an earlier run of the rule still takes records."""
    running = select(BulkChange.id).where(
        BulkChange.user_id.is_(None),
        BulkChange.finished_at.is_(None),
        BulkChange.inputs["rule"].astext == str(rule.id),
    )
    return by.session.scalar(running.limit(1)) is not None


def _warn(rule: PoolRule, record_type: RecordType, by: Actor) -> None:
    """Tell each owner once how many of theirs the rule will take."""
    model = record_type.model
    in_question = select(model.id).where(*soon(rule, record_type, by))
    # Whose clock was set back, by an activity or another owner, is to be warned anew.
    by.session.execute(
        delete(PoolWarning).where(
            PoolWarning.rule_id == rule.id, PoolWarning.record_id.not_in(in_question)
        )
    )
    rows = select(literal(rule.id), model.id, literal(by.now)).where(*soon(rule, record_type, by))
    new = by.session.scalars(
        upsert(PoolWarning)
        .from_select(["rule_id", "record_id", "at"], rows)
        .on_conflict_do_nothing()
        .returning(PoolWarning.record_id)
    ).all()
    if not new:
        return
    owners = by.session.scalars(
        select(model.owner_id)
        .join(PoolWarning, PoolWarning.record_id == model.id)
        .where(PoolWarning.rule_id == rule.id, PoolWarning.at == by.now)
    )
    url = f"/{record_type.collection}?owner_id=me&sort=last_activity_at"
    for user, count in _people(owners, by):
        with using(user.language or by.tenant.language):
            what = _what(record_type, count)
            text = gettext(
                "%(what)s will go back to the pool within %(days)s days: %(rule)s",
                what=what,
                days=rule.warn_days,
                rule=rule.name,
            )
            tell(by, user.id, text, url=url, icon="alert-triangle")


def _begin(rule: PoolRule, record_type: RecordType, by: Actor) -> BulkChange | None:
    """Write down what is to be taken, tell the owners, and let a worker take it."""
    model, change_id = record_type.model, new_id()
    due = overdue(rule, record_type, by)
    if by.session.scalar(select(exists(select(model.id).where(*due)))) is not True:
        return None
    change = BulkChange(
        id=change_id,
        record_type=record_type.key,
        verb=RETURN,
        inputs={"reason": BY_RULE, "rule": str(rule.id)},
        user_id=None,
        via=by.via,
        language=by.tenant.language,
        created_at=by.now,
        total=0,
        done=0,
        left_out=0,
        asked=0,
        step=0,
    )
    by.session.add(change)
    by.session.flush()  # Its rows refer to it.
    rows = select(literal(change_id), model.id, literal(int(Outcome.WAITING))).where(*due)
    names = ["change_id", "record_id", "outcome"]
    change.total = rows_written(by.session.execute(insert(BulkRow).from_select(names, rows)))
    _tell_owners(rule, record_type, change_id, by)
    url = f"/{record_type.collection}/bulk/{change_id}"
    with using(change.language):
        title = gettext("Taking back by rule: %(rule)s", rule=rule.name)
        begin_work(by, change_id, KIND, title, total=change.total, url=url)
    enqueue_piece(change, by)
    return change


def _tell_owners(rule: PoolRule, record_type: RecordType, change_id: UUID, by: Actor) -> None:
    model = record_type.model
    owners = by.session.scalars(
        select(model.owner_id)
        .join(BulkRow, BulkRow.record_id == model.id)
        .where(BulkRow.change_id == change_id)
    )
    query = "&".join(f"{key}={text}" for key, text in POOL_FILTER)
    for user, count in _people(owners, by):
        with using(user.language or by.tenant.language):
            text = gettext(
                "%(what)s went back to the pool: %(rule)s",
                what=_what(record_type, count),
                rule=rule.name,
            )
            tell(by, user.id, text, url=f"/{record_type.collection}?{query}", icon="inbox")


def _people(owners: Iterable[UUID | None], by: Actor) -> list[tuple[User, int]]:
    """Who owns how many of these, of those who may sign in."""
    counts = Counter(one for one in owners if one is not None)
    people = by.session.scalars(select(User).where(User.id.in_(counts), User.is_active))
    return [(user, counts[user.id]) for user in people]


def _what(record_type: RecordType, count: int) -> str:
    one, many = record_type.words.count
    return ngettext(one, many, count)


JOBS = (reclaim_records, reclaim_by_rule)
