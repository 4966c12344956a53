"""What a person signs mails with."""

from __future__ import annotations

from flask import Response, request

from app.identity.routes.asking import show, submit
from app.kernel.language import _
from app.mail.messages.signatures import LONGEST, sign_with, signature_of
from app.mail.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

PLACE = "/settings/me/mail"
TEMPLATE = "mail/signature.html"


@blueprint.get(PLACE)
@access()
def show_signature() -> Response:
    """The reader's signature."""
    return show(TEMPLATE, _shown(), typed={"signature": signature_of(current.actor())})


@blueprint.post(PLACE)
@access()
def save_signature() -> Response:
    """Sign with this from now on."""

    def work() -> Response:
        sign_with(request.form.get("signature", ""), current.actor())
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, TEMPLATE, _shown)


def _shown() -> dict[str, object]:
    return {"url": PLACE, "most": LONGEST}
