"""Opportunities: what follows from their stage, and winning, losing and reopening one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect
from sqlalchemy.orm.attributes import instance_state

from app.crm.operations.keys import firm_name, firm_names
from app.crm.operations.named_after import keys_with_firm, refresh_one
from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, search_text, sort_key
from app.records.access import writable_keys
from app.records.alter import changes_between, told_values
from app.records.fields import Option
from app.records.history import account_of
from app.records.picklists import options_in_use
from app.records.pool.owning import in_languages
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.values import Unfit, clean_text
from app.sales.models import Opportunity
from app.sales.models.opportunity import LOST, OPEN, WON
from app.sales.operations.stages import load_pipelines
from app.sales.operations.staging import leave_retired, settle_stage

LONGEST_NOTE = 500
SURE, NEVER = 100, 0  # Percent.


def prepare_opportunity(opportunity: Opportunity, by: Actor) -> None:
    """Fill what follows from the stage, and the keys of order and search.

    Refused for a stage of another pipeline, for what the stage asks for and is missing, and for an
    outcome that was typed in.
    """
    _refuse_typed_outcome(opportunity, by)
    settle_stage(opportunity, load_pipelines(by.session), by)
    if opportunity.firm is None or opportunity.firm[0] != opportunity.account_id:
        name = firm_name(opportunity.account_id, by)
        opportunity.firm = (opportunity.account_id, name)
    found, found_by = keys_with_firm(
        search_text((opportunity.name,)), grams((opportunity.name,)), opportunity.firm[1]
    )
    derived = {
        "name_sort": sort_key(opportunity.name),
        "search_text": found,
        "search_grams": found_by,
    }
    put_derived(opportunity, derived)


def gather_opportunities(opportunities: Sequence[Opportunity], by: Actor) -> None:
    """Look up the customers of many opportunities before each of them is prepared."""
    names = firm_names({one.account_id for one in opportunities}, by)
    for one in opportunities:
        one.firm = (one.account_id, names.get(one.account_id, ""))


def opportunity_changed(opportunity: Opportunity, verb: str, by: Actor) -> None:
    """Bring one up to date that was deleted while its customer was renamed or its stage retired."""
    if verb == "restore":
        refresh_one(opportunity, by)
        if opportunity.outcome == OPEN:
            _land(opportunity, by)


def _land(opportunity: Opportunity, by: Actor) -> None:
    """Let one that came back stand in a stage that is in use, and tell where it went."""
    record_type = tailored("opportunity", by)
    before = told_values(record_type, opportunity)
    if not leave_retired(opportunity, by):
        return
    by.session.flush()  # Its event tells what was written.
    changes = changes_between(before, told_values(record_type, opportunity))
    account_id = account_of(record_type, opportunity)
    write_event(
        by, "opportunity", opportunity.id, "updated", account_id=account_id, changes=changes
    )


def _refuse_typed_outcome(opportunity: Opportunity, by: Actor) -> None:
    """Whether it was won is not typed in; a file may bring one that is closed already."""
    if instance_state(opportunity).key is None:
        if opportunity.outcome in (WON, LOST):
            opportunity.closed_on = min(opportunity.close_on or today(by), today(by))
            _weigh(opportunity)
        return
    changed = inspect(opportunity).attrs.outcome.history.has_changes()
    if changed and not opportunity.is_decided:
        told = _("Mark it as won or lost, or reopen it; the outcome follows.")
        raise Refused(told, field="outcome")


def _weigh(opportunity: Opportunity) -> None:
    is_won = opportunity.outcome == WON
    opportunity.probability = SURE if is_won else NEVER  # type: ignore[assignment]
    opportunity.forecast_category = WON if is_won else LOST


def win(
    opportunity: Opportunity, by: Actor, reason: object = "", note: object = "", on: object = ""
) -> Mapping[str, Any]:
    """Say that the customer buys: today, or `on` an earlier day (2026-11-22).

    Refused for a reason that is not offered, a note that is too long and a day that is none or lies
    ahead.
    """
    found = _reason("won_reason", reason, by) if reason else None
    opportunity.won_reason = found.value if found is not None else None
    return _decide(opportunity, by, WON, found, note, on)


def lose(
    opportunity: Opportunity,
    by: Actor,
    reason: object,
    note: object = "",
    competitor: object = "",
    on: object = "",
) -> Mapping[str, Any]:
    """Say that the customer does not buy, why, and who was chosen instead where that is known.

    Refused for a reason or a competitor that is not offered, a note that is too long and a day that
    is none or lies ahead; NotPermitted for a competitor where the role may not write that field.
    """
    found = _reason("lost_reason", reason, by)
    if competitor:
        _demand_writable("competitor", by)
        opportunity.competitor = _reason("competitor", competitor, by, "competitor").value
    opportunity.lost_reason = found.value
    return _decide(opportunity, by, LOST, found, note, on)


def _demand_writable(key: str, by: Actor) -> None:
    """What an action writes besides is held by the rules of fields as what a form writes is."""
    if not may_write(key, by):
        told = _("Your role may not change this field.")
        raise NotPermitted(told, field=key)


def may_write(key: str, by: Actor) -> bool:
    """True where the role lets this field of opportunities be changed."""
    return key in writable_keys(tailored("opportunity", by), by)


def _decide(
    opportunity: Opportunity,
    by: Actor,
    outcome: str,
    reason: Option | None,
    note: object,
    on: object,
) -> Mapping[str, Any]:
    words = _note(note)
    opportunity.closed_on = _day(on, by)
    opportunity.outcome, opportunity.is_decided = outcome, True
    _weigh(opportunity)
    shown = reason.shown if reason is not None else (lambda: "")
    return {"reason": [None, in_languages(shown, words)]} if reason or words else {}


def reopen(opportunity: Opportunity, by: Actor) -> None:
    """Go on with an opportunity that was closed, in the stage that it had where that is in use."""
    stage = load_pipelines(by.session).stages[opportunity.stage_id]
    opportunity.outcome, opportunity.is_decided, opportunity.closed_on = OPEN, True, None
    opportunity.won_reason = opportunity.lost_reason = None
    opportunity.probability = stage.probability
    opportunity.forecast_category = stage.forecast_category
    leave_retired(opportunity, by)


def reasons(key: str, by: Actor) -> tuple[Option, ...]:
    """What a choice of opportunities offers: by the workspace's own list, else by ours."""
    return options_in_use(by.session, registry().type("opportunity"), key)


def today(by: Actor) -> date:
    """The day in the firm's zone."""
    return by.now.astimezone(ZoneInfo(by.tenant.zone)).date()


def _reason(key: str, value: object, by: Actor, field: str = "reason") -> Option:
    found = next((one for one in reasons(key, by) if one.value == value), None)
    if found is None:
        raise Refused(_("This is not one of the values to choose from."), field=field)
    return found


def _day(on: object, by: Actor) -> date:
    if not on:
        return today(by)
    try:
        day = date.fromisoformat(str(on))
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22."), field="on") from None
    if day > today(by):
        raise Refused(_("This day lies ahead."), field="on")
    return day


def _note(note: object) -> str:
    try:
        words = clean_text(note or "")
    except Unfit as unfit:
        raise Refused(unfit.message, field="note") from None
    if len(words) > LONGEST_NOTE:
        raise Refused(_("At most %(most)s characters.", most=LONGEST_NOTE), field="note")
    return words
