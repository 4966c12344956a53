"""Signing operators in and out."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from flask import Response, request, session

from app.identity import limits
from app.identity.limits import Counter, Limit, TooMany
from app.identity.routes.qr import qr_image
from app.identity.texts import email_key
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.operator import here
from app.operator import sessions as operators
from app.operator.routes.blueprint import blueprint
from app.operator.second_step import address_for, confirm, shared_secret, use
from app.operator.sessions import HalfSignedIn
from app.web import current
from app.web.access import Side, Who, access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.database import control_session

PAIR = Limit("operator:pair", 5, 900)  # One account from one address.
ACCOUNT = Limit("operator:account", 50, 3600)  # From anywhere: high, so that nobody is locked out.
CODE = Limit("operator:code", 8, 900)
SECOND = "/operator/login/code"
ADDRESS = Limit("operator:address", 20, 900)


@blueprint.get("/operator/login")
@access(Side.SERVICE, Who.ANYONE)
def login() -> Response:
    """The operators' sign-in page."""
    if here.operator() is not None:
        return see_other("/operator")
    return _form(next_page(request.args.get("next")))


@blueprint.post("/operator/login")
@access(Side.SERVICE, Who.ANYONE)
def enter() -> Response:
    """Check the password; attempts are limited by account and address."""
    moment, address = current.moment(), request.remote_addr or ""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    wanted = next_page(request.form.get("next"))
    counters = _counters(email, address)
    try:
        limits.take(counters, moment)
    except TooMany as refusal:
        response = _form(wanted, refusal.message, refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    token = operators.sign_in(
        email,
        password,
        address=address,
        now=moment,
        with_second_step=here.wants_second_step(),
    )
    if token is None:
        return _form(wanted, _("This e-mail address and password don't match."), 422)
    limits.forgive(counters[:1])
    limits.give_back(counters[1:], moment)
    session.clear()  # The forgery token is another before and after sign-in.
    goal = f"{SECOND}?next={quote(wanted)}" if here.wants_second_step() else wanted
    return operators.give(see_other(goal), token, here.settings())


@blueprint.get(SECOND)
@access(Side.SERVICE, Who.ANYONE)
def second_step() -> Response:
    """The code of the phone; at the first sign-in, its setting up."""
    half = here.half()
    if half is None:
        return see_other("/operator" if here.operator() is not None else "/operator/login")
    return _second(half, next_page(request.args.get("next")))


@blueprint.post(SECOND)
@access(Side.SERVICE, Who.ANYONE)
def pass_second_step() -> Response:
    """Check the code; attempts are limited by operator, whoever has the password."""
    half, moment, address = here.half(), current.moment(), request.remote_addr or ""
    if half is None:
        return see_other("/operator/login")
    wanted, code = next_page(request.form.get("next")), request.form.get("code", "")
    counters = [Counter(CODE, f"{CODE.kind}:{half.operator_id.hex}")]
    try:
        limits.take(counters, moment)
        with control_session() as kept:
            if half.has_second_step:
                use(kept, half, code, here.settings(), address=address, now=moment)
                codes: list[str] = []
            else:
                codes = confirm(kept, half, code, here.settings(), address=address, now=moment)
    except (TooMany, Refused) as refusal:
        reason = next(iter(refusal.errors.values()), refusal.message)
        return _second(half, wanted, reason, refusal.status)
    limits.forgive(counters)
    session.clear()
    if not codes:
        return see_other(wanted)
    return page("operator/codes.html", codes=codes, wanted=wanted)


@blueprint.post("/operator/logout")
@access(Side.SERVICE, Who.ANYONE)
def leave() -> Response:
    """End the session on the server and in the browser."""
    moment: datetime = current.moment()
    token = operators.token_of(request, here.settings())
    if token:
        operators.sign_out(token, address=request.remote_addr or "", now=moment)
    session.clear()
    toast(_("You are signed out."))
    return operators.take(see_other("/operator/login"), here.settings())


def next_page(path: str | None) -> str:
    """Where to go after signing in: a page of the console that is not the sign-in itself."""
    target = safe_path(path, "/operator")
    inside = target == "/operator" or target.startswith(("/operator/", "/operator?"))
    return target if inside and not target.startswith("/operator/log") else "/operator"


def _second(
    half: HalfSignedIn, wanted: str, refusal: Text | str | None = None, status: int = 200
) -> Response:
    """The form of the second step, with a secret to scan where it is to be set up."""
    secret, qr = "", None
    if not half.has_second_step:
        with control_session() as kept:
            secret = shared_secret(kept, half, here.settings())
        qr = qr_image(address_for(secret, half))
    return page(
        "operator/second_step.html",
        status=status,
        wanted=wanted,
        secret=secret,
        qr=qr,
        form_errors=[refusal] if refusal else [],
    )


def _counters(email: str, address: str) -> list[Counter]:
    """The limits of one attempt; keys hold digests, so that the table names nobody."""

    def one(limit: Limit, subject: str) -> Counter:
        hashed = sha256(subject.encode("utf-8", "replace")).hexdigest()
        return Counter(limit, f"{limit.kind}:{hashed}")

    account = email_key(email)
    return [one(PAIR, f"{account}|{address}"), one(ACCOUNT, account), one(ADDRESS, address)]


def _form(wanted: str, refusal: Text | str = "", status: int = 200) -> Response:
    return page(
        "operator/login.html",
        status=status,
        wanted=wanted,
        email=request.form.get("email", ""),
        form_errors=[refusal] if refusal else [],
        is_demo=here.settings().is_demo,
    )
