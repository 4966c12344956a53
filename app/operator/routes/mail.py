"""The demo's mail page: what would have left the house, for operators, in demo mode only."""

from __future__ import annotations

from pathlib import Path

from flask import Response

from app.kernel.errors import Missing
from app.kernel.language import _
from app.mail.sink import SunkMail, list_mails, read, sink_folder
from app.operator import here
from app.operator.routes.blueprint import blueprint
from app.web.access import Side, Who, access
from app.web.render import page

# A mail is somebody else's page: no script, no form, no request, no name of ours.
BODY_POLICY = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


@blueprint.get("/operator/mail")
@access(Side.SERVICE, Who.OPERATOR)
def mails() -> Response:
    """The newest mails of the sink."""
    return page(
        "operator/mails.html", operator=here.operator(), mails=list_mails(_folder()), has_mail=True
    )


@blueprint.get("/operator/mail/<mail_id>")
@access(Side.SERVICE, Who.OPERATOR)
def mail(mail_id: str) -> Response:
    """One mail: its head, its links, its body in a frame that can do nothing."""
    return page("operator/mail.html", operator=here.operator(), mail=_mail(mail_id), has_mail=True)


@blueprint.get("/operator/mail/<mail_id>/body")
@access(Side.SERVICE, Who.OPERATOR)
def body(mail_id: str) -> Response:
    """The HTML of a mail as it came, for the frame."""
    response = Response(_mail(mail_id).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = BODY_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _mail(mail_id: str) -> SunkMail:
    found = read(_folder(), mail_id)
    if found is None:
        raise Missing(_("This e-mail is not kept any more."))
    return found


def _folder() -> Path:
    """The sink's folder; outside the demo there is no such page."""
    folder = sink_folder(here.settings())
    if not here.settings().is_demo or folder is None:
        raise Missing(_("There is nothing at this address."))
    return folder
