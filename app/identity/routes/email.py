"""One's own e-mail: asking for another one, and confirming it by the link that it got."""

from __future__ import annotations

from functools import partial

from flask import Response

from app.identity import cookies, limits
from app.identity.operations import email_change as operations
from app.identity.operations import email_proof
from app.identity.routes.asking import again, myself, show, typed, visit
from app.identity.routes.blueprint import blueprint
from app.identity.routes.profile import MINE
from app.identity.routes.proof import by_password, limited
from app.identity.routes.sign_in import renew_visit
from app.kernel.errors import Answer, Missing
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = f"{MINE}/email"


@blueprint.get(PLACE)
@access()
def email() -> Response:
    """The form for a new address, and what waits to be confirmed."""
    return show("identity/email.html", _shown())


@blueprint.post(PLACE)
@access()
def change_email() -> Response:
    """Send the new address its link; the answer is the same whether a colleague has it."""
    ask = partial(
        operations.ask_email_change,
        current.actor(),
        myself(),
        email=typed("email"),
        password=typed("password"),
    )
    try:
        change = limited(limits.EMAIL_CHANGE, partial(by_password, ask))
    except Answer as answer:
        return again("identity/email.html", answer, _shown())
    toast(_("Open the link that we sent to %(email)s.", email=change.email))
    return see_other(MINE)


@blueprint.post(f"{PLACE}/proof")
@access()
def ask_for_proof() -> Response:
    """Send the link once more that confirms one's address."""
    by, user = current.actor(), myself()
    if user.email_confirmed_at is None:
        limited(limits.EMAIL_CHANGE, partial(email_proof.ask_for_proof, by, user))
        toast(_("Open the link that we sent to %(email)s.", email=user.email))
    return see_other(safe_path(typed("next")))


@blueprint.post(f"{PLACE}/cancel")
@access()
def cancel_email_change() -> Response:
    """Keep the address of before."""
    operations.cancel_email_change(current.actor(), myself())
    toast(_("Your e-mail stays as it is."))
    return see_other(MINE)


@blueprint.get(f"{PLACE}/<secret>")
@access()
def new_email(secret: str) -> Response:
    """A button and not more: programs that look through mails open links, too.

    The link confirms a new address, or the one that somebody signed up with.
    """
    try:
        change = operations.find_email_change(current.actor(), myself(), secret)
    except Missing as answer:
        return _spent(answer)
    is_proof = change.email == myself().email
    return show("identity/new_email.html", {"email": change.email, "is_proof": is_proof})


@blueprint.post(f"{PLACE}/<secret>")
@access()
def confirm_email(secret: str) -> Response:
    """Use the new address; all sessions end, this browser gets a fresh one."""
    try:
        if email_proof.confirm_proof(current.actor(), myself(), secret):
            toast(_("Your e-mail is confirmed."))
            return see_other("/")
        opened = operations.confirm_email_change(
            current.actor(), myself(), secret=secret, visit=visit()
        )
    except Missing as answer:
        current.session().rollback()
        return _spent(answer)
    renew_visit()
    toast(
        _("You now sign in with %(email)s. Other devices are signed out.", email=opened.user.email)
    )
    return cookies.give(see_other(MINE), opened)


def _shown() -> dict[str, object]:
    by, user = current.actor(), myself()
    awaited = operations.awaited_email_change(by, user)
    is_proof = awaited is not None and awaited.email == user.email
    return {"user": user, "awaited": None if is_proof else awaited}


def _spent(answer: Missing) -> Response:
    return page(
        "identity/spent.html",
        status=answer.status,
        text=answer.message,
        url=PLACE,
        label=_("Ask for a new link"),
    )
