"""The settings of assignment: the rules of a record type, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.identity.models import Role, User
from app.identity.operations.teams import tree
from app.identity.routes.asking import label_of, show, submit, typed
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, gettext, ngettext
from app.records.assignment import rules
from app.records.assignment.choose import Strategy
from app.records.assignment.models import AssignmentRule
from app.records.assignment.rules import MANAGE
from app.records.pages.looks import face
from app.records.pages.pool_settings import group_names, spared_words, view_choices
from app.records.pool.choose import KEEP, pooled_type
from app.records.routes.blueprint import blueprint
from app.records.routes.pool_asked import pooled_types, type_asked
from app.records.types import RecordType
from app.records.worktime.operations import calendars_of
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/assignment"
FORM = "records/assignment_rule.html"
LIST = "records/assignment.html"
STRATEGIES: dict[str, Text] = {
    Strategy.IN_TURN: _("In turn"),
    Strategy.LEAST_LOAD: _("To whoever owns the fewest"),
}


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One rule as its line shows it."""

    id: UUID
    name: str
    told: list[str]
    is_on: bool


@blueprint.get(URL)
@access(permission=MANAGE)
def show_assignment() -> Response:
    """The rules of one type."""
    by = current.actor()
    record_type = type_asked(by)
    lines = _shown(record_type, by)
    types = pooled_types(by)
    return page(LIST, url=URL, record_type=record_type, types=types, lines=lines)


@blueprint.get(f"{URL}/new")
@access(permission=MANAGE)
def new_assignment_rule() -> Response:
    """The form of a rule."""
    return show(FORM, _form(type_asked(current.actor())), block="form", typed={"in_hours": ""})


@blueprint.post(f"{URL}/new")
@access(permission=MANAGE)
def create_assignment_rule() -> Response:
    """Make a rule, the last one."""
    by = current.actor()
    record_type = type_asked(by)

    def work() -> Response:
        rules.create_rule(by, record_type.key, _wish())
        toast(_("Saved."))
        return see_other(f"{URL}?type={record_type.key}")

    return submit(work, FORM, partial(_form, record_type))


@blueprint.get(f"{URL}/<uuid:rule_id>/edit")
@access(permission=MANAGE)
def show_assignment_rule_form(rule_id: UUID) -> Response:
    """The form of a rule as it stands."""
    row = rules.get_rule(current.actor(), rule_id)
    return show(FORM, _standing(rule_id), block="form", typed=typed_rule(row))


@blueprint.post(f"{URL}/<uuid:rule_id>/edit")
@access(permission=MANAGE)
def edit_assignment_rule(rule_id: UUID) -> Response:
    """Change a rule."""
    by = current.actor()

    def work() -> Response:
        row = rules.get_rule(by, rule_id, is_held=True)
        rules.change_rule(by, row, _wish())
        toast(_("Saved."))
        return _back(row)

    return submit(work, FORM, partial(_standing, rule_id))


@blueprint.post(f"{URL}/<uuid:rule_id>/on")
@access(permission=MANAGE)
def switch_assignment_rule_on(rule_id: UUID) -> Response:
    """Let a rule work."""
    by = current.actor()
    row = rules.get_rule(by, rule_id)
    rules.switch_rule(by, row, is_on=True)
    toast(_("%(name)s is switched on.", name=row.name))
    return _back(row)


@blueprint.post(f"{URL}/<uuid:rule_id>/off")
@access(permission=MANAGE)
def switch_assignment_rule_off(rule_id: UUID) -> Response:
    """Let a rule rest."""
    by = current.actor()
    row = rules.get_rule(by, rule_id)
    rules.switch_rule(by, row, is_on=False)
    toast(_("%(name)s is switched off.", name=row.name))
    return _back(row)


@blueprint.post(f"{URL}/<uuid:rule_id>/up")
@access(permission=MANAGE)
def move_assignment_rule_up(rule_id: UUID) -> Response:
    """Try a rule before the one above it."""
    by = current.actor()
    row = rules.get_rule(by, rule_id)
    rules.move_up(by, row)
    return _back(row)


@blueprint.post(f"{URL}/<uuid:rule_id>/delete")
@access(permission=MANAGE)
def remove_assignment_rule(rule_id: UUID) -> Response:
    """Remove a rule."""
    by = current.actor()
    row = rules.get_rule(by, rule_id)
    answer = _back(row)
    rules.delete_rule(by, row)
    toast(_("The rule was removed."))
    return answer


def _back(row: AssignmentRule) -> Response:
    return see_other(f"{URL}?type={row.record_type}")


def _wish() -> rules.Wish:
    names = ("name", "group", "strategy", "view", "capacity", "in_hours", "calendar")
    sent: dict[str, Any] = {one: typed(one) for one in names}
    return rules.Wish(**sent, people=tuple(request.form.getlist("people")))


def typed_rule(row: AssignmentRule) -> dict[str, str]:
    """A rule as its form holds it."""
    return {
        "name": row.name,
        "group": f"{row.group_kind}:{row.group_id}" if row.group_kind else "",
        "strategy": row.strategy,
        "view": KEEP if row.conditions else "",
        "capacity": "" if row.capacity is None else str(row.capacity),
        "in_hours": "1" if row.in_hours else "",
        "calendar": str(row.calendar_id or ""),
    }


def _shown(record_type: RecordType, by: Actor) -> list[ShownRule]:
    rows = rules.rules_of(record_type, by)
    groups = [(one.group_kind, one.group_id) for one in rows if one.group_kind and one.group_id]
    names = group_names(groups, by)
    wanted = {one for row in rows for one in row.user_ids}
    people = dict(by.session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())
    found = []
    for row in rows:
        told = [" · ".join(spared_words(record_type, row.conditions, by)) or gettext("All records")]
        meant = [people[one] for one in row.user_ids if one in people]
        if row.group_kind and row.group_id:
            meant.insert(0, names[row.group_kind, row.group_id])
        told.append(f"{formats(by).listed(meant)} · {STRATEGIES[row.strategy]}")
        if row.capacity is not None:
            one, many = record_type.words.count
            what = ngettext(one, many, row.capacity)
            told.append(gettext("own at most %(what)s", what=what))
        if row.in_hours:
            told.append(gettext("in business hours only"))
        found.append(ShownRule(row.id, row.name, told, row.is_on))
    return found


def _standing(rule_id: UUID) -> dict[str, object]:
    """The form of a rule that stands; it is read anew, as a refusal keeps nothing."""
    by = current.actor()
    row = rules.get_rule(by, rule_id)
    record_type = pooled_type(row.record_type, by)
    shown = _form(record_type, row)
    return {**shown, "url": f"{URL}/{rule_id}/edit", "title": _("Edit the rule")}


def _form(record_type: RecordType, row: AssignmentRule | None = None) -> dict[str, object]:
    by = current.actor()
    roles = by.session.scalars(select(Role).order_by(Role.position)).all()
    kept = {str(one) for one in row.user_ids} if row is not None else set()
    ticked = set(request.form.getlist("people")) if request.method == "POST" else kept
    offered = User.is_active | User.id.in_([one for one in map(parse_id, ticked) if one])
    people = by.session.scalars(select(User).where(offered).order_by(User.name_sort, User.id)).all()
    return {
        "url": f"{URL}/new?type={record_type.key}",
        "title": _("New rule"),
        "people": [(one.id, face(None, one.id, one.name), str(one.id) in ticked) for one in people],
        "record_type": record_type,
        "teams": tree(by),
        "roles": [(role.id, label_of(role)) for role in roles],
        "views": view_choices(record_type, row.conditions if row is not None else {}, by),
        "strategies": list(STRATEGIES.items()),
        "calendars": [(one.id, one.name) for one in calendars_of(by)],
    }
