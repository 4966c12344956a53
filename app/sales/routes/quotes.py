"""A quote's lines on one screen; what the customer answered; its link."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.identity.routes.qr import qr_image
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, NotPermitted, Refused
from app.kernel.language import Text, _
from app.kernel.whole import whole
from app.records.api.shape import dumps
from app.records.door import perform
from app.records.pages.form import changed_values
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.sales.lines.written import KEYS, MOST, read_lines
from app.sales.models import Quote
from app.sales.operations.quote_links import end_link, make_link
from app.sales.operations.quotes import Reckoned, reckoned
from app.sales.pages.editor import HEAD, answer, editor, sent_rows, standing_rows
from app.sales.pages.quotes import sees_sums, sums, terms_now
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.formats import formats
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

QUOTES = "quotes"
ONE = "/quotes/<uuid:record_id>"
LINES, DECIDE, LINK = "sales/quote_lines.html", "sales/quote_decide.html", "sales/quote_link.html"
FIELDS = (MOST + 1) * len(KEYS) + 100  # Of the editor's form: its lines, and what is about them.


@blueprint.get(f"{ONE}/lines")
@access(record_verb="act")
def show_lines(record_id: UUID) -> Response:
    """The editor of the lines as they stand."""
    quote, _url, by = _draft(record_id)
    rows = standing_rows(quote, by)
    found = _reckoned(quote, rows, by)
    return page(LINES, "editor", it=editor(quote, rows, found, by))


@blueprint.post(f"{ONE}/lines")
@access(record_verb="act", form_fields=FIELDS)
def save_lines(record_id: UUID) -> Response:
    """Keep lines and conditions together, or show what stands against them; nothing is lost."""
    quote, url, by = _draft(record_id)
    rows = sent_rows(request.form)
    head = {key: typed(key) for key in HEAD if key in request.form}
    try:
        _save(quote, rows, head, by)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as refused:
        by.session.rollback()
        quote, _url, by = _draft(record_id)
        found = _reckoned(quote, rows, by)
        errors = refused.errors
        alert = refused.message if not errors or isinstance(refused, Conflict) else ""
        it = editor(quote, rows, found, by, head=head, errors=errors, alert=alert)
        return page(LINES, "editor", status=refused.status, it=it)
    toast(_("Saved."))
    return see_other(next_or(url))


@blueprint.post(f"{ONE}/reckon")
@access(record_verb="act", form_fields=FIELDS)
def reckon_lines(record_id: UUID) -> Response:
    """What the rows come to while somebody types; nothing is kept."""
    quote, _url, by = _draft(record_id)
    rows = sent_rows(request.form)
    with by.session.no_autoflush:
        _try_head(quote)
        found = _reckoned(quote, rows, by)
        told = answer(quote, rows, found, by)
        shown = fragment(
            "sales/_sums.html",
            sums=sums(quote, found.totals, by),
            off=told["off"],
            terms=terms_now(quote, found.off, by),
            error=found.errors.get("lines"),
        )
    by.session.rollback()  # What was tried of the quote itself is not kept.
    told["sums"] = shown.get_data(as_text=True)
    return Response(dumps(told), mimetype="application/json")


def _save(quote: Quote, rows: list[dict[str, str]], head: dict[str, str], by: Actor) -> None:
    kind = tailored("quote", by)
    changed = changed_values(kind, quote, head, by)
    version = whole(typed("version"))
    errors: dict[str, Any] = {}
    try:
        if changed:
            perform(kind, "update", quote, by=by, version=version, **changed)
            version = quote.version
    except Refused as refused:
        errors |= refused.errors
    try:
        perform(kind, "set_lines", quote, by=by, version=version, lines=rows)
    except Refused as refused:
        raise Refused(refused.message, errors={**errors, **refused.errors}) from None
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _try_head(quote: Quote) -> None:
    """Let the conditions that were typed count for what is told of the terms."""
    days, deposit = whole(typed("payment_days")), typed("deposit").strip().rstrip("%％")
    if days is not None and days >= 0:
        quote.payment_days = days
    try:
        share = Decimal(deposit) if deposit else None
    except ArithmeticError:
        return
    if share is None or share.is_finite():
        quote.deposit = share


def _reckoned(quote: Quote, rows: list[dict[str, str]], by: Actor) -> Reckoned:
    return reckoned(quote, read_lines(rows, quote.currency, by.tenant.currency), by)


def _draft(record_id: UUID) -> tuple[Quote, str, Actor]:
    record_type, record, by = record_for(QUOTES, record_id, "set_lines")
    quote = cast("Quote", record)
    if not sees_sums(by):
        raise NotPermitted(_("Your role does not allow this."))
    if not quote.is_draft:
        raise Refused(_("This quote was sent and stays as it is. Make a new version of it."))
    return quote, record_url(record_type, record_id), by


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
