"""The settings of the pools: what they hide, and who may own and open how much."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from functools import partial
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.identity.models import Role
from app.identity.operations.teams import tree
from app.identity.routes.asking import label_of, show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.pages.pool_rules import rule_page, shown_rules
from app.records.pages.pool_settings import (
    shown_caps,
    shown_figures,
    view_choices,
    who_sees_all,
)
from app.records.pool import rules
from app.records.pool.choose import (
    MANAGE,
    can_hide,
    change_choice,
    delete_cap,
    save_cap,
)
from app.records.pool.policy import choice_of
from app.records.pool.reading import written_by_others
from app.records.routes.blueprint import blueprint
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/pool"
PAGE = "records/pool.html"
CAP = "records/pool_cap.html"
RULE = "records/pool_rule.html"


@blueprint.get(URL)
@access(permission=MANAGE)
def show_pool() -> Response:
    """What was decided of the pool of one type."""
    by = current.actor()
    record_type = _type(by)
    before = {"hold_days": str(choice_of(record_type, by).hold_days)}
    return show(PAGE, _shown(record_type), typed=before)


@blueprint.post(URL)
@access(permission=MANAGE)
def save_pool() -> Response:
    """Decide it anew."""
    by = current.actor()
    record_type = _type(by)

    def work() -> Response:
        shown = set(request.form.getlist("shown"))
        offered = [one.key for one in _hideable(record_type, by)]
        hidden = {one for one in offered if one not in shown}
        # What was hidden stays so where who decides may not see the field themselves.
        hidden |= choice_of(record_type, by).hidden - set(offered)
        change_choice(by, record_type.key, hidden=hidden, hold_days=typed("hold_days"))
        toast(_("Saved."))
        return see_other(_url(record_type))

    return submit(work, PAGE, partial(_shown, record_type))


@blueprint.get(f"{URL}/caps/new")
@access(permission=MANAGE)
def new_cap() -> Response:
    """The form of a cap."""
    return show(CAP, _shown_cap(_type(current.actor())), block="form")


@blueprint.post(f"{URL}/caps/new")
@access(permission=MANAGE)
def create_cap() -> Response:
    """Set a cap, in place of the one that the team or role had."""
    by = current.actor()
    record_type = _type(by)

    def work() -> Response:
        save_cap(
            by,
            record_type.key,
            group=typed("group"),
            most_owned=typed("most_owned"),
            most_views=typed("most_views"),
            spared=typed("spared"),
        )
        toast(_("Saved."))
        return see_other(_url(record_type))

    return submit(work, CAP, partial(_shown_cap, record_type))


@blueprint.post(f"{URL}/caps/<uuid:cap_id>/delete")
@access(permission=MANAGE)
def remove_cap(cap_id: UUID) -> Response:
    """Remove a cap."""
    delete_cap(current.actor(), cap_id)
    toast(_("The cap was removed."))
    return see_other(URL)


@blueprint.get(f"{URL}/rules/new")
@access(permission=MANAGE)
def new_pool_rule() -> Response:
    """The form of a rule."""
    return show(RULE, _shown_rule(_type(current.actor())), block="form", typed={"warn_days": "7"})


@blueprint.post(f"{URL}/rules/new")
@access(permission=MANAGE)
def create_pool_rule() -> Response:
    """Make a rule, and show what it would take before it is switched on."""
    by = current.actor()
    record_type = _type(by)

    def work() -> Response:
        wish = rules.Wish(**{one.name: typed(one.name) for one in dataclass_fields(rules.Wish)})
        rule = rules.create_rule(by, record_type.key, wish)
        return see_other(f"{URL}/rules/{rule.id}")

    return submit(work, RULE, partial(_shown_rule, record_type))


@blueprint.get(f"{URL}/rules/<uuid:rule_id>")
@access(permission=MANAGE)
def show_pool_rule(rule_id: UUID) -> Response:
    """One rule: what it would take now, and what its runs took."""
    by = current.actor()
    rule, record_type = rules.get_rule(by, rule_id)
    return page(
        "records/pool_rule_page.html",
        url=URL,
        record_type=record_type,
        it=rule_page(rule, record_type, by),
    )


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
    return see_other(_url(record_type))


def _type(by: Actor) -> RecordType:
    """The type that the page is about; the first one with a pool where the address names none."""
    types = [one for one in switched_on(by) if one.pool is not None]
    if not types:
        raise Missing(_("There is no such page."))
    return next((one for one in types if one.key == request.args.get("type")), types[0])


def _url(record_type: RecordType) -> str:
    return f"{URL}?type={record_type.key}"


def _hideable(record_type: RecordType, by: Actor) -> list[Field]:
    """The fields that there is a choice about; some the pool never shows."""
    never = written_by_others(record_type)
    fields = (one for one in readable_fields(record_type, by) if one.key not in never)
    return [one for one in fields if can_hide(record_type, one.key)]


def _shown(record_type: RecordType) -> dict[str, object]:
    by = current.actor()
    hidden = choice_of(record_type, by).hidden
    if request.method == "POST":
        ticked = request.form.getlist("shown")
        hidden = frozenset(one.key for one in _hideable(record_type, by) if one.key not in ticked)
    return {
        "url": URL,
        "record_type": record_type,
        "fields": _hideable(record_type, by),
        "hidden": hidden,
        "roles_who_see_all": formats(by).listed(who_sees_all(record_type, by)),
        "caps": shown_caps(record_type, by),
        "rules": shown_rules(record_type, by),
        **shown_figures(record_type, by),
    }


def _shown_cap(record_type: RecordType) -> dict[str, object]:
    by = current.actor()
    roles = by.session.scalars(select(Role).where(~Role.is_owner).order_by(Role.position)).all()
    return {
        "url": f"{URL}/caps/new?type={record_type.key}",
        "record_type": record_type,
        "teams": tree(by),
        "roles": [(role.id, label_of(role)) for role in roles],
        "views": view_choices(record_type, by),
    }


def _shown_rule(record_type: RecordType) -> dict[str, object]:
    return {
        **_shown_cap(record_type),
        "url": f"{URL}/rules/new?type={record_type.key}",
        "kinds": list(rules.KINDS.items()),
        "dates": [(one.key, one.label) for one in rules.dates_of(record_type)],
    }
