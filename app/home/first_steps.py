"""The first steps of a new workspace: what is to be done, and what was done already.

Nothing is ticked by hand: each step looks for what doing it leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from app.crm.models import Account, Activity
from app.documents.papers.models import Letterhead
from app.events import Event
from app.identity.actors import FIRST_STEPS
from app.identity.models import Invitation, User
from app.identity.operations.email_proof import is_unproved
from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.model import Record
from app.records.worktime.models import BusinessCalendar, FiscalRule

Permission = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do a step: a page, which opens as a drawer where it is a form, or a press."""

    label: Text
    url: str
    is_drawer: bool = False
    is_press: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One step as everybody knows it; `trace` is what doing it leaves behind."""

    key: str
    icon: str
    label: Text
    text: Text
    ways: tuple[Way, ...]
    permission: Permission | None
    trace: Callable[[Actor], ColumnElement[bool]] | None = None
    goes_on: bool = False  # There is more to do once it is done, so its pages stay.


@dataclass(frozen=True, slots=True)
class Step:
    """One step for one reader."""

    task: Task
    is_done: bool


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """All steps for one reader."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def is_over(self) -> bool:
        """True when nothing is left to do."""
        return self.done == len(self.steps)


def _own(model: type[Record], key: str) -> ColumnElement[bool]:
    """Whether there is a record that is none of the sample data."""
    sampled = exists().where(
        Event.record_type == key, Event.record_id == model.id, Event.via == "samples"
    )
    return exists().where(model.deleted_at.is_(None), ~sampled)


PROOF = "email"
TASKS = (
    Task(
        PROOF,
        "mail",
        _("Confirm your e-mail"),
        _("Open the link that we sent you. Until then no invitation goes out by mail."),
        (Way(_("Send the link again"), "/settings/me/email/proof", is_press=True),),
        None,
    ),
    Task(
        "firm",
        "building",
        _("Say who you are"),
        _("Logo, colour, name and address, as they stand on documents."),
        (Way(_("Letterhead"), "/settings/documents?next=/"),),
        ("document", "manage"),
        lambda _by: exists().select_from(Letterhead),
    ),
    Task(
        "hours",
        "clock",
        _("Say when you work"),
        _("Hours with breaks, holidays, the fiscal year. Promises and deadlines count by them."),
        (
            Way(_("Business hours"), "/settings/business-hours?next=/"),
            Way(_("Keep the usual hours"), "/settings/business-hours/keep", is_press=True),
        ),
        ("business_hours", "manage"),
        lambda _by: exists().select_from(BusinessCalendar) | exists().select_from(FiscalRule),
        goes_on=True,
    ),
    Task(
        "modules",
        "package",
        _("Choose what you work with"),
        _("Sales and other modules: switch off what you don't need; it comes back any day."),
        (
            Way(_("Modules"), "/settings/modules"),
            Way(_("Keep all as it is"), "/settings/modules/keep", is_press=True),
        ),
        ("module", "manage"),
        lambda _by: exists().where(Event.record_type == "module"),
    ),
    Task(
        "customers",
        "users",
        _("Bring your customers along"),
        _("A list from Excel or another system, or the first one by hand."),
        (
            Way(_("Import a list"), "/accounts/import"),
            Way(_("Enter one"), "/accounts/new?next=/", is_drawer=True),
            Way(_("Look around with sample data"), "/settings/samples?next=/"),
        ),
        ("account", "create"),
        lambda _by: exists().where(Account.deleted_at.is_(None)),  # Sample data is a way to do it.
        goes_on=True,
    ),
    Task(
        "next",
        "calendar-plus",
        _("Plan the first next step"),
        _("A call, a visit, a task with a date. It stands here on its day."),
        (Way(_("New task"), "/activities/new?kind=task&next=/", is_drawer=True),),
        ("activity", "create"),
        lambda _by: _own(Activity, "activity"),
    ),
    Task(
        "colleagues",
        "user-plus",
        _("Invite your colleagues"),
        _("By e-mail, or by a QR code that they scan with their phone."),
        (
            Way(_("By e-mail"), "/settings/people/invite?way=mail&next=/", is_drawer=True),
            Way(_("By QR code"), "/settings/people/invite?way=qr&next=/", is_drawer=True),
        ),
        ("user", "manage"),
        lambda by: (
            exists().where(User.id != by.user_id)
            | exists().where(Invitation.created_by_id == by.user_id)
        ),
        goes_on=True,
    ),
)


def first_steps(by: Actor) -> FirstSteps | None:
    """What is left to do for who sets the workspace up; None for everybody else."""
    if by.previews is not None or not by.session.info.get(FIRST_STEPS):
        return None
    tasks = [one for one in TASKS if one.permission is None or by.may(*one.permission)]
    traces = [one.trace(by) for one in tasks if one.trace is not None]
    found = iter(by.session.execute(select(*traces)).one()) if traces else iter(())
    steps = tuple(
        Step(one, next(found) if one.trace is not None else not is_unproved(by)) for one in tasks
    )
    return FirstSteps(steps)


def end_first_steps(by: Actor) -> None:
    """Take the steps from this person's Home; whatever they made stays."""
    require_writable(by)
    by.session.info[FIRST_STEPS] = False
    by.session.get_one(User, by.user_id).has_first_steps = False
