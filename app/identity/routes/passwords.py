"""A forgotten password: asking for the link, and setting a new one by it."""

from __future__ import annotations

from flask import Response

from app.identity import jobs, limits
from app.identity.operations import passwords as operations
from app.identity.routes.asking import again, show, typed, visit
from app.identity.routes.blueprint import blueprint
from app.identity.routes.sign_in import renew_visit
from app.identity.texts import email_key
from app.jobs.enqueue import enqueue
from app.kernel.actor import service_actor
from app.kernel.errors import Answer, Missing
from app.kernel.language import _
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/password/forgot")
@access(who=Who.ANYONE, while_suspended=True)
def forgot() -> Response:
    """Where to ask for a reset link."""
    return show("identity/forgot.html", {"sent": False})


@blueprint.post("/password/forgot")
@access(who=Who.ANYONE, while_suspended=True)
def ask_for_reset() -> Response:
    """Answer alike for everybody; a job looks whether there is such a person, and mails them."""
    tenant, moment = current.tenant(), current.moment()
    login = typed("email").strip()[:254]
    account = limits.counter(tenant, limits.RESET_ACCOUNT, email_key(login))
    address = limits.counter(tenant, limits.RESET_ADDRESS, visit().address)
    try:
        limits.take([address], moment)
    except limits.TooMany as answer:
        return again("identity/forgot.html", answer, {"sent": False})
    if login and not _is_used_up(account):
        by = service_actor(current.session(), tenant, moment, via="web")
        enqueue(by, jobs.RESET, {"login": login})
    return show("identity/forgot.html", {"sent": True})


@blueprint.get("/password/reset/<secret>")
@access(who=Who.ANYONE, while_suspended=True)
def reset(secret: str) -> Response:
    """The form for a new password; a spent or unknown link is nothing."""
    try:
        user = operations.find_reset(current.session(), secret, current.moment())
    except Missing as answer:
        return _spent(answer)
    return show("identity/reset.html", {"email": user.email})


@blueprint.post("/password/reset/<secret>")
@access(who=Who.ANYONE, while_suspended=True)
def set_new_password(secret: str) -> Response:
    """Set the password once; signing in, with the second step, comes after."""
    moment = current.moment()
    try:
        user = operations.find_reset(current.session(), secret, moment)
        email = user.email
        operations.reset_password(
            current.session(),
            current.tenant(),
            secret=secret,
            password=typed("password"),
            now=moment,
        )
    except Missing as answer:
        return _spent(answer)
    except Answer as answer:
        return again("identity/reset.html", answer, {"email": email})
    renew_visit()
    toast(_("Your password is set. Sign in with it."))
    return see_other("/login")


def _spent(answer: Missing) -> Response:
    return page(
        "identity/spent.html",
        status=answer.status,
        text=answer.message,
        url="/password/forgot",
        label=_("Ask for a new link"),
    )


def _is_used_up(counter: limits.Counter) -> bool:
    """Count one more for the account; True when it has had all it may, which nobody is told."""
    try:
        limits.take([counter], current.moment())
    except limits.TooMany:
        return True
    return False
