"""The form of what was done: how it went, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.crm.models import Activity
from app.crm.operations.next_step import KEYS, PLANNABLE, proposed_subject
from app.crm.pages.composer import QuickTime, quick_times
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text
from app.records.access import readable_keys, writable_keys
from app.records.pages.choices import choices_of
from app.records.pages.controls import Control, controls
from app.records.tailored import tailored

SATURDAY = 5  # As Python counts the days of a week.
STEP = ("kind", "subject", "is_promise", "owner_id")  # What is asked beside its moment.
OTHER = "other"  # The choice of a moment of one's own.


@dataclass(frozen=True, slots=True)
class DoneForm:
    """All that `crm/done.html` shows; `chosen` is the quick time that is ticked, "" for none."""

    url: str
    title: str
    next: str
    outcome: list[Control]
    times: tuple[QuickTime, ...]
    chosen: str
    due: Control | None
    step: list[Control]
    alerts: list[str] = field(default_factory=list)


def done_form(
    activity: Activity,
    by: Actor,
    *,
    next_url: str,
    typed: Mapping[str, str] | None = None,
    answer: Answer | None = None,
) -> DoneForm:
    """The form as it is first shown, or holding what was typed with what stands against it.

    At first it proposes a step of the same kind in a few days, whose name is still to be typed.
    """
    record_type = tailored("activity", by)
    readable = readable_keys(record_type, by)
    writable = writable_keys(record_type, by) & readable
    texts = {
        "kind": activity.kind if activity.kind in PLANNABLE else "follow_up",
        "owner_id": str(activity.owner_id or ""),
        **(typed or {}),
    }
    errors: dict[str, Text | str] = {
        key.removeprefix("next."): text for key, text in (answer.errors if answer else {}).items()
    }
    keys = [key for key in ("outcome", *KEYS) if key in writable]
    if not by.may("activity", "create") or not {"kind", "due_at"} <= writable:
        keys = [key for key in keys if key == "outcome"]
    made = controls(record_type, keys, texts, by, choices_of(record_type, by), errors=errors)
    by_key = {one.key: _fitting(one, activity) for one in made}
    times = quick_times(by) if "due_at" in by_key else ()
    alerts = [str(text) for key, text in errors.items() if key not in by_key]
    if answer is not None and not errors:
        alerts.insert(0, str(answer.message))
    return DoneForm(
        url=f"/{record_type.collection}/{activity.id}/done",
        title=activity.subject,
        next=next_url,
        outcome=[by_key["outcome"]] if "outcome" in by_key else [],
        times=times,
        chosen=_sensible(times) if typed is None else typed.get("when", ""),
        due=by_key.get("due_at"),
        step=[by_key[key] for key in STEP if key in by_key],
        alerts=alerts,
    )


def _sensible(times: Sequence[QuickTime]) -> str:
    """In three days, or next week where that would be on a weekend."""
    if not times:
        return ""
    _tomorrow, soon, later = times
    is_weekend = datetime.fromisoformat(soon.value).weekday() >= SATURDAY
    return (later if is_weekend else soon).value


def _fitting(control: Control, activity: Activity) -> Control:
    """The same control, which offers no kind that can't be planned, and says how a step is called.

    What comes next is the first thing to be typed.
    """
    if control.key == "subject":
        return replace(control, hint=proposed_subject(activity), is_first=True)
    if control.key != "kind":
        return control
    options = tuple(one for one in control.options if one[0] in PLANNABLE)
    return replace(control, options=options)
