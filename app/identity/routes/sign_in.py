"""Signing in and out."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Response, request, session

from app.identity import cookies, limits
from app.identity.models import User
from app.identity.operations import sign_in as operations
from app.identity.operations.sign_in import CodeNeeded, Opened, Visit
from app.identity.routes.asking import again, show, typed, visit
from app.identity.routes.blueprint import blueprint
from app.identity.texts import email_key
from app.kernel.errors import Answer
from app.kernel.language import _
from app.web import current
from app.web.access import Who, access
from app.web.links import safe_path
from app.web.render import see_other
from app.web.toasts import toast
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

CHALLENGE = "challenge"  # Its place in the visit's cookie, between password and code.


@blueprint.get("/login")
@access(who=Who.ANYONE, while_suspended=True)
def login() -> Response:
    """The sign-in page; whoever is signed in already is led on."""
    wanted = next_page(request.args.get("next"))
    if current.actor_or_none() is not None:
        return see_other(wanted)
    return show("identity/login.html", typed={"next": wanted})


@blueprint.post("/login")
@access(who=Who.ANYONE, while_suspended=True)
def enter() -> Response:
    """Check the password; attempts are limited per account, device and address."""
    here, moment, tenant = visit(), current.moment(), current.tenant()
    user = operations.find_user(current.session(), tenant, typed("email"))
    counters = _counters(user.id if user else None, typed("email"), here)
    try:
        limits.take(counters, moment)
        outcome = operations.sign_in(
            current.session(),
            tenant,
            login=typed("email"),
            password=typed("password"),
            now=moment,
            visit=here,
        )
    except Answer as answer:
        if user is not None and not isinstance(answer, limits.TooMany):
            current.aside(partial(_note, tenant, user.id, moment, here))
        return again("identity/login.html", answer)
    if isinstance(outcome, CodeNeeded):
        current.aside(partial(limits.give_back, counters, moment))
        renew_visit()
        session[CHALLENGE] = outcome.challenge
        session["next"] = next_page(typed("next"))
        return see_other("/login/code")
    current.aside(partial(limits.forgive, counters[:1]))
    current.aside(partial(limits.give_back, counters[1:], moment))
    return welcome(outcome, next_page(typed("next")))


@blueprint.get("/login/code")
@access(who=Who.ANYONE, while_suspended=True)
def code() -> Response:
    """The second step; without a right password before it, back to the first."""
    if _awaited() is None:
        return see_other("/login")
    return show("identity/code.html")


@blueprint.post("/login/code")
@access(who=Who.ANYONE, while_suspended=True)
def enter_code() -> Response:
    """Check the code of the second step."""
    moment, tenant, here = current.moment(), current.tenant(), visit()
    user_id = _awaited()
    if user_id is None:
        toast(_("This took too long. Enter your password again."), kind="warn")
        return see_other("/login")
    counters = [limits.counter(tenant, limits.CODE, str(user_id))]
    try:
        limits.take(counters, moment)
        opened = operations.enter_code(
            current.session(),
            tenant,
            challenge=session.get(CHALLENGE, ""),
            code=typed("code"),
            now=moment,
            visit=here,
        )
    except Answer as answer:
        if not isinstance(answer, limits.TooMany):
            current.aside(partial(_note, tenant, user_id, moment, here))
        return again("identity/code.html", answer)
    current.aside(partial(limits.forgive, counters))
    return welcome(opened, next_page(session.get("next")))


@blueprint.post("/logout")
@access(who=Who.ANYONE, while_suspended=True, while_previewing=True)
def logout() -> Response:
    """End this session on the server and in the browser."""
    token = cookies.session_token(request)
    if token:
        operations.sign_out(current.session(), current.tenant(), token=token, now=current.moment())
    renew_visit()
    toast(_("You are signed out."))
    return cookies.take(see_other("/login"))


def welcome(opened: Opened, target: str) -> Response:
    """Give the browser its fresh session and lead on; nothing of the visit before remains."""
    renew_visit()
    return cookies.give(see_other(target), opened)


def renew_visit() -> None:
    """Forget the visit's cookie, so that its forgery token is another before and after sign-in."""
    session.clear()


def next_page(path: object) -> str:
    """Where to go after signing in: a page of this host that is not the sign-in itself."""
    target = safe_path(path if isinstance(path, str) else None)
    return "/" if target.startswith(("/login", "/logout")) else target


def _counters(user_id: UUID | None, login_typed: str, here: Visit) -> list[limits.Counter]:
    """A known device of this account has a limit of its own, so that nobody can lock it out."""
    tenant = current.tenant()
    if user_id is not None:
        user = current.session().get_one(User, user_id)
        if operations.is_known_device(current.session(), user, here.device):
            subject = f"{user_id}|{here.device}"
            return [limits.counter(tenant, limits.DEVICE, subject)]
    account = str(user_id) if user_id is not None else email_key(login_typed)
    return [
        limits.counter(tenant, limits.ACCOUNT, account),
        limits.counter(tenant, limits.ADDRESS, here.address),
    ]


def _awaited() -> UUID | None:
    """The user whose code this visit is to give, or None."""
    challenge = session.get(CHALLENGE, "")
    user = operations.challenged_user(current.session(), challenge, current.moment())
    return user.id if user is not None else None


def _note(tenant: TenantFacts, user_id: UUID, moment: datetime, here: Visit) -> None:
    """Write a failed attempt into the audit, in a scope of its own."""
    with tenant_scope(tenant) as scope:
        operations.note_failure(tenant, scope, user_id, moment, here)
