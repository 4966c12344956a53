"""Assigning by itself what came without an owner, and telling where nobody could take it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.identity.operations.notices import tell
from app.identity.rights import rights_of
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Answer, Held
from app.kernel.language import gettext, ngettext, using
from app.records import gate
from app.records.assignment.choose import people_of
from app.records.assignment.distribute import Nobody, are_by_rules
from app.records.assignment.models import AssignmentRule
from app.records.door import perform
from app.records.model import Record
from app.records.pool.facts import DISTRIBUTE, REASSIGN
from app.records.tailored import tailored
from app.records.types import RecordType

CHUNK = 100  # Records that one transaction assigns.


def assign_some(by: Actor, kind: str, ids: Sequence[UUID]) -> None:
    """Assign these records, as the service; who leads those meant hears of what nobody could take.

    What somebody claimed or deleted meanwhile is passed over; what has to be approved waits for it.
    """
    record_type = tailored(kind, by)
    left: dict[UUID | None, list[Record]] = {}
    rules: dict[UUID, AssignmentRule] = {}
    for record in _free(record_type, ids, by):
        try:
            with by.session.begin_nested():
                perform(record_type, DISTRIBUTE, record, by=by)
        except Nobody as nobody:
            if nobody.rule is not None:
                rules[nobody.rule.id] = nobody.rule
                left.setdefault(nobody.rule.id, []).append(record)
        except Held as held_back:
            gate.keep(held_back, by)
        except Answer:
            continue
    for rule_id, records in left.items():
        if rule_id is not None:
            _tell(record_type, rules[rule_id], records, by)


def assign_now(record_type: RecordType, record: Record, by: Actor) -> str:
    """Assign one that `by` has just made without an owner, so that they see at once whose it is.

    Who got it by name, or nothing: what nobody could take, or waits for approval, is left to the
    job that was put into the queue with it, which tells those meant.
    """
    if record.owner_id is not None or not are_by_rules(record_type, by):
        return ""
    service = service_actor(by.session, by.tenant, by.now, via=by.via)
    try:
        with by.session.begin_nested():
            perform(record_type, DISTRIBUTE, record, by=service)
    except Answer:
        return ""
    owner = by.session.get(User, record.owner_id)
    return owner.name if owner is not None else ""


def _free(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> Iterator[Record]:
    """Those of some records that nobody owns, the oldest first, each held as it stands by then."""
    model = record_type.model
    free = (model.deleted_at.is_(None), model.owner_id.is_(None))
    asked = select(model.id).where(model.id.in_(ids), *free)
    for record_id in by.session.scalars(asked.order_by(model.created_at, model.id)).all():
        held = select(model).where(model.id == record_id, *free).with_for_update(of=model)
        record = by.session.scalar(held, execution_options={"populate_existing": True})
        if record is not None:
            yield record


def leads_of(rule: AssignmentRule, record_type: RecordType, by: Actor) -> list[User]:
    """Who among the people of a rule may pass records on, else whoever made the rule."""
    people = people_of(rule.group_kind, rule.group_id, rule.user_ids, record_type, by)
    leads = [
        one
        for one in people
        if rights_of(by.session, one).reach(record_type.key, REASSIGN) is not None
    ]
    if leads or rule.created_by_id is None:
        return leads
    maker = by.session.get(User, rule.created_by_id)
    return [maker] if maker is not None and maker.is_active else []


def _tell(
    record_type: RecordType, rule: AssignmentRule, records: Sequence[Record], by: Actor
) -> None:
    one, many = record_type.words.count
    for person in leads_of(rule, record_type, by):
        with using(person.language or by.tenant.language):
            text = gettext(
                "Nobody could take %(what)s: %(rule)s.",
                what=ngettext(one, many, len(records)),
                rule=rule.name,
            )
        url = f"/{record_type.collection}?owner_id__isnull=true"
        if len(records) == 1:
            url = f"/{record_type.collection}/{records[0].id}"
        tell(by, person.id, text, url=url, icon="inbox")
