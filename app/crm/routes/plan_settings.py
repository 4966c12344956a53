"""The settings of activity plans: which there are, their steps, retiring them."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.crm.models import Plan
from app.crm.operations import plans as operations
from app.crm.operations.plans import MANAGE
from app.crm.pages.plan_form import PlanForm, refused, sent_form, standing_form
from app.crm.pages.plans import name_of, steps_told
from app.crm.routes.blueprint import blueprint
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.language import _
from app.records.pages.settings.numbered import is_half_way
from app.records.registry import registry
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/plans"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_plans() -> Response:
    """Every plan with its steps, retired ones last."""
    by = current.actor()
    rows = [
        (
            one,
            name_of(one, by),
            [registry().type(key).words.many for key in one.record_types],
            steps_told(one, by),
        )
        for one in operations.list_plans(by)
    ]
    return page("crm/plans.html", rows=rows)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_plan() -> Response:
    """The editor of a new plan."""
    return _show(standing_form(None, current.actor()))


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_plan() -> Response:
    """Make a plan."""
    return _save(None)


@blueprint.get(f"{PLACE}/<uuid:plan_id>")
@access(permission=MANAGE)
def show_plan(plan_id: UUID) -> Response:
    """The editor of a plan."""
    by = current.actor()
    return _show(standing_form(operations.get_plan(by, plan_id), by))


@blueprint.post(f"{PLACE}/<uuid:plan_id>")
@access(permission=MANAGE)
def change_plan(plan_id: UUID) -> Response:
    """Keep a plan; where another admin was faster, what was typed stays to be looked at."""
    return _save(operations.get_plan(current.actor(), plan_id))


@blueprint.post(f"{PLACE}/<uuid:plan_id>/retire")
@access(permission=MANAGE)
def retire_plan(plan_id: UUID) -> Response:
    """Offer a plan no longer."""
    return _retire(plan_id, is_retired=True)


@blueprint.post(f"{PLACE}/<uuid:plan_id>/offer")
@access(permission=MANAGE)
def offer_plan(plan_id: UUID) -> Response:
    """Offer a retired plan again."""
    return _retire(plan_id, is_retired=False)


def _retire(plan_id: UUID, *, is_retired: bool) -> Response:
    by = current.actor()
    plan = operations.get_plan(by, plan_id)
    operations.retire_plan(by, plan, is_retired=is_retired)
    back = "offer" if is_retired else "retire"
    name = name_of(plan, by)
    text = _("Retired: %(name)s", name=name)
    if not is_retired:
        text = _("Offered again: %(name)s", name=name)
    toast(text, undo_url=f"{PLACE}/{plan_id}/{back}")
    return see_other(PLACE)


def _save(plan: Plan | None) -> Response:
    by = current.actor()
    seen = seen_version()
    form = sent_form(plan, request.form, seen or 0, by)
    if is_half_way(request.form):
        return _show(form)
    try:
        operations.save_plan(
            by,
            plan,
            name=form.name,
            record_types=form.record_types,
            steps=[row.wish() for row in form.steps if not row.is_blank],
            version=seen,
        )
    except (Refused, Conflict) as answer:
        plan_id = plan.id if plan else None
        by.session.rollback()
        now = operations.get_plan(by, plan_id) if plan_id else None
        again = sent_form(now, request.form, now.version if now else 0, by)
        return _show(refused(again, answer), answer)
    toast(_("Saved."))
    return see_other(PLACE)


def _show(form: PlanForm, answer: Answer | None = None) -> Response:
    return page(
        "crm/plan.html",
        status=answer.status if answer else 200,
        form=form,
        is_overtaken=isinstance(answer, Conflict),
    )
