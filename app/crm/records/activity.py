"""What an activity is, for composer, list, timeline, API and roles."""

from __future__ import annotations

from app.crm.models import Activity
from app.crm.operations import activities
from app.crm.operations.reminders.choices import CHOICES
from app.kernel.language import _, plural
from app.records.fields import Field, Option
from app.records.lenses.facts import Board, Calendar
from app.records.types import Action, Ask, RecordType, View, Words

KINDS = (
    Option("follow_up", _("Follow-up"), "blue"),
    Option("note", _("Note"), "grey"),
    Option("task", _("Task"), "amber"),
    Option("call", _("Call"), "violet"),
    Option("meeting", _("Meeting"), "teal"),
    Option("visit", _("Visit"), "green"),
    Option("mail", _("Mail"), "pink"),
)

activity = RecordType(
    key="activity",
    collection="activities",
    module="crm",
    model=Activity,
    icon="checkbox",
    words=Words(
        one=_("Activity"),
        many=_("Activities"),
        new=_("New activity"),
        count=plural("%(n)s activity", "%(n)s activities"),
        search=_("Subject or text"),
        empty=_("Follow-ups, calls, meetings and tasks appear here."),
    ),
    title=Activity.subject,
    subtitle=(Activity.account_id, Activity.contact_id),
    highlights=(Activity.kind,),
    fields=(
        Field(Activity.kind, _("Kind"), required=True, options=KINDS),
        Field(Activity.subject, _("Subject"), sort=Activity.subject_sort, mentions=True),
        Field(Activity.body, _("Text"), mentions=True),
        Field(Activity.outcome, _("Result"), mentions=True),
        Field(Activity.way, _("Method"), picklist=True),
        Field(Activity.due_at, _("Due"), takes_days=True, says_day=Activity.all_day),
        Field(
            Activity.all_day,
            _("All day"),
            help=_("On that day for everybody, wherever they are, and at no hour of it."),
        ),
        Field(
            Activity.is_promise,
            _("Promised to the customer"),
            help=_("Stands among the open promises until it is done."),
        ),
        Field(Activity.remind, _("Reminder"), options=CHOICES),
        Field(Activity.done_at, _("Completed at"), takes_days=True, is_past=True),
        Field(Activity.done_by_id, _("Done by"), to="user", readonly=True),
        Field(Activity.next_at, _("Next follow-up"), takes_days=True),
        Field(Activity.minutes, _("Minutes")),
        Field(Activity.account_id, _("Account"), to="account"),
        Field(Activity.contact_id, _("Contact"), to="contact"),
        Field(Activity.owner_id, _("Owner"), to="user"),
        Field(Activity.tags, _("Tags")),
        Field(Activity.at, _("Time"), readonly=True),
        Field(Activity.created_at, _("Created"), readonly=True),
        Field(Activity.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Activity.subject,
        Activity.kind,
        Activity.account_id,
        Activity.contact_id,
        Activity.owner_id,
        Activity.due_at,
        Activity.done_at,
    ),
    form=(
        Activity.kind,
        Activity.subject,
        Activity.body,
        Activity.due_at,
        Activity.is_promise,
        Activity.account_id,
        Activity.contact_id,
        Activity.owner_id,
    ),
    more=(Activity.remind, Activity.outcome, Activity.way, Activity.minutes, Activity.tags),
    search=(Activity.subject, Activity.body, Activity.outcome),
    default_sort="-at",
    account=Activity.account_id,
    board=Board(
        columns=(Activity.kind,),
        next=Activity.due_at,
        done=Activity.done_at,
        zones=("complete",),
        tells_days=False,
    ),
    calendar=Calendar(
        dates=(Activity.due_at,),
        colour=Activity.kind,
        done=Activity.done_at,
        length=Activity.minutes,
        given=(("kind", "task"),),
        in_rail=True,
    ),
    through=(Activity.account_id, Activity.contact_id),
    told_on=activities.places,
    in_navigation=False,
    has_timeline=False,
    can_merge=False,  # What was done twice is two activities, even when their words are the same.
    views=(
        View(
            _("My tasks"),
            (("owner_id", "me"), ("done_at__isnull", "true"), ("sort", "due_at")),
            icon="checkbox",
        ),
        View(
            _("Open promises"),
            (("is_promise", "true"), ("done_at__isnull", "true"), ("sort", "due_at")),
        ),
    ),
    inputs=("about_type", "about_id"),
    prepare=activities.prepare,
    changed=activities.changed,
    gather=activities.gather,
    changed_many=activities.changed_many,
    actions=(
        Action(
            "complete",
            _("Mark as done"),
            event="completed",
            told=_("completed this"),
            run=activities.complete,
            optional=("outcome", "next"),
            ask=Ask("done", _("Done, and next…"), "calendar-plus"),
            when=lambda activity: activity.done_at is None,
            reads=(Activity.done_at,),
            icon="circle-check",
            undo="reopen",
            result=_("Marked as done"),
            happened=_("Finished"),
        ),
        Action(
            "reopen",
            _("Reopen"),
            event="reopened",
            told=_("reopened this"),
            run=activities.reopen,
            optional=("planned",),
            when=lambda activity: (
                activity.done_at is not None
                and activities.was_planned(activity.kind, activity.due_at)
            ),
            reads=(Activity.done_at, Activity.due_at, Activity.kind),
            icon="refresh",
            undo="complete",
            result=_("Reopened"),
            happened=_("Opened again"),
        ),
    ),
)
