"""Leads: their names and keys, what they may be, disqualifying one and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select

from app.events import Event
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.names import PersonName, display_name
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, search_text, sort_key
from app.records.fields import Option
from app.records.picklists import options_in_use
from app.records.pool.owning import in_languages
from app.records.registry import registry
from app.records.values import Unfit
from app.records.values.texts import clean_text
from app.sales.models import Lead

WORKING, CONVERTED, DISQUALIFIED = "working", "converted", "disqualified"
LONGEST_NOTE = 500


def prepare_lead(lead: Lead, _by: Actor) -> None:
    """Fill a lead's name and keys; Refused for a nameless one and a state that can't be typed."""
    name = display_name(lead.first_name, lead.last_name) or lead.company
    if not name:
        error = _("Give the name of the person or of the firm.")
        raise Refused(error, errors={"last_name": error, "company": error})
    _refuse_typed_state(lead)
    person = PersonName(first=lead.first_name or "", last=lead.last_name or "")
    known = (lead.company, lead.email, lead.title, lead.wechat, lead.website, lead.city)
    derived = {
        "name": name,
        "name_sort": sort_key(name, person=name != lead.company),
        "company_sort": sort_key(lead.company) or None,
        "city_sort": sort_key(lead.city) or None,
        "search_text": search_text(known, people=(person,), phones=(lead.phone,)),
        "search_grams": grams((lead.company, lead.email), people=(person,)),
    }
    put_derived(lead, derived)


def _refuse_typed_state(lead: Lead) -> None:
    """What a lead has become is not typed in, and what it was said to be needs its reason."""
    is_converted = lead.converted_at is not None
    if (lead.status == CONVERTED) != is_converted:
        if is_converted:
            raise Refused(_("This lead was converted; that stands."), field="status")
        raise Refused(_("Convert the lead; its state follows."), field="status")
    changed = inspect(lead).attrs.status.history
    if lead.version == 1:
        if lead.status == DISQUALIFIED and not lead.disqualify_reason:
            raise Refused(_("Say why it leads to nothing."), field="disqualify_reason")
        return
    states = (lead.status, *(changed.deleted or ())) if changed.has_changes() else ()
    if DISQUALIFIED in states and not lead.is_decided:
        told = _("Disqualify the lead, or go on with it; its state follows.")
        raise Refused(told, field="status")


def disqualify(lead: Lead, by: Actor, reason: object, note: object = "") -> Mapping[str, Any]:
    """Say that a lead leads to nothing, and why.

    Refused for a reason that is not offered and for a note that is too long.
    """
    options = reasons(by)
    found = next((one for one in options if one.value == reason), None)
    if found is None:
        raise Refused(_("This is not one of the values to choose from."), field="reason")
    words = _note(note)
    lead.status, lead.disqualify_reason, lead.is_decided = DISQUALIFIED, found.value, True
    return {"reason": [None, in_languages(found.shown, words)]}


def reopen(lead: Lead, by: Actor) -> None:
    """Go on with a lead that was disqualified, in the state that it had."""
    was = by.session.scalar(
        select(Event.changes["status"][0].astext)
        .where(
            Event.record_type == "lead",
            Event.record_id == lead.id,
            Event.verb == "disqualified",
        )
        .order_by(Event.at.desc())
        .limit(1)
    )
    lead.status, lead.disqualify_reason, lead.is_decided = was or WORKING, None, True


def reasons(by: Actor) -> tuple[Option, ...]:
    """Why a lead can lead to nothing: by the workspace's own list, else by ours."""
    return options_in_use(by.session, registry().type("lead"), "disqualify_reason")


def _note(note: object) -> str:
    try:
        words = clean_text(note or "")
    except Unfit as unfit:
        raise Refused(unfit.message, field="note") from None
    if len(words) > LONGEST_NOTE:
        raise Refused(_("At most %(most)s characters.", most=LONGEST_NOTE), field="note")
    return words
