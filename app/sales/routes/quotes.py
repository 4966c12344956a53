"""What the customer answered to a quote; its link."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.identity.routes.qr import qr_image
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.mail.messages.rights import SEND
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.sales.documents import paper_to_send
from app.sales.models import Quote
from app.sales.operations.quote_links import end_link, make_link
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast

QUOTES = "quotes"
ONE = "/quotes/<uuid:record_id>"
DECIDE, LINK = "sales/quote_decide.html", "sales/quote_link.html"


@blueprint.get(f"{ONE}/accept", defaults={"verb": "accept"})
@blueprint.get(f"{ONE}/decline", defaults={"verb": "decline"})
@access(record_verb="act")
def show_decision(record_id: UUID, verb: str) -> Response:
    """The question who said yes or no, and why."""
    quote, url, _by = _open(record_id, verb)
    return show(DECIDE, _shown(quote, verb, url), block="form")


@blueprint.post(f"{ONE}/accept", defaults={"verb": "accept"})
@blueprint.post(f"{ONE}/decline", defaults={"verb": "decline"})
@access(record_verb="act")
def decide(record_id: UUID, verb: str) -> Response:
    """Note what the customer said by other ways than the link."""
    quote, url, by = _open(record_id, verb)

    def work() -> None:
        given: dict[str, Any] = {"name": typed("name")} | (
            {"reason": typed("reason")} if verb == "decline" else {}
        )
        perform("quote", verb, quote, by=by, **given)

    refused = submit(work, DECIDE, partial(_shown, quote, verb, url))
    if refused is not None:
        return refused
    toast(_done(verb, quote))
    return see_other(next_or(url))


def _done(verb: str, quote: Quote) -> Text:
    if verb == "accept":
        return _("Accepted: %(name)s", name=quote.name)
    return _("Declined: %(name)s", name=quote.name)


def _shown(quote: Quote, verb: str, url: str) -> dict[str, object]:
    return {
        "url": f"{url}/{verb}",
        "title": quote.name,
        "verb": verb,
        "next": next_or(url),
    }


def _open(record_id: UUID, verb: str) -> tuple[Quote, str, Actor]:
    record_type, record, by = record_for(QUOTES, record_id, verb)
    action = record_type.action(verb)
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Quote", record), record_url(record_type, record_id), by


@blueprint.post(f"{ONE}/link")
@access(record_verb="act")
def make_public_link(record_id: UUID) -> Response:
    """Make the address by which the customer answers, and show it this once."""
    record_type, record, by = record_for(QUOTES, record_id, "update")
    quote = cast("Quote", record)
    url = make_link(quote, by)
    until = formats(by).day(quote.valid_until, date.min) if quote.valid_until else ""
    back = record_url(record_type, record_id)
    return page(LINK, "form", url=url, code=qr_image(url), until=until, title=quote.name, back=back)


@blueprint.post(f"{ONE}/link/end")
@access(record_verb="act")
def end_public_link(record_id: UUID) -> Response:
    """Let the link lead nowhere."""
    record_type, record, by = record_for(QUOTES, record_id, "update")
    end_link(cast("Quote", record), by)
    toast(_("The link was ended."))
    return see_other(record_url(record_type, record_id))


@blueprint.post(f"{ONE}/mail-paper")
@access(permission=SEND)
def mail_paper(record_id: UUID) -> Response:
    """Lead to a mail that carries the quote's paper, made where there is none yet."""
    record_type, record, by = record_for(QUOTES, record_id, "update")
    quote = cast("Quote", record)
    if not quote.is_open:
        raise Refused(_("Only a quote that was sent and not answered is mailed."))
    file_id = paper_to_send(quote, by)
    return see_other(f"{record_url(record_type, record_id)}/mail?file={file_id}")
