"""The settings of approvals: the rules of each type, the form of one, trying it on a record."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.automation.approvals import rules as operations
from app.automation.approvals.approvers import MANAGE
from app.automation.approvals.facts import filters_of
from app.automation.approvals.models import ApprovalRule
from app.automation.approvals.wishes import Wish
from app.automation.pages import approval_rules as pages
from app.automation.routes.blueprint import blueprint
from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import fetch
from app.records.filters import Node
from app.records.pages.state import read_query, read_state
from app.records.routes.forms import seen_version
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/approvals"
ONE = f"{PLACE}/<uuid:rule_id>"
FORM = "automation/approval_rule.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_approval_rules() -> Response:
    """The rules of every type, and a way to a new one."""
    types = pages.types_with_rules(current.actor())
    return page("automation/approval_rules.html", url=PLACE, types=types)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_approval_rule() -> Response:
    """The form of a new rule for a type."""
    by = current.actor()
    return show(FORM, _form(_type(by), None, fresh=True), typed={})


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_approval_rule() -> Response:
    """Make a rule, which works at once unless its conditions are still to be chosen."""
    by = current.actor()
    record_type = _type(by)
    if "add_level" in request.form:
        return show(FORM, _form(record_type, None), typed=request.form)

    def work() -> Response:
        wish = _wish(record_type)
        made = operations.create_rule(by, record_type.key, wish)
        if typed("then") == "conditions":
            operations.switch_rule(by, made, is_on=False)
            toast(_("Saved, switched off. Choose the conditions, then switch the rule on."))
        else:
            toast(_("The rule works from now on."))
        return see_other(f"{PLACE}/{made.id}")

    return submit(work, FORM, partial(_form, record_type, None))


@blueprint.get(ONE)
@access(permission=MANAGE)
def edit_approval_rule(rule_id: UUID) -> Response:
    """The form of a rule; conditions that were chosen in the builder stand in the address."""
    by = current.actor()
    rule = operations.get_rule(by, rule_id)
    values = _form(pages.type_of(rule, by), rule, fresh=True)
    record_id = parse_id(request.args.get("record"))
    trial = _trial(rule, record_id, by) if record_id is not None else None
    return show(FORM, {**values, "trial": trial}, typed={"name": rule.name, "reason": rule.reason})


@blueprint.post(ONE)
@access(permission=MANAGE)
def change_approval_rule(rule_id: UUID) -> Response:
    """Keep a rule as it was changed."""
    by = current.actor()
    rule = operations.get_rule(by, rule_id)
    record_type = pages.type_of(rule, by)
    if "add_level" in request.form:
        values = {**_form(record_type, rule), "version": typed("version")}
        return show(FORM, values, typed=request.form)

    def work() -> Response:
        operations.change_rule(by, rule, _wish(record_type), seen_version())
        if typed("then") == "on":
            operations.switch_rule(by, rule, is_on=True)
        toast(_("The rule works from now on.") if typed("then") == "on" else _("Saved."))
        return see_other(f"{PLACE}/{rule_id}")

    def again() -> dict[str, object]:
        return _form(record_type, operations.get_rule(by, rule_id))

    return submit(work, FORM, again)


@blueprint.post(f"{ONE}/on")
@access(permission=MANAGE)
def switch_approval_rule_on(rule_id: UUID) -> Response:
    """Let a rule hold changes back."""
    return _switch(rule_id, is_on=True)


@blueprint.post(f"{ONE}/off")
@access(permission=MANAGE)
def switch_approval_rule_off(rule_id: UUID) -> Response:
    """Let a rule hold nothing back."""
    return _switch(rule_id, is_on=False)


@blueprint.post(f"{ONE}/delete")
@access(permission=MANAGE)
def delete_approval_rule(rule_id: UUID) -> Response:
    """Remove a rule."""
    by = current.actor()
    operations.delete_rule(by, operations.get_rule(by, rule_id))
    toast(_("The rule was removed."))
    return see_other(PLACE)


@blueprint.post(f"{ONE}/move")
@access(permission=MANAGE)
def move_approval_rule(rule_id: UUID) -> Response:
    """Put a rule before or behind its neighbour."""
    by = current.actor()
    rule = operations.get_rule(by, rule_id)
    ids = [one.id for one in operations.rules_of(rule.record_type, by)]
    at = ids.index(rule_id)
    to = at - 1 if typed("to") == "up" else at + 1
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
        operations.order_rules(by, rule.record_type, ids)
    return see_other(PLACE)


def _switch(rule_id: UUID, *, is_on: bool) -> Response:
    by = current.actor()
    operations.switch_rule(by, operations.get_rule(by, rule_id), is_on=is_on)
    toast(_("Switched on.") if is_on else _("Switched off."))
    return see_other(PLACE)


def _type(by: Actor) -> RecordType:
    try:
        return operations.type_called(request.values.get("type", ""), by)
    except Refused:
        raise Missing(_("There is no such page.")) from None


def _filters(record_type: RecordType, query: str) -> tuple[Node, ...]:
    """The conditions in the query of a list."""
    return read_state(record_type, read_query(query)).asked.filters


def _wish(record_type: RecordType) -> Wish:
    form = request.form
    has_conditions = "in" in form
    return Wish(
        typed("name"),
        form.getlist("verbs"),
        pages.levels_sent(form),
        form.getlist("fields"),
        _filters(record_type, typed("in")) if has_conditions else None,
        typed("reason"),
        typed("locks"),
        bool(form.get("four_eyes")),
    )


def _form(
    record_type: RecordType, rule: ApprovalRule | None, *, fresh: bool = False
) -> dict[str, object]:
    by = current.actor()
    query = request.values.get("in")
    filters: tuple[Node, ...] = filters_of(rule.filter) if rule is not None else ()
    if query is not None:
        try:
            filters = _filters(record_type, query)
        except Refused:
            query = None
    values = pages.form_of(record_type, rule, None if fresh else request.form, filters, by)
    place = f"{PLACE}/{rule.id}" if rule is not None else f"{PLACE}/new?type={record_type.key}"
    return {**values, "url": place, "home": PLACE, "query": query, "trial": None}


def _trial(rule: ApprovalRule, record_id: UUID, by: Actor) -> operations.Trial | None:
    try:
        return operations.try_rule(rule, fetch(pages.type_of(rule, by), record_id, by), by)
    except Missing:
        return None
