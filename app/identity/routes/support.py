"""Support: consenting to it in the settings, coming in with a ticket, ending it."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID

from flask import Response, request

from app.identity import cookies
from app.identity.operations.support import (
    HOURS,
    allow_support,
    end_support,
    leave_support,
    list_support,
    redeem,
)
from app.identity.operations.users import names_of
from app.identity.routes.asking import again, show, typed
from app.identity.routes.blueprint import blueprint
from app.identity.supporting import ALLOW
from app.kernel.errors import Answer, NotPermitted
from app.kernel.language import OFFERED, _, using
from app.web import current
from app.web.access import Who, access
from app.web.render import keep_language, page, see_other
from app.web.toasts import toast

PLACE = "/settings/support"
TEMPLATE = "identity/support.html"
ENTER = "/support/enter"


@blueprint.get(PLACE)
@access(permission=ALLOW, while_suspended=True)
def show_support() -> Response:
    """Who was allowed in, until when, and the form that allows it."""
    return show(TEMPLATE, _shown())


@blueprint.post(PLACE)
@access(permission=ALLOW, while_suspended=True)
def allow_support_access() -> Response:
    """Allow support for some hours, and show the code this once."""
    by = current.actor()
    try:
        code = allow_support(
            by,
            hours=typed("hours"),
            reason=typed("reason"),
            may_write=typed("may_write") == "1",
        )
    except NotPermitted:
        raise
    except Answer as answer:
        current.session().rollback()
        return again(TEMPLATE, answer, _shown())
    return page("identity/support_code.html", code=code, slug=by.tenant.slug)


@blueprint.post(f"{PLACE}/<uuid:grant_id>/end")
@access(permission=ALLOW, while_suspended=True)
def end_support_access(grant_id: UUID) -> Response:
    """End it; whoever is in by it is out at their next request."""
    end_support(current.actor(), grant_id)
    toast(_("Support access is ended."))
    return see_other(PLACE)


@blueprint.get(ENTER)
@access(who=Who.ANYONE, while_suspended=True)
def show_support_entrance() -> Response:
    """The press with which somebody of the service comes in."""
    spoken = request.args.get("lang", "")
    with using(spoken) if spoken in OFFERED else nullcontext():
        ticket = request.args.get("ticket", "")[:200]
        return page("identity/support_enter.html", ticket=ticket, spoken=spoken)


@blueprint.post(ENTER)
@access(who=Who.ANYONE, while_suspended=True)
def enter_support() -> Response:
    """Turn a ticket into a session of support."""
    opened = redeem(current.session(), current.tenant(), typed("ticket")[:200], current.moment())
    if opened is None:
        toast(_("This way in is used up or too old. Get a new code."), kind="info")
        return see_other("/login")
    answer = cookies.give_support(see_other("/"), *opened)
    if typed("lang") in OFFERED:  # Of the console: whoever helps reads the firm's pages in it.
        keep_language(answer, typed("lang"))
    return answer


@blueprint.post("/support/leave")
@access(while_suspended=True, while_previewing=True, for_support=True)
def leave_support_access() -> Response:
    """The operator's own end of it."""
    leave_support(current.actor())
    return cookies.take_support(see_other("/login"))


def _shown() -> dict[str, object]:
    by = current.actor()
    grants = list_support(by)
    return {
        "grants": grants,
        "is_open": any(one.ended_at is None and one.expires_at > by.now for one in grants),
        "people": names_of(by, {one.granted_by_id for one in grants}),
        "hours": HOURS,
        "now": by.now,
    }
