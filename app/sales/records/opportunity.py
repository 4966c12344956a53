"""What an opportunity is, for list, board, form, page, search, API and roles."""

from __future__ import annotations

from uuid import UUID

from app.crm.pages.composer import composer, follow_up
from app.crm.records.steps import step_fields
from app.kernel.actor import Actor
from app.kernel.language import _, plural
from app.records.fields import Field
from app.records.lenses.facts import Board, Calendar
from app.records.types import Panel, RecordType, View, Words
from app.sales.models import Opportunity
from app.sales.operations.opportunities import (
    gather_opportunities,
    opportunity_changed,
    prepare_opportunity,
)
from app.sales.operations.stages import load_pipelines, pipeline_options, stage_options
from app.sales.pages.stage_path import stage_path
from app.sales.records.opportunity_actions import ACTIONS
from app.sales.records.opportunity_choices import (
    FORECASTS,
    LOST_REASONS,
    OUTCOMES,
    WON_REASONS,
)


def first_stage(by: Actor) -> str | None:
    """Where a new opportunity begins."""
    stage = load_pipelines(by.session).first_stage()
    return stage.id if stage is not None else None


def told_on(record: Opportunity) -> list[tuple[str, UUID]]:
    """Whose followers hear of an opportunity."""
    named = (("account", record.account_id), ("contact", record.contact_id))
    return [(kind, record_id) for kind, record_id in named if record_id is not None]


opportunity = RecordType(
    key="opportunity",
    collection="opportunities",
    module="sales",
    model=Opportunity,
    icon="briefcase",
    words=Words(
        one=_("Opportunity"),
        many=_("Opportunities"),
        new=_("New opportunity"),
        count=plural("%(n)s opportunity", "%(n)s opportunities"),
        search=_("Name of the opportunity or customer"),
        empty=_("What customers may buy appears here, from the first need to the signature."),
    ),
    title=Opportunity.name,
    subtitle=(Opportunity.account_id,),
    highlights=(Opportunity.outcome, Opportunity.stage_id),
    fields=(
        Field(Opportunity.name, _("Name"), required=True, sort=Opportunity.name_sort),
        Field(Opportunity.account_id, _("Account"), to="account"),
        Field(Opportunity.contact_id, _("Contact"), to="contact"),
        Field(Opportunity.amount, _("Amount")),
        Field(Opportunity.close_on, _("Expected close"), help=_("When the customer will decide")),
        Field(Opportunity.pipeline_id, _("Pipeline"), options_from=pipeline_options),
        Field(Opportunity.stage_id, _("Stage"), options_from=stage_options, initial=first_stage),
        Field(Opportunity.stage_since, _("In this stage since"), readonly=True, is_past=True),
        Field(
            Opportunity.probability,
            _("Probability"),
            help=_("That of the stage where you say nothing; a new stage sets it anew"),
        ),
        Field(
            Opportunity.forecast_category,
            _("Forecast category"),
            options=FORECASTS,
            help=_("That of the stage where you say nothing; a new stage sets it anew"),
        ),
        Field(Opportunity.outcome, _("Outcome"), options=OUTCOMES),
        Field(Opportunity.source, _("Source"), picklist=True),
        Field(Opportunity.competitor, _("Main competitor"), picklist=True),
        Field(Opportunity.won_reason, _("Reason for winning"), options=WON_REASONS, picklist=True),
        Field(Opportunity.lost_reason, _("Reason for losing"), options=LOST_REASONS, picklist=True),
        Field(Opportunity.closed_on, _("Closed on"), readonly=True, is_past=True),
        Field(Opportunity.need, _("What they need")),
        Field(Opportunity.owner_id, _("Owner"), to="user"),
        Field(Opportunity.tags, _("Tags")),
        *step_fields(Opportunity),
        Field(Opportunity.created_at, _("Created"), readonly=True),
        Field(Opportunity.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Opportunity.name,
        Opportunity.account_id,
        Opportunity.amount,
        Opportunity.stage_id,
        Opportunity.outcome,
        Opportunity.close_on,
        Opportunity.owner_id,
        Opportunity.next_step,
    ),
    form=(
        Opportunity.name,
        Opportunity.account_id,
        Opportunity.contact_id,
        Opportunity.amount,
        Opportunity.close_on,
        Opportunity.stage_id,
        Opportunity.source,
    ),
    more=(
        Opportunity.need,
        Opportunity.competitor,
        Opportunity.probability,
        Opportunity.forecast_category,
        Opportunity.owner_id,
        Opportunity.tags,
    ),
    search=(Opportunity.name,),
    search_other=Opportunity.account_id,
    default_sort="-created_at",
    account=Opportunity.account_id,
    mailed_to=(Opportunity.contact_id, Opportunity.account_id),
    attention=Opportunity.next_step_at,
    board=Board(
        columns=(Opportunity.stage_id, Opportunity.forecast_category, Opportunity.source),
        facts=(Opportunity.amount, Opportunity.close_on),
        next=Opportunity.next_step_at,
        sums=(Opportunity.amount,),
        zones=("win", "lose"),
        since=Opportunity.stage_since,
        within=Opportunity.pipeline_id,
        only=(("outcome", "open"),),
    ),
    calendar=Calendar(
        dates=(Opportunity.close_on, Opportunity.next_step_at), colour=Opportunity.stage_id
    ),
    views=(
        View(_("Still open"), (("outcome", "open"), ("sort", "close_on"))),
        View(_("Won"), (("outcome", "won"), ("sort", "-closed_on"))),
    ),
    actions=ACTIONS,
    panels=(
        Panel("sales/_stage_path.html", stage_path, side="middle"),
        Panel("crm/_composer.html", composer, side="middle"),
        Panel("crm/_follow_up.html", follow_up, side="peek"),
    ),
    milestones=("created", "won", "lost", "reopened"),
    told_on=told_on,
    prepare=prepare_opportunity,
    gather=gather_opportunities,
    changed=opportunity_changed,
)
