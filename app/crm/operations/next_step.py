"""The next step: what is planned together with something that is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.crm.models import Activity
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _, gettext
from app.records.access import may_do
from app.records.door import perform
from app.records.many import perform_many
from app.records.registry import registry

SUBJECT_LENGTH = 120
PLANNABLE = ("follow_up", "task", "call", "meeting", "visit")
KEYS = ("kind", "subject", "due_at", "is_promise", "owner_id")
ALL_DAY = "all_day"  # Of a program; a form tells it by its moment.


def proposed_subject(activity: Activity) -> str:
    """What the next step after an activity may be called."""
    begins = gettext("Follow up: %(words)s", words="")
    if activity.subject.startswith(begins):
        return activity.subject
    return (begins + activity.subject)[:SUBJECT_LENGTH]


def read_next(asked: object) -> dict[str, Any] | None:
    """The next step as a request asks for it, None for none; Refused with a message per field.

    It has a kind that can be planned and a moment `due_at`, which `all_day` makes its day, and may
    be a promise; `subject` and `owner_id` have defaults.
    """
    if asked is None:
        return None
    if not isinstance(asked, Mapping):
        raise Refused(_("Give the next step as its fields."), field="next")
    errors: dict[str, Text | str] = {
        f"next.{key}": _("There is no such field.") for key in asked if key not in (*KEYS, ALL_DAY)
    }
    if asked.get("kind") not in PLANNABLE:
        errors["next.kind"] = _("This is not one of the values to choose from.")
    if not asked.get("due_at"):
        errors["next.due_at"] = _("Say when the next step is.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return dict(asked)


def plan_next(activity: Activity, asked: Mapping[str, Any], by: Actor, **taken: Any) -> UUID:
    """Plan a step with whom and what an activity was about; answers with its id.

    `asked` is what somebody typed. `taken` and what it leaves open are taken over from the
    activity, which asks for no right to write these fields or to read what they refer to. Refused
    with a message per field, each called `next.<field>`.
    """
    typed = {key: value for key, value in asked.items() if value}
    over = {**_taken_over(activity), **taken}
    over = {key: value for key, value in over.items() if value is not None and key not in typed}
    try:
        return perform("activity", "create", by=_taking_over(over, by), **typed, **over).id
    except (Refused, NotPermitted) as answer:
        errors = {f"next.{key}": text for key, text in answer.errors.items()}
        raise type(answer)(answer.message, errors=errors or {"next": answer.message}) from None


def follow_many(activities: Sequence[Activity], by: Actor) -> None:
    """Plan the follow-up after each of these, at the time that it names; see `plan_next`."""
    if len(activities) == 1:  # What stands against it is told beside its field.
        (one,) = activities
        plan_next(one, {}, by, **_follow_up(one))
        return
    about: dict[Any, list[dict[str, Any]]] = {}
    for one in activities:
        row = {**_taken_over(one), **_follow_up(one)}
        row = {key: value for key, value in row.items() if value is not None}
        about.setdefault(row.get("about_type"), []).append(row)
    for rows in about.values():  # What they may refer to differs by what they are about.
        everything = {key: value for row in rows for key, value in row.items()}
        perform_many("activity", "create", rows, by=_taking_over(everything, by))


def _follow_up(activity: Activity) -> dict[str, Any]:
    due_at = activity.next_at.isoformat() if activity.next_at is not None else None
    promised = activity.promises_next or None
    return {"kind": "follow_up", "due_at": due_at, "way": activity.way, "is_promise": promised}


def _taken_over(activity: Activity) -> dict[str, Any]:
    """What a next step has from the activity before it, where nothing else is asked."""
    found = {
        "subject": proposed_subject(activity),
        "owner_id": activity.owner_id,
        "account_id": activity.account_id,
        "contact_id": activity.contact_id,
    }
    if activity.about_type not in (None, "account", "contact"):
        found |= {"about_type": activity.about_type, "about_id": activity.about_id}
    return found


def _taking_over(over: Mapping[str, Any], by: Actor) -> Actor:
    """`by`, who may write the fields that are taken over and refer to what they refer to."""
    kinds = {"account", "contact", over.get("about_type")} - {None}
    reaches = [(str(kind), "read") for kind in kinds]
    return replace(by, rights=by.rights.widened(reaches, [("activity", key) for key in over]))


def take_back(activity: Activity, planned_id: UUID, by: Actor) -> bool:
    """Reopen an activity and delete the step that was planned with it; True when that went too.

    It stays when somebody went on with it since, or where the role of `by` may not delete it.
    Missing when that is no step planned with this activity; Held, for both, where one of them has
    to be approved.
    """
    perform("activity", "reopen", activity, by=by, planned=str(planned_id))
    return by.session.get_one(Activity, planned_id).deleted_at == by.now


def drop_planned(planned_id: UUID, by: Actor) -> None:
    """Delete a step that was planned with what is reopened, unless somebody went on with it."""
    planned = by.session.get_one(Activity, planned_id)
    if planned.deleted_at is not None or planned.version != 1:
        return
    if may_do(registry().type("activity"), planned, "delete", by):
        perform("activity", "delete", planned, by=by)
