"""Setting up, renewing and ending one's own second step."""

from __future__ import annotations

from functools import partial

from flask import Response
from markupsafe import Markup

from app.identity.models import User
from app.identity.operations import two_factor as operations
from app.identity.routes.asking import again, myself, show, typed
from app.identity.routes.blueprint import blueprint
from app.identity.routes.proof import by_password
from app.identity.routes.qr import qr_image
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/me/two-factor"


@blueprint.get(PLACE)
@access(while_suspended=True)
def two_factor() -> Response:
    """The step where this person stands: off, half set up, or on."""
    return show("identity/two_factor.html", _shown())


@blueprint.post(PLACE)
@access(while_suspended=True)
def begin_two_factor() -> Response:
    """Draw a secret and show it as a QR code."""
    try:
        by_password(partial(operations.begin_two_factor, *_mine(), password=typed("password")))
    except Answer as answer:
        return again("identity/two_factor.html", answer, _shown())
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/confirm")
@access(while_suspended=True)
def confirm_two_factor() -> Response:
    """Turn it on by a first code, and show the recovery codes this once."""
    try:
        codes = operations.confirm_two_factor(current.actor(), myself(), code=typed("code"))
    except Answer as answer:
        return again("identity/two_factor.html", answer, _shown())
    return page("identity/recovery_codes.html", codes=codes)


@blueprint.post(f"{PLACE}/cancel")
@access(while_suspended=True)
def cancel_two_factor() -> Response:
    """Forget a secret that was never confirmed."""
    operations.cancel_two_factor(current.actor(), myself())
    return see_other("/settings/me")


@blueprint.post(f"{PLACE}/recovery-codes")
@access(while_suspended=True)
def renew_recovery_codes() -> Response:
    """Replace the recovery codes, and show the new ones this once."""
    try:
        renew = partial(operations.renew_recovery_codes, *_mine(), password=typed("password"))
        codes = by_password(renew)
    except Answer as answer:
        return again("identity/two_factor.html", answer, _shown())
    return page("identity/recovery_codes.html", codes=codes)


@blueprint.post(f"{PLACE}/end")
@access(while_suspended=True)
def end_two_factor() -> Response:
    """Turn the second step off."""
    try:
        by_password(partial(operations.end_two_factor, *_mine(), password=typed("password")))
    except Answer as answer:
        return again("identity/two_factor.html", answer, _shown())
    toast(_("Two-factor sign-in is off."))
    return see_other("/settings/me")


def _mine() -> tuple[Actor, User]:
    return current.actor(), myself()


def _shown() -> dict[str, object]:
    by, user = _mine()
    secret = None if user.has_two_factor else operations.shared_secret(by, user)
    return {
        "is_on": user.has_two_factor,
        "is_pending": secret is not None,
        "qr": qr_image(operations.provisioning_address(by, user)) if secret else Markup(""),
        "secret": secret or "",
    }
