"""The builder of a list's filters, and the fields that it offers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.folding import fold
from app.kernel.ids import parse_id
from app.kernel.searchkeys import search_text
from app.records.filters import write_filters
from app.records.pages.filter_words import WHO
from app.records.pages.filtering.builder import (
    APPROVAL,
    HANDOVER,
    Builder,
    builder,
    filters_asked,
    rows_before,
    state_before,
)
from app.records.pages.filtering.choosing import find_in, lightened
from app.records.pages.filtering.offers import offers
from app.records.pages.finding import Found, find_users
from app.records.routes.blueprint import blueprint, type_for
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other


@blueprint.get("/<collection:collection>/filter")
@access(record_verb="read")
def build_filter(collection: str) -> Response:
    """The form in which a list's filters are chosen.

    `do=apply` leads to the list filtered so, `do=share` to the form of a rule that shares what they
    find, and that of a handover's or an approval's rule where the address names it.
    """
    by = current.actor()
    state = state_before(type_for(collection, "read", by), request.args, by)
    rows = rows_before(state, request.args, by)
    order, _dot, path = request.args.get("do", "").partition(".")
    handover = parse_id(request.args.get(HANDOVER))
    approval = parse_id(request.args.get(APPROVAL))
    if order not in ("apply", "share"):
        focus = path if order == "show" else request.args.get("at", "")
        return _form(builder(state, rows, by, focus), handover, approval)
    try:
        found = filters_asked(state.record_type, rows, by)
    except Refused as refused:
        return _form(
            builder(state, rows, by, "", str(refused.message)), handover, approval, status=422
        )
    told = {"type": state.record_type.key, "in": urlencode(write_filters(found))}
    if handover is not None:
        return see_other(f"/settings/people/{handover}/handover/rule?{urlencode(told)}")
    if approval is not None:
        return see_other(f"/settings/approvals/{approval}?{urlencode({'in': told['in']})}")
    if order == "share":
        return see_other(f"/settings/sharing/new?{urlencode(told)}")
    asked = replace(state.asked, filters=found, cursor="")
    return see_other(replace(state, asked=asked).url())


@blueprint.get("/<collection:collection>/filter/fields")
@access(record_verb="read")
def find_fields(collection: str) -> Response:
    """The fields that a list can be filtered by, by the words in the box."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    found = find_in(offers(record_type, by), request.args.get("q", ""))
    return fragment("records/_filter_fields.html", found=found)


@blueprint.get("/<collection:collection>/filter/people")
@access(record_verb="read")
def find_people(collection: str) -> Response:
    """Colleagues by the words in the box; without words, the reader and their team first."""
    by = current.actor()
    type_for(collection, "read", by)
    return people_found(request.args.get("q", ""), by)


def people_found(words: str, by: Actor) -> Response:
    """Whom the box of a condition offers by some words: the reader, their team, colleagues."""
    named = [Found(key, "", str(text), "", "user") for key, text in WHO.items()]
    wanted = fold(words.strip())
    found = [one for one in named if wanted in search_text((one.title,))]
    return fragment("records/_options.html", found=[*found, *find_users(words, by)])


def _form(
    shown: Builder, handover: UUID | None, approval: UUID | None, status: int = 200
) -> Response:
    shown = replace(shown, handover=str(handover or ""), approval=str(approval or ""))
    if is_htmx():  # Its boxes fetch what they offer; whoever has no scripts needs all in the page.
        shown = lightened(shown, 0)
    return page("records/filter.html", "form", status=status, builder=shown)
