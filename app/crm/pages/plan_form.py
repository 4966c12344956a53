"""The editor of an activity plan: its name, the records it is for, its steps row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.crm.models import Plan
from app.crm.operations.next_step import PLANNABLE
from app.crm.operations.plan_steps import OWNER, STARTER
from app.crm.operations.plans import plannable_types
from app.crm.pages.composer import LABELS
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import OFFERED, Text, _
from app.records.pages.settings.numbered import first, free_number, languages, rows_of
from app.records.types import RecordType

ROWS = "step"
BLANK = 3  # Empty rows that a new plan begins with.
PARTS = ("kind", "days", "unit", "who")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as the form holds it, with what stands against its parts."""

    number: str
    kind: str = "task"
    subject: Mapping[str, str] = field(default_factory=dict)
    days: str = "0"
    unit: str = "days"
    who: str = OWNER
    errors: Mapping[str, Text | str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """True for a row that nobody has written into."""
        return not any(text.strip() for text in self.subject.values())

    def wish(self) -> dict[str, Any]:
        """The step that it asks for."""
        texts = {key: getattr(self, key) for key in PARTS}
        return {**texts, "subject": dict(self.subject)}


@dataclass(frozen=True, slots=True)
class PlanForm:
    """All that `crm/plan.html` shows."""

    url: str
    plan: Plan | None
    version: int
    name: Mapping[str, str]
    record_types: tuple[str, ...]
    steps: list[StepRow]
    types: list[RecordType]
    users: list[tuple[str, str]]
    languages: tuple[tuple[str, str], ...]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    kinds: tuple[tuple[str, Text], ...] = tuple((one, LABELS[one]) for one in PLANNABLE)
    units: tuple[tuple[str, Text], ...] = (
        ("days", _("days later")),
        ("working_days", _("working days later")),
    )
    blank: StepRow = StepRow("__n__")

    @property
    def whom(self) -> list[tuple[str, Text | str]]:
        """Who may do a step."""
        usual: list[tuple[str, Text | str]] = [
            (OWNER, _("Owner of the record")),
            (STARTER, _("Whoever starts it")),
        ]
        return [*usual, *self.users]


def standing_form(plan: Plan | None, by: Actor) -> PlanForm:
    """The editor of a plan as it is kept, or of a new one."""
    rows = [StepRow(str(number)) for number in range(BLANK)]
    if plan is not None:
        rows = [
            StepRow(
                str(number), one["kind"], one["subject"], str(one["days"]), one["unit"], one["who"]
            )
            for number, one in enumerate(plan.steps)
        ]
    types = tuple(plan.record_types) if plan else ("account",)
    return _form(plan, plan.version if plan else 0, plan.name if plan else {}, types, rows, by)


def sent_form(plan: Plan | None, sent: MultiDict[str, str], version: int, by: Actor) -> PlanForm:
    """The editor holding what was sent; with one more row where that was asked for."""
    found = rows_of(sent, ROWS)
    rows = [
        StepRow(
            number,
            first(parts, "kind"),
            {one: first(parts, f"subject.{one}") for one in OFFERED},
            first(parts, "days"),
            first(parts, "unit"),
            first(parts, "who"),
        )
        for number, parts in found.items()
    ]
    if sent.get("add") == ROWS:
        rows.append(StepRow(free_number(list(found))))
    name = {one: sent.get(f"name.{one}", "") for one in OFFERED}
    return _form(plan, version, name, tuple(sent.getlist("record_types")), rows, by)


def refused(form: PlanForm, answer: Answer) -> PlanForm:
    """The same form with what stands against it, each message beside its row."""
    written = [row.number for row in form.steps if not row.is_blank]
    by_row: dict[str, dict[str, Text | str]] = {}
    errors: dict[str, Text | str] = {}
    for key, text in answer.errors.items():
        rows, _dot, rest = key.partition(".")
        place, dot, part = rest.partition(".")
        if rows == ROWS and dot:
            by_row.setdefault(written[int(place)], {})[part] = text
        else:
            errors[key] = text
    steps = [replace(row, errors=by_row.get(row.number, {})) for row in form.steps]
    alerts = [] if answer.errors else [str(answer.message)]
    return replace(form, steps=steps, errors=errors, alerts=alerts)


def _form(
    plan: Plan | None,
    version: int,
    name: Mapping[str, str],
    record_types: tuple[str, ...],
    steps: list[StepRow],
    by: Actor,
) -> PlanForm:
    named = {row.who for row in steps}
    statement = select(User.id, User.name, User.is_active).order_by(User.name_sort, User.id)
    users = [
        (str(row.id), row.name)
        for row in by.session.execute(statement)
        if row.is_active or str(row.id) in named
    ]
    url = f"/settings/plans/{plan.id if plan else 'new'}"
    return PlanForm(
        url, plan, version, name, record_types, steps, plannable_types(), users, languages()
    )
