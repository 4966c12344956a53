"""One's own settings: profile, password, sessions."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity import cookies
from app.identity.models import User
from app.identity.news import KINDS
from app.identity.operations import news_mail, notices, passwords, sessions, tokens, users
from app.identity.operations.email_change import awaited_email_change
from app.identity.operations.two_factor import codes_left
from app.identity.routes.asking import again, my_session, myself, show, typed, visit
from app.identity.routes.blueprint import blueprint
from app.identity.routes.proof import by_password
from app.identity.routes.sign_in import renew_visit
from app.identity.zones import areas
from app.kernel import language
from app.kernel.errors import Answer
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import keep_language, page, see_other
from app.web.toasts import toast

MINE = "/settings/me"
MAIL_WAYS = (
    (news_mail.NEVER, _("No mail")),
    (news_mail.ONCE, _("Mail at once")),
    (news_mail.DAILY, _("Daily mail")),
)


@blueprint.get(MINE)
@access(while_suspended=True)
def profile() -> Response:
    """Everything that a person settles for themselves."""
    user = myself()
    return show("identity/me.html", shown_to_me(), typed=_kept(user))


@blueprint.post(MINE)
@access()
def save_profile() -> Response:
    """Keep name, phone, language and zone."""
    try:
        users.update_profile(
            current.actor(),
            myself(),
            name=typed("name"),
            phone=typed("phone"),
            language=typed("language"),
            zone=typed("zone"),
        )
    except Answer as answer:
        return again("identity/me.html", answer, shown_to_me())
    toast(_("Saved."))
    response = see_other(MINE)
    if typed("language"):
        keep_language(response, typed("language"))
    return response


@blueprint.post("/settings/me/news")
@access()
def choose_news() -> Response:
    """Keep of what a person wants to be told, in the bell and by mail."""
    ways = {kind: typed(f"mail_{kind}") or news_mail.NEVER for kind in KINDS}
    try:
        notices.choose_news(current.actor(), myself(), request.form.getlist("news"))
        news_mail.choose_mails(current.actor(), myself(), ways, typed("digest_time"))
    except Answer as answer:
        return _again_news(answer)
    toast(_("Saved."))
    return see_other(MINE)


def _again_news(answer: Answer) -> Response:
    """The page with the news as they were chosen, and all else as it is kept."""
    current.session().rollback()
    shown: dict[str, Any] = {**shown_to_me(), "ticked": request.form.getlist("news")}
    return page(
        "identity/me.html",
        status=answer.status,
        typed={**_kept(myself()), **request.form},
        errors={field: [text] for field, text in answer.errors.items()},
        form_errors=[] if answer.errors else [answer.message],
        **shown,
    )


def _kept(user: User) -> dict[str, str]:
    """What stands in the fields of the profile."""
    return {
        "name": user.name,
        "phone": user.phone or "",
        "language": user.language or "",
        "zone": user.zone or "",
    }


@blueprint.get("/settings/me/password")
@access(while_suspended=True)
def password() -> Response:
    """The form to change one's password."""
    return show("identity/password.html")


@blueprint.post("/settings/me/password")
@access(while_suspended=True)
def change_password() -> Response:
    """Change the password; all sessions end, this browser gets a fresh one."""
    try:
        change = partial(
            passwords.change_password,
            current.actor(),
            myself(),
            present=typed("present"),
            new=typed("new"),
            visit=visit(),
        )
        opened = by_password(change)
    except Answer as answer:
        return again("identity/password.html", answer)
    renew_visit()
    toast(_("Your password is changed. Other devices are signed out."))
    return cookies.give(see_other(MINE), opened)


@blueprint.post("/settings/me/sessions/<uuid:session_id>/revoke")
@access(while_suspended=True)
def revoke_session(session_id: UUID) -> Response:
    """Sign one device out."""
    sessions.revoke_session(current.actor(), session_id)
    toast(_("This device is signed out."))
    return see_other(MINE)


@blueprint.post("/settings/me/sessions/revoke")
@access(while_suspended=True)
def revoke_other_sessions() -> Response:
    """Sign every other device out."""
    sessions.revoke_other_sessions(current.actor(), myself(), keep=my_session().id)
    toast(_("All other devices are signed out."))
    return see_other(MINE)


def shown_to_me() -> dict[str, object]:
    """What the page of one's own settings shows beside the form."""
    by, user = current.actor(), myself()
    return {
        "user": user,
        "awaited": awaited_email_change(by, user),
        "sessions": sessions.sessions_of(by, user),
        "here": my_session().id,
        "tokens": tokens.tokens_of(by, user),
        "codes_left": codes_left(by, user) if user.has_two_factor else 0,
        "offered": [(code, language.NATIVE_NAMES[code]) for code in language.OFFERED],
        "areas": areas(language.current(), by.today()),
        "news": KINDS,
        "ticked": [kind for kind in KINDS if kind not in user.muted],
        "mail_ways": MAIL_WAYS,
        "usual_time": news_mail.USUAL_TIME,
        "may_create_tokens": by.may("token", "create"),
    }
