"""The form that converts a lead: what it may join, and what would be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text
from app.kernel.names import display_name
from app.records.access import can_read, fetch, readable_keys
from app.records.duplicates.find import find_duplicates
from app.records.pages.looks import Face, face
from app.records.pages.telling import tell_apart
from app.records.tailored import tailored
from app.sales.models import Lead
from app.sales.operations.joining import NEW
from app.sales.operations.lead_sale import NONE
from app.sales.operations.stages import pipeline_options
from app.web.formats import formats

OTHER = "other"
SOUGHT = ("company", "phone", "email", "website", "last_name", "first_name")


@dataclass(frozen=True, slots=True)
class Match:
    """A record that stands and may be meant: why, and what tells it from others of its name."""

    value: str
    title: str
    why: str
    fact: str
    face: Face


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that a lead becomes: what it may join, and what would be made, if anything.

    `chosen` is NEW, OTHER or the id of a match; `other` what was looked up instead.
    """

    kind: str
    matches: tuple[Match, ...]
    made: str
    may_make: bool
    chosen: str
    other: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """The opportunity that may be made, as the form holds it; `chosen` is NEW or NONE."""

    chosen: str
    name: str
    pipeline_id: str
    amount: str
    close_on: str
    pipelines: tuple[tuple[str, str], ...]
    currency: str


@dataclass(frozen=True, slots=True)
class ConvertForm:
    """All that `sales/convert.html` shows."""

    url: str
    title: str
    next: str
    account: Side
    contact: Side | None
    sale: Sale | None
    errors: Mapping[str, Text | str] = field(default_factory=dict)


def convert_form(
    lead: Lead,
    by: Actor,
    *,
    url: str,
    next_url: str,
    sent: Mapping[str, str] | None = None,
    errors: Mapping[str, Text | str] | None = None,
) -> ConvertForm:
    """The form as it is met, or as it was `sent` with what stands against it.

    The first match is chosen beforehand where it is more than similar: its name, or something
    surer, is the same.
    """
    person = display_name(lead.first_name, lead.last_name)
    seen = readable_keys(tailored("lead", by), by)
    told = {key: str(getattr(lead, key) or "") if key in seen else "" for key in SOUGHT}
    firm = told.pop("company")
    typed = {key: told[key] for key in ("phone", "email", "website")}
    named = {key: told[key] for key in ("last_name", "first_name")}
    account = _side("account", lead.company or lead.name, {"name": firm, **typed}, by)
    contact = _side("contact", person, {**named, **typed}, by) if person else None
    if sent is not None:
        account = _as_sent(account, sent, by)
        contact = _as_sent(contact, sent, by) if contact else None
    sale = _sale(lead, sent, by)
    return ConvertForm(url, lead.name, next_url, account, contact, sale, errors or {})


def _sale(lead: Lead, sent: Mapping[str, str] | None, by: Actor) -> Sale | None:
    """The part of the opportunity; None for who may not make any."""
    if not by.may("opportunity", "create"):
        return None
    offered = [one for one in pipeline_options(by.session) if not one.is_retired]
    if not offered:
        return None
    typed = sent or {}
    return Sale(
        chosen=typed.get("opportunity", NEW) if sent is not None else NEW,
        name=typed.get("opportunity_name", lead.company or lead.name),
        pipeline_id=typed.get("pipeline_id", offered[0].value),
        amount=typed.get("amount", ""),
        close_on=typed.get("close_on", ""),
        pipelines=tuple((one.value, one.shown()) for one in offered),
        currency=by.tenant.currency,
    )


def sale_inputs(sent: Mapping[str, str]) -> dict[str, str]:
    """What the form says of the opportunity; nothing of it where none is to be made."""
    if sent.get("opportunity", NONE) != NEW:
        return {"opportunity": sent.get("opportunity", NONE)}
    keys = ("opportunity", "opportunity_name", "pipeline_id", "amount", "close_on")
    return {key: sent.get(key, "") for key in keys}


def _side(kind: str, made: str, typed: Mapping[str, str], by: Actor) -> Side:
    record_type = tailored(kind, by)
    found = find_duplicates(record_type, typed, by)
    told = tell_apart(record_type, [one.id for one in found], by)
    matches = tuple(
        Match(
            str(one.id),
            one.title,
            formats(by).listed(str(reason) for reason in one.reasons),
            told[one.id].fact if one.id in told else "",
            face(record_type, one.id, one.title),
        )
        for one in found
    )
    may_make = by.may(kind, "create")
    chosen = matches[0].value if matches and found[0].weight >= 1 else NEW
    return Side(kind, matches, made, may_make, chosen)


def _as_sent(side: Side, sent: Mapping[str, str], by: Actor) -> Side:
    other = None
    named = parse_id(sent.get(f"{side.kind}_other", ""))
    if named is not None:
        other = _titled(side.kind, named, by)
    chosen = sent.get(side.kind, NEW)
    return Side(side.kind, side.matches, side.made, side.may_make, chosen, other)


def _titled(kind: str, record_id: UUID, by: Actor) -> tuple[str, str] | None:
    record_type = tailored(kind, by)
    if not can_read(record_type, record_id, by):
        return None
    return str(record_id), record_type.title_of(fetch(record_type, record_id, by))


def joined(sent: Mapping[str, str], kind: str) -> str:
    """The id of the record that was chosen to be joined, or NEW."""
    chosen = sent.get(kind, NEW)
    return sent.get(f"{kind}_other", "") if chosen == OTHER else chosen
