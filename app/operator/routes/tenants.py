"""The list of workspaces, the page of one, and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Response, request

from app.jobs.overview import retry_jobs
from app.kernel.errors import Answer, Missing
from app.kernel.language import Text, _
from app.operator import acts, here
from app.operator.held_mails import held_mails
from app.operator.measure import count_some
from app.operator.money import money
from app.operator.pages.tenancy import page_of
from app.operator.routes.blueprint import blueprint
from app.operator.sessions import SignedInOperator
from app.operator.tenancies import find_tenancy, oldest_count, overview
from app.operator.words import SORTS, STANDINGS, plan_name
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.control import Tenant
from tenants.database import control_session
from tenants.resolve import forget

PLACE = "/operator/workspaces/<slug>"


@blueprint.get("/operator")
@access(Side.SERVICE, Who.OPERATOR)
def workspaces() -> Response:
    """Every workspace with its state, what it holds, how far its schema is, and its jobs."""
    search = request.args.get("q", "").strip()[:100]
    state, sort = request.args.get("state", "")[:20], request.args.get("sort", "")[:20]
    after = request.args.get("after", "")[:120]
    is_first = not (search or state or after)
    if not after:  # While somebody goes on page by page, the order by these numbers stands.
        count_some(current.moment())
    with control_session() as session:
        found = overview(session, search=search, state=state, sort=sort, after=after)
        held = held_mails(session) if is_first else []
        figures = money(session, current.moment()) if is_first else None
    return page(
        "operator/workspaces.html",
        operator=here.operator(),
        found=found,
        held=held,
        figures=figures,
        search=search,
        state=state if state in STANDINGS else "",
        sort=sort if sort in SORTS else "slug",
        states=STANDINGS,
        counted=oldest_count(found.tenancies),
        sorts=SORTS,
        plan_name=plan_name,
        has_mail=here.settings().is_demo,
    )


@blueprint.get(PLACE)
@access(Side.SERVICE, Who.OPERATOR)
def workspace(slug: str) -> Response:
    """One workspace with its history."""
    return show_refusal(slug)


@blueprint.post(f"{PLACE}/suspend")
@access(Side.SERVICE, Who.OPERATOR)
def suspend_workspace(slug: str) -> Response:
    """Suspend it."""
    return _done(
        slug,
        lambda by: acts.suspend(slug, _typed("reason"), by, current.moment(), _typed("slug")),
        _("The workspace is suspended."),
    )


@blueprint.post(f"{PLACE}/resume")
@access(Side.SERVICE, Who.OPERATOR)
def resume_workspace(slug: str) -> Response:
    """Give it back the state that it had."""
    return _done(
        slug,
        lambda by: acts.resume(slug, _typed("reason"), by, current.moment()),
        _("The workspace is open again."),
    )


@blueprint.post(f"{PLACE}/extend-trial")
@access(Side.SERVICE, Who.OPERATOR)
def extend_trial(slug: str) -> Response:
    """Let its trial go on."""

    def work(by: SignedInOperator) -> None:
        with control_session() as session:
            days = _typed("days").strip()
            acts.extend_trial(session, slug, _typed("reason"), days, by, current.moment())

    return _done(slug, work, _("The trial goes on."))


@blueprint.post(f"{PLACE}/plan")
@access(Side.SERVICE, Who.OPERATOR)
def change_plan(slug: str) -> Response:
    """Put it on another plan, or give it limits of its own."""

    def work(by: SignedInOperator) -> None:
        limits = {key: _typed(key) for key in request.form}
        with control_session() as session:
            plan, why = _typed("plan"), _typed("reason")
            acts.change_plan(session, slug, why, plan, limits, by, current.moment())

    return _done(slug, work, _("Plan and limits are changed."))


@blueprint.post(f"{PLACE}/retry-jobs")
@access(Side.SERVICE, Who.OPERATOR)
def retry_jobs_of_workspace(slug: str) -> Response:
    """Try its failed jobs again."""

    def work(by: SignedInOperator) -> None:
        with control_session() as session:
            tenant = _find(find_tenancy(session, slug))
            done = retry_jobs(session, current.moment(), tenant_id=tenant.id)
            noted = acts.event(tenant.id, "jobs_retried", by, current.moment(), number=len(done))
            session.add(noted)

    return _done(slug, work, _("They are tried again."))


@blueprint.post(f"{PLACE}/erase")
@access(Side.SERVICE, Who.OPERATOR)
def erase_workspace(slug: str) -> Response:
    """Have it erased for good."""

    def work(by: SignedInOperator) -> None:
        with control_session() as session:
            why, typed = _typed("reason"), _typed("slug")
            acts.erase(session, slug, why, typed, by, current.moment())

    return _done(slug, work, _("A worker erases it now."))


def _done(slug: str, work: Callable[[SignedInOperator], None], said: Text) -> Response:
    """Do what was asked and show the page again, or the page with what stands against it."""
    try:
        work(cast("SignedInOperator", here.operator()))
    except Missing:
        raise
    except Answer as answer:
        return show_refusal(slug, answer)
    forget()
    toast(said)
    return see_other(f"/operator/workspaces/{slug}")


def show_refusal(slug: str, answer: Answer | None = None) -> Response:
    """The page of a workspace, with what stands against an act."""
    with control_session() as session:
        tenant_id = _find(find_tenancy(session, slug)).id
    count_some(current.moment(), only=tenant_id)
    with control_session() as session:
        shown = page_of(session, _find(find_tenancy(session, slug)))
    errors = {key: [text] for key, text in answer.errors.items()} if answer is not None else {}
    general = [answer.message] if answer is not None and not errors else []
    return page(
        "operator/workspace.html",
        status=answer.status if answer is not None else 200,
        operator=here.operator(),
        shown=shown,
        act=request.path.rpartition("/")[2] if answer is not None else "",
        typed=request.form,
        errors=errors,
        form_errors=general,
        url=here.settings().workspace_url(slug),
        has_mail=here.settings().is_demo,
    )


def _find(found: Tenant | None) -> Tenant:
    if found is None:
        raise Missing(_("There is no such workspace."))
    return found


def _typed(name: str) -> str:
    return request.form.get(name, "")
