"""Signing up: the form, what is told while it is typed, and the wait for the workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request, session

from app.front import limits, signing_up
from app.front.addresses import WORDS, check_slug, is_disposable, note_on, suggest_slug
from app.front.pages import signup as pages
from app.front.routes.blueprint import blueprint
from app.front.wishes import FIELDS, read_wish
from app.identity import limits as counting
from app.identity import outside
from app.kernel.errors import Answer
from app.kernel.language import Text, _
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import fragment, page, see_other
from tenants.control import SignUp
from tenants.database import control_session
from tenants.errors import SlugProblem, SlugRefused
from tenants.slugs import tidy

MINE = "sign_up"  # Its place in the visit's cookie: the secret of the sign-up.
FORM = "front/signup.html"
SLOW = timedelta(seconds=8)  # From then on nobody is asked to wait here.
LATE = timedelta(minutes=1)  # From then on something is wrong, which the page says.
LONGEST = timedelta(minutes=10)  # And no page asks by itself any more.


@blueprint.get("/signup")
@access(Side.SERVICE, Who.ANYONE)
def signup() -> Response:
    """The form."""
    found = _mine()
    if found is not None and found.problem is not None:
        session.pop(MINE, None)
        problem = SlugProblem(found.problem)
        typed = {key: found.wishes.get(key, "") for key in FIELDS}
        return page(FORM, form=pages.form(typed, {"slug": WORDS[problem]}), is_busy=False)
    return page(FORM, form=pages.form(pages.first(request.args)), is_busy=False)


@blueprint.post("/signup")
@access(Side.SERVICE, Who.ANYONE)
def sign_up() -> Response:
    """Ask for the workspace, or show the form again with what is not right beside its field."""
    typed = {key: request.form.get(key, "") for key in FIELDS}
    moment, asked = current.moment(), []
    if _is_mine(tidy(typed["slug"])):
        return see_other("/signup/wait")  # It was pressed twice.
    try:
        # What is refused costs no sign-up, but a look: nobody tries addresses for ever.
        counting.take(limits.for_look(request.remote_addr or ""), moment)
        wish = read_wish(request.form)
        asked = limits.for_sign_up(request.remote_addr or "", wish.email)
        counting.take(asked, moment)
        session[MINE] = signing_up.sign_up(wish, moment)
    except Answer as answer:
        if asked and answer.errors:
            counting.give_back(asked, moment)  # It was none after all.
        return _again(typed, answer)
    return see_other("/signup/wait")


@blueprint.get("/signup/address")
@access(Side.SERVICE, Who.ANYONE)
def address() -> Response:
    """Whether the address that is being typed can be had."""
    slug = tidy(request.args.get("slug", "")[:80])
    problem, is_free = _look(slug) if slug else (None, False)
    return fragment("front/_address.html", slug=slug, problem=problem, is_free=is_free)


@blueprint.get("/signup/mailbox")
@access(Side.SERVICE, Who.ANYONE)
def mailbox() -> Response:
    """What to consider about the e-mail that is being typed; none is looked up."""
    email = request.args.get("email", "")[:254]
    problem = pages.DISPOSABLE if is_disposable(email) else None
    return fragment("front/_mailbox.html", problem=problem, note=note_on(email))


@blueprint.get("/signup/suggestion")
@access(Side.SERVICE, Who.ANYONE)
def suggestion() -> Response:
    """An address that would fit the firm's name, for the script of the form."""
    slug = ""
    try:
        counting.take(limits.for_look(request.remote_addr or ""), current.moment())
        with control_session() as shared:
            slug = suggest_slug(shared, request.args.get("firm", ""), current.moment())
    except counting.TooMany:
        pass
    return jsonify(slug=slug)


@blueprint.get("/signup/wait")
@access(Side.SERVICE, Who.ANYONE)
def wait() -> Response:
    """How the workspace comes along; once it stands, the way into it."""
    found = _mine()
    if found is None or found.state == signing_up.EXPIRED:
        session.pop(MINE, None)
        return see_other("/signup")
    if found.state == signing_up.REFUSED:
        return see_other("/signup")
    return _shown(found)


@blueprint.post("/signup/again")
@access(Side.SERVICE, Who.ANYONE)
def again() -> Response:
    """Have a workspace that could not be made tried again, of what was typed before."""
    found, moment = _mine(), current.moment()
    if found is not None and found.state == signing_up.WAITING:
        try:
            counting.take(limits.for_again(request.remote_addr or ""), moment)
        except counting.TooMany as answer:
            response = _shown(found, status=answer.status, alert=answer.message)
            response.headers["Retry-After"] = str(answer.retry_after)
            return response
        signing_up.ask_again(found, moment)
    return see_other("/signup/wait")


def _shown(found: SignUp, status: int = 200, alert: Text | str | None = None) -> Response:
    """How a sign-up stands: ready, on its way, slow, late, or failed."""
    values: dict[str, Any] = {"found": found, "url": None, "poll": None, "alert": alert}
    if found.state == signing_up.READY:
        values["url"] = _way_in(found)
    else:
        waited = current.moment() - (found.asked_again_at or found.created_at)
        is_late = waited > LATE and found.failed_at is None
        values |= {
            "email": found.wishes.get("email", ""),
            "is_slow": SLOW < waited <= LATE,
            "is_late": is_late,
            "poll": None if found.failed_at else _poll(waited),
        }
    values["host"] = _host(found.slug)
    response = page("front/wait.html", "waiting", status=status, **values)
    if values["poll"]:
        # Where no script asks, the browser does.
        response.headers["Refresh"] = str(max(5, values["poll"] // 1000))
    return response


def _poll(waited: timedelta) -> int | None:
    """After how many milliseconds the page asks again, or None for a page that has asked enough."""
    steps = ((SLOW, 250), (LATE, 3_000), (LONGEST, 15_000))
    return next((pause for until, pause in steps if waited <= until), None)


def _way_in(found: SignUp) -> str:
    """The address that lets this browser in once, else that of the sign-in."""
    at = outside.settings().workspace_url(found.slug)
    code = signing_up.let_in(found, session[MINE], current.moment())
    return f"{at}/welcome#{code}" if code else f"{at}/login"


def _host(slug: str) -> str:
    return outside.settings().workspace_url(slug).partition("://")[2]


def _mine() -> SignUp | None:
    """The sign-up that this browser began, if it did."""
    secret = session.get(MINE)
    return signing_up.find_sign_up(secret) if isinstance(secret, str) else None


def _is_mine(slug: str) -> bool:
    found = _mine()
    return found is not None and found.state == signing_up.WAITING and found.slug == slug


def _look(slug: str) -> tuple[Text | None, bool]:
    """What stands against an address, and whether it can be had; neither, where it is not told."""
    try:
        counting.take(limits.for_look(request.remote_addr or ""), current.moment())
        with control_session() as shared:
            check_slug(shared, slug, current.moment())
    except SlugRefused as refusal:
        return WORDS[refusal.problem], False
    except counting.TooMany:
        return None, False  # It is looked at when the form is sent.
    return None, True


def _again(typed: dict[str, str], answer: Answer) -> Response:
    """The form with all that is not right, an address that is taken among it."""
    errors = dict(answer.errors)
    slug = tidy(typed["slug"])
    if errors and slug and "slug" not in errors:
        problem, _is_free = _look(slug)
        if problem is not None:
            errors["slug"] = problem
    general = [] if errors else [answer.message or _("Please check what you entered.")]
    response = page(FORM, "form", status=answer.status, form=pages.form(typed, errors, general))
    retry_after = getattr(answer, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
