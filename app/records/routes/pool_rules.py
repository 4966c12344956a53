"""The pages of the rules by which records go back to a pool."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from functools import partial
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.language import _
from app.records.pages.pool_rules import rule_page, typed_rule
from app.records.pool import rules
from app.records.pool.choose import MANAGE
from app.records.routes.blueprint import blueprint
from app.records.routes.pool_asked import URL, form_of, type_asked, url_of
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

FORM = "records/pool_rule.html"
PAGE = "records/pool_rule_page.html"


@blueprint.get(f"{URL}/rules/new")
@access(permission=MANAGE)
def new_pool_rule() -> Response:
    """The form of a rule."""
    return show(FORM, _new(type_asked(current.actor())), block="form", typed={"warn_days": "7"})


@blueprint.post(f"{URL}/rules/new")
@access(permission=MANAGE)
def create_pool_rule() -> Response:
    """Make a rule, and show what it would take before it is switched on."""
    by = current.actor()
    record_type = type_asked(by)

    def work() -> Response:
        rule = rules.create_rule(by, record_type.key, _typed())
        return see_other(f"{URL}/rules/{rule.id}")

    return submit(work, FORM, partial(_new, record_type))


@blueprint.get(f"{URL}/rules/<uuid:rule_id>")
@access(permission=MANAGE)
def show_pool_rule(rule_id: UUID) -> Response:
    """One rule: what it would take now, and what its runs took."""
    by = current.actor()
    rule, record_type = rules.get_rule(by, rule_id)
    return page(PAGE, url=URL, record_type=record_type, it=rule_page(rule, record_type, by))


@blueprint.get(f"{URL}/rules/<uuid:rule_id>/edit")
@access(permission=MANAGE)
def show_pool_rule_form(rule_id: UUID) -> Response:
    """The form of a rule as it stands."""
    rule, _record_type = rules.get_rule(current.actor(), rule_id)
    return show(FORM, _standing(rule_id), block="form", typed=typed_rule(rule))


@blueprint.post(f"{URL}/rules/<uuid:rule_id>/edit")
@access(permission=MANAGE)
def edit_pool_rule(rule_id: UUID) -> Response:
    """Change a rule, and show what it would take before it is switched on again."""
    by = current.actor()

    def work() -> Response:
        rule, _record_type = rules.get_rule(by, rule_id, is_held=True)
        was_on = rule.is_on
        rules.change_rule(by, rule, _typed())
        if was_on and not rule.is_on:
            toast(_("Saved. It is off until you switch it on again."), kind="warn")
        else:
            toast(_("Saved."))
        return see_other(f"{URL}/rules/{rule_id}")

    return submit(work, FORM, partial(_standing, rule_id))


@blueprint.post(f"{URL}/rules/<uuid:rule_id>/on")
@access(permission=MANAGE)
def switch_pool_rule_on(rule_id: UUID) -> Response:
    """Let a rule work."""
    return _switch(rule_id, is_on=True)


@blueprint.post(f"{URL}/rules/<uuid:rule_id>/off")
@access(permission=MANAGE)
def switch_pool_rule_off(rule_id: UUID) -> Response:
    """Let a rule work no longer."""
    return _switch(rule_id, is_on=False)


def _switch(rule_id: UUID, *, is_on: bool) -> Response:
    by = current.actor()
    rule, _record_type = rules.get_rule(by, rule_id)
    rules.switch_rule(by, rule, is_on=is_on)
    if rule.is_on:
        toast(_("%(name)s is switched on.", name=rule.name))
    else:
        toast(_("%(name)s is switched off.", name=rule.name))
    return see_other(f"{URL}/rules/{rule_id}")


@blueprint.post(f"{URL}/rules/<uuid:rule_id>/delete")
@access(permission=MANAGE)
def remove_pool_rule(rule_id: UUID) -> Response:
    """Remove a rule."""
    by = current.actor()
    rule, record_type = rules.get_rule(by, rule_id)
    rules.delete_rule(by, rule)
    toast(_("The rule was removed."))
    return see_other(url_of(record_type))


def _typed() -> rules.Wish:
    return rules.Wish(**{one.name: typed(one.name) for one in dataclass_fields(rules.Wish)})


def _new(record_type: RecordType) -> dict[str, object]:
    url = f"{URL}/rules/new?type={record_type.key}"
    return {**_form(record_type), **form_of(record_type, url, {}), "title": _("New rule")}


def _standing(rule_id: UUID) -> dict[str, object]:
    """The form of a rule that stands; it is read anew, as a refusal keeps nothing."""
    rule, record_type = rules.get_rule(current.actor(), rule_id)
    url = f"{URL}/rules/{rule_id}/edit"
    shown = {**_form(record_type), **form_of(record_type, url, rule.spared)}
    return {**shown, "title": _("Edit the rule"), "is_standing": True}


def _form(record_type: RecordType) -> dict[str, object]:
    """What the form of a rule shows beside what that of a cap shows too."""
    return {
        "kinds": list(rules.KINDS.items()),
        "dates": [(one.key, one.label) for one in rules.dates_of(record_type)],
    }
