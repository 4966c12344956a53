"""Activities: settling their moments, completing and reopening them, linking, the next step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, delete, insert, inspect, or_, select

from app.crm.models import Activity, ActivityLink, Contact
from app.crm.models.activity import NextStep
from app.crm.operations.next_step import (
    SUBJECT_LENGTH,
    drop_planned,
    follow_many,
    plan_next,
    read_next,
)
from app.crm.operations.reminders.settle import note_moves, settle_reminders
from app.crm.operations.steps import refresh_steps
from app.events.copy import copy_rows
from app.kernel.actor import Actor
from app.kernel.days import whole_day
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.rows import update_rows
from app.kernel.searchkeys import grams, search_text, sort_key
from app.records.access import fetch, may_do, writable_keys
from app.records.door import perform
from app.records.mentions.settle import settle_mentions
from app.records.mentions.tell import tell_mentioned
from app.records.model import Record
from app.records.registry import registry
from app.records.values import Unfit, read_value

LINK_COLUMNS = ("activity_id", "record_type", "record_id", "at")
WORDS = ("body", "outcome")
TEXTS = (*WORDS, "subject")  # In which colleagues are mentioned.
# Written down after the fact, unless a time is planned.
LOGGED = ("follow_up", "note", "call", "visit", "mail")


def prepare(activity: Activity, by: Actor) -> None:
    """Fill an activity's subject, customer, moments and keys; Refused when it says nothing."""
    _promise(activity)
    # A subject that follows the words says nothing of its own, and still says what they said.
    follows = _is_named_by_words(activity)
    settle_mentions(activity, WORDS if follows else TEXTS, by)
    _name(activity)
    _place(activity, by)
    is_planned = activity.due_at is not None
    if activity.version == 1 and not is_planned and activity.kind in LOGGED:
        activity.done_at = activity.done_at or by.now
    if activity.done_at is not None and activity.done_at > by.now:
        activity.done_at = _by_now(activity.done_at, by)
    if activity.kind == "meeting" and activity.due_at is None and activity.done_at is None:
        raise Refused(_("Say when the meeting is."), field="due_at")
    _credit(activity, by)
    activity.all_day = is_all_day(activity.due_at, by)
    note_moves(activity)
    activity.at = activity.done_at or activity.due_at or activity.created_at
    activity.search_text = search_text((activity.subject, activity.body, activity.outcome))
    activity.search_grams = grams((activity.subject,))
    activity.subject_sort = sort_key(activity.subject) or None


def _by_now(done_at: datetime, by: Actor) -> datetime:
    """When something was done that is said to be done today: whenever it was, before now."""
    firm = ZoneInfo(by.tenant.zone)
    return by.now if whole_day(done_at, firm) == by.now.astimezone(firm).date() else done_at


def is_all_day(due_at: datetime | None, by: Actor) -> bool:
    """True for what is due on a day and at no hour of it."""
    return due_at is not None and whole_day(due_at, ZoneInfo(by.tenant.zone)) is not None


def _promise(activity: Activity) -> None:
    """See that a promise says until when; Refused beside the field that says it.

    A follow-up that was written down with a next one promised that: the next one is the promise.
    """
    if not activity.is_promise or activity.due_at is not None:
        return
    is_logged = activity.version == 1 and activity.kind == "follow_up"
    if not is_logged or activity.next_at is None:
        key = "next_at" if is_logged else "due_at"
        raise Refused(_("Say until when this is promised."), field=key)
    activity.is_promise, activity.promises_next = False, True


def _name(activity: Activity) -> None:
    """Take the first line of the words as the subject where none was given.

    A subject that was made so follows its words; one that a person wrote stays.
    """
    if _is_named_by_words(activity):
        activity.subject = first_line(activity.body)
    elif not activity.subject:
        raise Refused(_("Write a few words."), field="body")


def _is_named_by_words(activity: Activity) -> bool:
    """True when the words give the subject: nobody wrote another one."""
    has_words = first_line(activity.body) != ""
    return has_words and (not activity.subject or _has_made_subject(activity))


def _has_made_subject(activity: Activity) -> bool:
    """True when the words change now and the subject, which does not, was made of the old ones."""
    before = next(iter(inspect(activity).attrs.body.history.deleted or ()), None)
    is_typed = inspect(activity).attrs.subject.history.has_changes()
    return not is_typed and activity.subject == first_line(before)


def first_line(words: str | None) -> str:
    """The subject that words give."""
    return (words or "").strip().partition("\n")[0][:SUBJECT_LENGTH]


def _credit(activity: Activity, by: Actor) -> None:
    """Credit what has just been done to who says so; what the service itself does, to the owner."""
    was_done = inspect(activity).attrs.done_at.history
    if activity.done_at is None:
        activity.done_by_id = None
    elif activity.done_by_id is None and was_done.has_changes():
        activity.done_by_id = by.user_id or activity.owner_id


def _place(activity: Activity, by: Actor) -> None:
    """Complete what an activity is about: a contact brings its account."""
    is_about = activity.about_type is not None or activity.about_id is not None
    if activity.version == 1 and is_about:
        about = _read_about(activity, by)
        if activity.about_type == "account":
            activity.account_id = about.id
        elif activity.about_type == "contact":
            activity.contact_id = about.id
        else:
            activity.account_id = activity.account_id or getattr(about, "account_id", None)
            activity.contact_id = activity.contact_id or getattr(about, "contact_id", None)
    if activity.contact_id and not activity.account_id:
        known = activity.person
        if known is None or known[0] != activity.contact_id:
            accounts = _accounts_of({activity.contact_id}, by)
            known = (activity.contact_id, accounts.get(activity.contact_id))
        activity.account_id = known[1]


def gather(records: Sequence[Activity], by: Actor) -> None:
    """Look up whose people many activities are with, before each of them is prepared."""
    accounts = _accounts_of({one.contact_id for one in records if one.contact_id}, by)
    for one in records:
        one.person = (one.contact_id, accounts.get(one.contact_id))


def _accounts_of(contact_ids: Collection[UUID], by: Actor) -> dict[UUID | None, UUID | None]:
    """The accounts of people by their ids, in one statement."""
    if not contact_ids:
        return {}
    found = select(Contact.id, Contact.account_id).where(Contact.id.in_(contact_ids))
    return {row.id: row.account_id for row in by.session.execute(found)}


def _read_about(activity: Activity, by: Actor) -> Record:
    """The record that a new activity is about; Refused unless its author may read it.

    Both parts come from the request as they are and may be anything.
    """
    named: object = activity.about_type
    about_id: object = activity.about_id
    about_type = registry().get(named) if isinstance(named, str) else None
    activity.about_id = about_id if isinstance(about_id, UUID) else parse_id(str(about_id))
    try:
        if about_type is None:
            raise Missing
        return fetch(about_type, activity.about_id, by)
    except Missing:
        raise Refused(_("There is no such record."), field="about_id") from None


def complete(
    activity: Activity,
    by: Actor,
    outcome: object = None,
    next: object = None,  # noqa: A002  As the API calls it.
) -> None:
    """Mark a planned activity as done now, with how it went, and plan the `next` step with it.

    Refused for words that are none and for a next step that lacks something; see `read_next`.
    """
    asked = read_next(next)
    words = _words(outcome, by)
    activity.done_at = by.now
    activity.outcome = words or activity.outcome
    activity.next_step = NextStep(asked)


def _words(outcome: object, by: Actor) -> str | None:
    """How it went, as a person or a program wrote it; None where nothing was."""
    if outcome in (None, ""):
        return None
    activity = registry().type("activity")
    if "outcome" not in writable_keys(activity, by):
        error = _("Your role may not change this field.")
        raise NotPermitted(error, field="outcome")
    try:
        found: str | None = read_value(activity.field("outcome"), outcome, by, ())
    except Unfit as unfit:
        raise Refused(unfit.message, field="outcome") from None
    return found


def was_planned(kind: str, due_at: datetime | None) -> bool:
    """True of what stood open once: it had a time, or is a task, which needs none.

    What was only written down never did, so it can't be reopened.
    """
    return due_at is not None or kind == "task"


def reopen(activity: Activity, by: Actor, planned: object = None) -> None:
    """Take back that an activity was done, and how it went.

    `planned` is the id of the step that was planned with it, which goes along; Missing for any
    other.
    """
    if planned:
        step = by.session.get(Activity, parse_id(str(planned)))
        if step is None or step.created_at != activity.done_at:
            raise Missing(_("There is no such record."))
        activity.next_step = NextStep(back_id=step.id)
    activity.done_at = activity.outcome = None


def changed(activity: Activity, verb: str, by: Actor) -> None:
    """Keep links, the next step of those concerned and the planned follow-up in step."""
    concerned = dict.fromkeys([*link(activity, by), *places(activity)])
    if verb == "create" and activity.kind == "follow_up" and activity.done_at is not None:
        _fulfil_planned([activity], by)
        _plan_after([activity], by)
    tell_mentioned(registry().type("activity"), activity, by)
    settle_reminders([activity], verb, by)
    if verb == "reopen" and activity.next_step.back_id is not None:
        drop_planned(activity.next_step.back_id, by)
        activity.next_step = NextStep()
    asked = activity.next_step.asked if verb == "complete" else None
    if asked is not None:
        activity.next_step = NextStep(planned_id=plan_next(activity, asked, by))
    refresh_steps(by.session, concerned)


def changed_many(activities: Sequence[Activity], verb: str, by: Actor) -> None:
    """The same for many activities that were made or deleted at once, in few statements."""
    settle_reminders(activities, verb, by)
    if verb == "delete":
        refresh_steps(by.session, {place for one in activities for place in places(one)})
        return
    if verb != "create":
        for one in activities:
            changed(one, verb, by)
        return
    rows = [row for one in activities for row in link_rows(one)]
    copy_rows(by.session, ActivityLink.__tablename__, LINK_COLUMNS, rows)
    logged = [one for one in activities if one.kind == "follow_up" and one.done_at is not None]
    _fulfil_planned(logged, by)
    _plan_after(logged, by)
    refresh_steps(by.session, {place for one in activities for place in places(one)})


def _plan_after(logged: Sequence[Activity], by: Actor) -> None:
    """Plan the next follow-up where one that was written down says when it is.

    Of several on one record the one that was done last says it: the others were followed by it.
    """
    last: dict[On, Activity] = {}
    for one in sorted(logged, key=lambda one: (one.done_at, one.id)):
        last[_on(one)] = one
    follow_many([one for one in last.values() if one.next_at is not None], by)


def places(activity: Activity) -> dict[tuple[str, UUID], None]:
    """The records on whose timelines an activity stands."""
    found: dict[tuple[str, UUID], None] = {}
    if activity.about_type and activity.about_id:
        found[activity.about_type, activity.about_id] = None
    if activity.account_id:
        found["account", activity.account_id] = None
    if activity.contact_id:
        found["contact", activity.contact_id] = None
    return found


def linked_to(record_type: str, ids: Collection[UUID]) -> Select[UUID]:
    """The ids of the activities on the timelines of some records."""
    return select(ActivityLink.activity_id).where(
        ActivityLink.record_type == record_type, ActivityLink.record_id.in_(ids)
    )


def link(activity: Activity, by: Actor) -> list[tuple[str, UUID]]:
    """Write anew on whose timelines an activity stands; answers with where it stood before."""
    before = by.session.execute(
        select(ActivityLink.record_type, ActivityLink.record_id, ActivityLink.at).where(
            ActivityLink.activity_id == activity.id
        )
    ).all()
    rows = link_rows(activity)
    if {tuple(row) for row in before} != {
        (row["record_type"], row["record_id"], row["at"]) for row in rows
    }:
        by.session.execute(delete(ActivityLink).where(ActivityLink.activity_id == activity.id))
        if rows:
            by.session.execute(insert(ActivityLink), rows)
    return [(record_type, record_id) for record_type, record_id, _at in before]


def link_rows(activity: Activity) -> list[dict[str, Any]]:
    """The link rows of an activity, for one insert or for COPY."""
    return [
        {
            "activity_id": activity.id,
            "record_type": record_type,
            "record_id": record_id,
            "at": activity.at,
        }
        for record_type, record_id in places(activity)
    ]


def take_along(
    record_type: str, record_id: UUID, account_id: UUID, contact_id: UUID | None, by: Actor
) -> None:
    """Let what is written on a record stand on the customer too that it has become.

    Nobody edited these activities, so their version stays. What is about another customer or person
    already stays there.
    """
    mine = Activity.id.in_(linked_to(record_type, [record_id]))
    locked = select(Activity).where(mine, Activity.account_id.is_(None)).order_by(Activity.id)
    activities = by.session.scalars(locked.with_for_update()).all()
    if not activities:
        return
    ids = [one.id for one in activities]
    before = {place for one in activities for place in places(one)}
    rows = [
        {"id": one.id, "account_id": account_id, "contact_id": one.contact_id or contact_id}
        for one in activities
    ]
    update_rows(by.session, Activity, rows)
    for one in activities:
        by.session.refresh(one, ("account_id", "contact_id"))
    by.session.execute(delete(ActivityLink).where(ActivityLink.activity_id.in_(ids)))
    by.session.execute(insert(ActivityLink), [row for one in activities for row in link_rows(one)])
    refresh_steps(by.session, before | {place for one in activities for place in places(one)})


def _fulfil_planned(logged: Sequence[Activity], by: Actor) -> None:
    """Follow-ups that were written down fulfil their owners' planned ones on the same record.

    A promise is kept only when somebody says so. What a file tells was done before something was
    planned did not fulfil that.
    """
    met = {_on(one): one for one in logged}  # Of several on one record the last one.
    if not met:
        return
    planned = by.session.scalars(
        select(Activity).where(
            Activity.kind == "follow_up",
            or_(*(_is_on(key) for key in met)),
            Activity.is_promise.is_(False),
            Activity.done_at.is_(None),
            Activity.deleted_at.is_(None),
        )
    ).all()
    for one in planned:
        done = met[_on(one)]
        is_earlier = by.via == "import" and done.at < one.created_at
        # Ids follow time: what a batch plans later is not meant.
        if one.id > done.id or is_earlier:
            continue
        if may_do(registry().type("activity"), one, "complete", by):
            perform("activity", "complete", one, by=by)


On = tuple[UUID | None, UUID | None, UUID | None]


def _on(activity: Activity) -> On:
    """Whose activity it is, and on which account and contact."""
    return activity.owner_id, activity.account_id, activity.contact_id


def _is_on(key: On) -> ColumnElement[bool]:
    owner_id, account_id, contact_id = key
    return and_(
        Activity.owner_id == owner_id,
        Activity.account_id.is_not_distinct_from(account_id),
        Activity.contact_id.is_not_distinct_from(contact_id),
    )
