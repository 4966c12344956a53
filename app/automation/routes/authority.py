"""The authority matrix: a grid for each subject, and what somebody may agree to for a customer."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.automation.approvals.approvers import MANAGE
from app.automation.authority import operations
from app.automation.authority.classes import classes_of
from app.automation.authority.matrix import SentClass, SentGrid, save_matrix
from app.automation.authority.models import ANY
from app.automation.authority.subjects import customer_type, subjects_here
from app.automation.authority.words import told_limit
from app.automation.routes.blueprint import blueprint
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.routes.asking import label_of, submit
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.kernel.whole import whole
from app.records.authority import Subject
from app.records.registry import registry
from app.records.tailored import tailored
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/authority"
PAGE = "automation/authority.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_authority() -> Response:
    """Every subject with its grid; `user` and `customer` ask what somebody may agree to."""
    values = _shown()
    return page(PAGE, typed={}, errors={}, form_errors=[], **values)  # type: ignore[arg-type]


@blueprint.post(PLACE)
@access(permission=MANAGE)
def save_authority() -> Response:
    """Keep every grid that was changed, and the fields by which customers are told apart."""
    by = current.actor()

    def work() -> Response:
        save_matrix(by, _grids_sent(by), _classes_sent())
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, PAGE, _shown)


def _grids_sent(by: Actor) -> list[SentGrid]:
    """The grids that the form holds, each with the version that it was made from."""
    cells: dict[str, dict[tuple[UUID, str], str]] = {}
    for name, text in request.form.items():
        head, _dot, rest = name.partition(".")
        role, _dot, rest = rest.partition(".")
        key, _dot, customer_class = rest.partition(".")
        role_id = parse_id(role)
        if head == "limit" and role_id is not None:
            cells.setdefault(key, {})[role_id, customer_class] = text
    sent = [one for one in subjects_here(by.tenant) if one.key in cells]
    if cells.keys() - {one.key for one in sent}:
        raise Missing(_("There is no such page."))
    return [
        SentGrid(one, cells[one.key], whole(request.form.get(f"version.{one.key}", "")))
        for one in sent
    ]


def _classes_sent() -> list[SentClass]:
    """The fields by which records of a type are told apart, as far as the form names them."""
    return [
        SentClass(kind, field, request.form.get(f"was.{kind}", ""))
        for name, field in request.form.items()
        for head, _dot, kind in (name.partition("."),)
        if head == "class" and registry().get(kind) is not None
    ]


def _shown() -> dict[str, object]:
    by = current.actor()
    limits = operations.limits_of(by)
    grids = []
    for subject in subjects_here(by.tenant):
        cells = {
            (str(role_id), customer_class): str(operations.written(most))
            for (role_id, its, customer_class), most in limits.cells.items()
            if its == subject.key
        }
        version = operations.version_of(subject, by)
        its = customer_type(subject)
        of = its.words.many if its is not None and its.key == subject.record_type else ""
        grids.append((subject, operations.classes(subject, by), cells, version, of))
    types = dict.fromkeys(
        one for subject in subjects_here(by.tenant) if (one := customer_type(subject))
    )
    return {
        "url": PLACE,
        "grids": grids,
        "roles": [(str(one.id), label_of(one)) for one in operations.roles_of(by)],
        "class_fields": [
            (one, operations.fields_for_class(tailored(one, by)), limits.classes.get(one.key, ""))
            for one in types
        ],
        "preview": _preview(by),
    }


def _preview(by: Actor) -> dict[str, object]:
    """What somebody may agree to with a customer, subject by subject."""
    rows = by.session.scalars(select(User).where(User.is_active).order_by(User.name_sort))
    people = list(rows.fetchmany(500))
    user_id, customer_id = (
        parse_id(request.args.get("user")),
        parse_id(request.args.get("customer")),
    )
    user = next((one for one in people if one.id == user_id), None)
    found: list[tuple[Text, Text | str]] = []
    if user is not None:
        them = actor_for(by.session, by.tenant, user, by.now, "web")
        found = [(one.label, _may(one, customer_id, them)) for one in subjects_here(by.tenant)]
    types = [one for subject in subjects_here(by.tenant) if (one := customer_type(subject))]
    return {
        "people": people,
        "user": user,
        "found": found,
        "kind": types[0].key if types else "",
        "called": types[0].words.one if types else "",
    }


def _may(subject: Subject, customer_id: UUID | None, them: Actor) -> Text | str:
    limits = operations.limits_of(them)
    if subject.key not in limits.subjects or them.rights.is_owner:
        return _("no limit")
    its = ANY
    its_type = customer_type(subject)
    declared = registry().type(subject.record_type)
    if customer_id is not None and its_type is not None and declared.account is not None:
        stand_in = _Concerning(customer_id, declared.account.key)
        its = classes_of(limits, declared, subject, [stand_in], them).get(customer_id, ANY)
    limit = limits.of(them.role_id, subject.key, its)
    return _("no limit") if limit is None else told_limit(limits, subject, its, them)


class _Concerning:
    """A record that there is not, which concerns a customer."""

    def __init__(self, customer_id: UUID, reference: str) -> None:
        self.id = customer_id
        setattr(self, reference, customer_id)
