"""Planning a handover and beginning it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.handover.models import Handover
from app.handover.operations.begin import Confirmed, begin_handover
from app.handover.operations.draft import draft_of, drop_draft, drop_rule, keep_draft, plan_of
from app.handover.operations.share import count_held
from app.handover.pages.plan import plan_page
from app.handover.pages.receivers import offered
from app.handover.routes.blueprint import MANAGE, PLACE, blueprint, managed, place_of
from app.handover.rules import type_called
from app.identity.models import User
from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.whole import whole
from app.web.access import access
from app.web.render import fragment, is_htmx, see_other
from app.web.toasts import toast

PAGE = "handover/plan.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_plan(user_id: UUID) -> Response:
    """What somebody holds, who gets what by the plan as it stands, and the open promises."""
    user, by = managed(user_id)
    return show(PAGE, {"it": plan_page(user, by), "url": place_of(user), "ticked": ()})


@blueprint.post(PLACE)
@access(permission=MANAGE)
def change_plan(user_id: UUID) -> Response:
    """Keep what is chosen and count, go on to a rule, drop one, forget the plan, or hand over."""
    user, by = managed(user_id)
    order, _dot, what = typed("do").partition(".")

    def work() -> Response:
        if order == "forget":
            drop_draft(by, user)
            return see_other(place_of(user))
        _keep(user, by)
        if order == "count" and is_htmx():
            return show(PAGE, _chosen(user, by), block="counted")
        if order == "rule":
            return see_other(f"{place_of(user)}/rule?type={type_called(what, by).key}")
        if order == "drop":
            at = whole(what)
            drop_rule(by, user, -1 if at is None else at)
        if order != "start":
            return see_other(place_of(user))
        return _begun(begin_handover(by, user, plan_of(draft_of(by, user), user, by), _ticked()))

    answer = submit(work, PAGE, lambda: _again(user_id))
    if order == "count" and answer.status_code >= 400:  # What is wrong stands above the numbers.
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#handover-form", "outerHTML"
    return answer


@blueprint.get(f"{PLACE}/receivers")
@access(permission=MANAGE)
def offer_receivers(user_id: UUID) -> Response:
    """What the box offers for the rest: who can go on with all that somebody holds comes first."""
    user, by = managed(user_id)
    found = offered(user, count_held(user.id, by), by, request.args.get("q", ""))
    return fragment("records/_options.html", found=found)


def _keep(user: User, by: Actor) -> None:
    """Keep what is chosen besides the rules."""
    rest_to_id = parse_id(typed("rest_to_id"))
    keep_draft(by, user, leaves=typed("leaves") != "0", rest_to_id=rest_to_id)
    by.session.flush()  # It is read back as it stands now.


def _ticked() -> set[Confirmed]:
    """The promises that were looked at, each with the receiver whom the page told."""
    found = set()
    for text in request.form.getlist("promise"):
        promise, _colon, to = text.partition(":")
        promise_id, to_id = parse_id(promise), parse_id(to)
        if promise_id and to_id:
            found.add((promise_id, to_id))
    return found


def _begun(made: Handover) -> Response:
    if made.finished_at is not None:
        toast(_("Handed over."))
    return see_other(f"/handovers/{made.id}")


def _again(user_id: UUID) -> dict[str, object]:
    """The page again, with what was chosen; nothing is kept of a request that is refused."""
    user, by = managed(user_id)
    _keep(user, by)
    return _chosen(user, by)


def _chosen(user: User, by: Actor) -> dict[str, object]:
    """The plan as it stands, with the promises that are ticked: each for the one who was told."""
    ticked = tuple(request.form.getlist("promise"))
    return {"it": plan_page(user, by), "url": place_of(user), "ticked": ticked}
