"""The form of a rule: which records, and who gets them."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.handover.operations.draft import add_rule
from app.handover.pages.receivers import receivers
from app.handover.routes.blueprint import MANAGE, PLACE, blueprint, managed, place_of
from app.handover.rules import Rule, read_receivers, type_called
from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.filters import Node
from app.records.pages.choices import choices_of
from app.records.pages.sharing import condition_words
from app.records.pages.state import read_query, read_state
from app.records.sharing.stored import of_choices
from app.records.types import RecordType
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

FORM = "handover/rule.html"


@blueprint.get(f"{PLACE}/rule")
@access(permission=MANAGE)
def show_rule(user_id: UUID) -> Response:
    """The form, for the records of a list whose query is `in`, or by ticked choices."""
    return show(FORM, _shown(user_id, request.args.get("in", "")), block="form")


@blueprint.post(f"{PLACE}/rule")
@access(permission=MANAGE)
def save_rule(user_id: UUID) -> Response:
    """Put the rule into the plan."""
    query = typed("in")

    def work() -> Response:
        user, by = managed(user_id)
        record_type = type_called(request.args.get("type"), by)
        filters = _filters(record_type, query) or of_choices(_ticked(record_type, by))
        to = read_receivers(request.form.getlist("to"))
        add_rule(by, user, Rule(record_type.key, tuple(filters), to))
        toast(_("Saved."))
        return see_other(place_of(user))

    return submit(work, FORM, partial(_shown, user_id, query))


def _filters(record_type: RecordType, query: str) -> tuple[Node, ...]:
    """The filters of a list's query; the words of a search are none."""
    return read_state(record_type, read_query(query)).asked.filters


def _choices(record_type: RecordType, by: Actor) -> list[Field]:
    """The fields whose values can be ticked at once."""
    return [one for one in readable_fields(record_type, by) if one.kind == "choice"]


def _ticked(record_type: RecordType, by: Actor) -> dict[str, list[str]]:
    return {one.key: request.form.getlist(one.key) for one in _choices(record_type, by)}


def _told(record_type: RecordType, query: str, by: Actor) -> list[str]:
    """The conditions in words; a query that can't be read has none, and is refused later."""
    try:
        return condition_words(record_type, _filters(record_type, query), by)
    except Refused:
        return []


def _shown(user_id: UUID, query: str) -> dict[str, object]:
    user, by = managed(user_id)
    record_type = type_called(request.args.get("type"), by)
    options = choices_of(record_type, by)
    told = _told(record_type, query, by)
    return {
        "url": f"{place_of(user)}/rule?type={record_type.key}",
        "plan_url": place_of(user),
        "user": user,
        "record_type": record_type,
        "query": query if told else "",
        "told": told,
        "fields": [(one, options.get(one.key) or one.options) for one in _choices(record_type, by)],
        "ticked": _ticked(record_type, by),
        "people": receivers(user, [record_type.key], by),
        "chosen": request.form.getlist("to"),
    }
