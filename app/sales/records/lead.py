"""What a lead is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.pages.composer import composer, follow_up
from app.crm.records.steps import step_fields
from app.kernel.language import _, plural
from app.records.duplicates.facts import Sign
from app.records.fields import Field, Option
from app.records.lenses.facts import Board, Calendar
from app.records.pool.actions import POOL_VIEW, pool_actions
from app.records.pool.facts import Pool
from app.records.types import Action, Ask, Choose, Offer, Panel, RecordType, View, Words
from app.sales.models import Lead
from app.sales.operations.conversion import convert
from app.sales.operations.leads import (
    DISQUALIFIED,
    disqualify,
    prepare_lead,
    reasons,
    reopen,
)

STATUSES = (
    Option("new", _("New"), "blue"),
    Option("working", _("In contact"), "amber"),
    Option("nurturing", _("For later"), "violet"),
    Option("converted", _("Converted"), "green", by_action="convert"),
    Option("disqualified", _("Disqualified"), "grey", by_action="disqualify"),
)
RATINGS = (
    Option("hot", _("Hot"), "red"),
    Option("warm", _("Warm"), "amber"),
    Option("cold", _("Cold"), "blue"),
)
REASONS = (
    Option("not_reached", _("Could not be reached"), "grey"),
    Option("no_need", _("No need"), "grey"),
    Option("competitor", _("Bought elsewhere"), "red"),
    Option("other", _("Another reason"), "blue"),
)

ACTIONS = (
    Action(
        "convert",
        _("Convert"),
        event="converted",
        told=_("converted this lead"),
        run=convert,
        when=lambda record: record.status not in ("converted", DISQUALIFIED),
        reads=(Lead.status,),
        optional=(
            "account_id",
            "contact_id",
            "opportunity",
            "opportunity_name",
            "pipeline_id",
            "amount",
            "close_on",
        ),
        ask=Ask("convert", _("Convert…"), "user-check", always=True),
        icon="user-check",
        result=_("Converted"),
        happened=_("Lead converted"),
    ),
    Action(
        "disqualify",
        _("Disqualify"),
        event="disqualified",
        told=_("disqualified this lead"),
        run=disqualify,
        when=lambda record: record.status not in ("converted", DISQUALIFIED),
        reads=(Lead.status,),
        inputs=("reason",),
        optional=("note",),
        ask=Ask("disqualify", _("Disqualify…"), "circle-x"),
        choose=Choose(
            "reason",
            _("Reason"),
            lambda _type, by: [Offer(one.value, one.shown()) for one in reasons(by)],
        ),
        names="reason",
        names_of=Lead.disqualify_reason,
        icon="circle-x",
        undo="reopen",
        result=_("Disqualified"),
        happened=_("Lead disqualified"),
    ),
    Action(
        "reopen",
        _("Go on with it"),
        event="reopened",
        told=_("went on with this lead"),
        run=reopen,
        when=lambda record: record.status == DISQUALIFIED,
        reads=(Lead.status,),
        icon="rotate-clockwise",
        result=_("Reopened"),
        happened=_("Opened again"),
    ),
)

lead = RecordType(
    key="lead",
    collection="leads",
    module="sales",
    model=Lead,
    icon="target-arrow",
    words=Words(
        one=_("Lead"),
        many=_("Leads"),
        new=_("New lead"),
        count=plural("%(n)s lead", "%(n)s leads"),
        search=_("Name, firm, phone or e-mail"),
        empty=_("People and firms who may want something appear here until you know them better."),
    ),
    title=Lead.name,
    subtitle=(Lead.title, Lead.company),
    highlights=(Lead.status, Lead.rating),
    fields=(
        Field(Lead.name, _("Lead"), readonly=True, sort=Lead.name_sort, personal=True),
        Field(Lead.last_name, _("Last name"), personal=True),
        Field(Lead.first_name, _("First name"), personal=True),
        Field(Lead.company, _("Firm"), sort=Lead.company_sort),
        Field(Lead.title, _("Job title")),
        Field(Lead.phone, _("Phone"), sort=Lead.phone, personal=True),
        Field(Lead.email, _("E-mail"), sort=Lead.email, personal=True),
        Field(Lead.wechat, _("WeChat"), personal=True),
        Field(Lead.website, _("Website")),
        Field(Lead.need, _("What they want")),
        Field(Lead.status, _("Status"), options=STATUSES),
        Field(Lead.rating, _("Rating"), options=RATINGS),
        Field(Lead.source, _("Source"), picklist=True),
        Field(Lead.industry, _("Industry"), picklist=True),
        Field(Lead.country, _("Country"), initial=lambda by: by.tenant.country),
        Field(Lead.province, _("State or region")),
        Field(Lead.city, _("City"), sort=Lead.city_sort),
        Field(Lead.address, _("Address")),
        Field(
            Lead.disqualify_reason,
            _("Reason for disqualifying"),
            options=REASONS,
            picklist=True,
        ),
        Field(Lead.converted_at, _("Converted at"), readonly=True, is_past=True),
        Field(Lead.account_id, _("Became account"), to="account", readonly=True),
        Field(Lead.contact_id, _("Became contact"), to="contact", readonly=True),
        Field(Lead.opportunity_id, _("Became opportunity"), to="opportunity", readonly=True),
        Field(Lead.owner_id, _("Owner"), to="user"),
        Field(Lead.tags, _("Tags")),
        *step_fields(Lead),
        Field(Lead.created_at, _("Created"), readonly=True),
        Field(Lead.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Lead.name,
        Lead.company,
        Lead.status,
        Lead.rating,
        Lead.source,
        Lead.phone,
        Lead.owner_id,
        Lead.next_step,
    ),
    form=(
        Lead.last_name,
        Lead.first_name,
        Lead.company,
        Lead.phone,
        Lead.email,
        Lead.need,
        Lead.source,
        Lead.rating,
    ),
    more=(
        Lead.title,
        Lead.wechat,
        Lead.status,
        Lead.owner_id,
        Lead.tags,
        Lead.industry,
        Lead.website,
        Lead.country,
        Lead.province,
        Lead.city,
        Lead.address,
        Lead.disqualify_reason,
    ),
    search=(
        Lead.name,
        Lead.last_name,
        Lead.first_name,
        Lead.company,
        Lead.email,
        Lead.title,
        Lead.wechat,
        Lead.website,
        Lead.city,
        Lead.phone,
    ),
    signs=(
        Sign("email", (Lead.email,)),
        Sign("phone", (Lead.phone,)),
        Sign("firm", (Lead.company,)),
    ),
    default_sort="-created_at",
    account=Lead.account_id,
    attention=Lead.next_step_at,
    board=Board(
        columns=(Lead.status, Lead.rating, Lead.source),
        facts=(Lead.source,),
        next=Lead.next_step_at,
        zones=("convert", "disqualify"),
        stale_after={"new": 3, "working": 14},
    ),
    calendar=Calendar(dates=(Lead.next_step_at,)),
    pool=Pool(
        hidden=(Lead.phone, Lead.email, Lead.wechat, Lead.website, Lead.address),
        activity=Lead.last_activity_at,
    ),
    is_person=True,
    views=(
        View(_("Still open"), (("status__in", "new,working,nurturing"),)),
        POOL_VIEW,
    ),
    actions=(*ACTIONS, *pool_actions(Lead.owner_id)),
    panels=(
        Panel("crm/_composer.html", composer, side="middle"),
        Panel("crm/_follow_up.html", follow_up, side="peek"),
    ),
    prepare=prepare_lead,
)
