"""A quote for the customer who has its link: read, fetched as a PDF, accepted, declined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Response, request

from app.documents.pages.papers import logo_shown
from app.documents.papers.find import pdf_bytes
from app.documents.papers.language import customer_language
from app.documents.papers.layouts import Given
from app.documents.papers.letterhead import firm_of, letterhead
from app.documents.papers.make import Wish, draft_of
from app.documents.pdf.press import pdf_of
from app.identity import limits
from app.identity.limits import Limit
from app.identity.routes.asking import typed
from app.kernel import language
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _
from app.records.files.names import name_for
from app.records.routes.sending import as_attachment
from app.records.tailored import tailored
from app.sales.documents import paper_kept, quote_paper
from app.sales.models import Quote
from app.sales.operations.quote_links import (
    accept_by_link,
    decline_by_link,
    quote_by_secret,
    stands,
)
from app.sales.operations.quote_states import LAYOUT
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access
from app.web.formats import formats
from app.web.render import page, see_other

OPENED = Limit("quote-link:address", 120, 60)  # Pages and answers asked for from one address.
PUBLIC = "/q/<secret>"
PAGE, GONE = "sales/quote_public.html", "documents/link_gone.html"
PDF = "application/pdf"
ASKED = {"name", "agreed", "reason"}  # What the customer is asked for.


@blueprint.get(PUBLIC)
@access(who=Who.ANYONE)
def open_quote(secret: str) -> Response:
    """The quote for whoever has its link."""
    found = _found(secret)
    if isinstance(found, Response):
        return found
    return _shown(secret, *found)


@blueprint.get(f"{PUBLIC}/pdf")
@access(who=Who.ANYONE)
def fetch_quote(secret: str) -> Response:
    """The quote as a PDF: the paper that was made of it, or one made now."""
    found = _found(secret)
    if isinstance(found, Response):
        return found
    quote, by = found
    kind = tailored("quote", by)
    kept = paper_kept(quote, by)
    if kept is not None:
        content = pdf_bytes(kept, by)
    else:
        draft = draft_of(kind, quote, Wish(LAYOUT, language.current()), by)
        content = pdf_of(draft.layout.source(), draft.data, draft.pictures, by.now)
    name = name_for(" ".join(filter(None, (quote.number, quote.name))), "pdf") or "quote.pdf"
    return _closed(as_attachment(iter([content]), name, PDF))


@blueprint.post(f"{PUBLIC}/accept", defaults={"verb": "accept"})
@blueprint.post(f"{PUBLIC}/decline", defaults={"verb": "decline"})
@access(who=Who.ANYONE, by_address=True)
def answer_quote(secret: str, verb: str) -> Response:
    """The customer's yes or no, once."""
    found = _found(secret, held=True)
    if isinstance(found, Response):
        return found
    quote, by = found
    state = stands(quote, by)
    wanted = {"accept": "accepted", "decline": "declined"}[verb]
    if state == wanted:
        return see_other(f"/q/{secret}")
    if state != "open":
        return _shown(secret, quote, by, status=409)
    address = request.remote_addr or ""
    try:
        if verb == "accept":
            agreed = typed("agreed") == "1"
            accept_by_link(quote, by, name=typed("name"), agreed=agreed, address=address)
        else:
            decline_by_link(quote, by, name=typed("name"), reason=typed("reason"), address=address)
    except Answer as answer:
        errors, status = _against(answer, verb, by)
        by.session.rollback()
        again = _found(secret)
        if isinstance(again, Response):
            return again
        return _shown(secret, *again, status=status, errors=errors, verb=verb)
    return see_other(f"/q/{secret}")


def _against(answer: Answer, verb: str, by: Actor) -> tuple[Mapping[str, Text | str], int]:
    """What the customer is told: what to mend where it is theirs, else whom to ask."""
    if isinstance(answer, Refused) and answer.errors and set(answer.errors) <= ASKED:
        return answer.errors, answer.status
    firm = by.tenant.name
    if verb == "accept":
        told = _("This can't be accepted at this moment. Please ask %(firm)s.", firm=firm)
    else:
        told = _("This can't be declined at this moment. Please ask %(firm)s.", firm=firm)
    return {"": told}, 409


def _shown(
    secret: str,
    quote: Quote,
    by: Actor,
    *,
    status: int = 200,
    errors: Mapping[str, Text | str] | None = None,
    verb: str = "",
) -> Response:
    content = quote_paper(tailored("quote", by), quote, Given(), by)
    until = formats(by).day(quote.valid_until, date.min) if quote.valid_until else ""
    answered = formats(by).exact(quote.decided_at) if quote.decided_at else ""
    return _closed(
        page(
            PAGE,
            status=status,
            url=f"/q/{secret}",
            title=content.title,
            it=content.content,
            state=stands(quote, by),
            until=until,
            answered=answered,
            who=quote.decided_by or "",
            typed=request.form,
            errors=errors or {},
            verb=verb,
            firm=by.tenant.name,
            logo=_logo(by),
        )
    )


def _found(secret: str, *, held: bool = False) -> tuple[Quote, Actor] | Response:
    """The quote of a link, in the customer's language; or a plain page that it leads nowhere."""
    tenant, now = current.tenant(), current.moment()
    limits.take([limits.counter(tenant, OPENED, request.remote_addr or "")], now)
    by = service_actor(current.session(), tenant, now, via="web")
    allowed = tenant.allows("sales")
    quote = quote_by_secret(secret, by.session, held=held) if allowed else None
    if quote is None:
        return _closed(page(GONE, status=404, once=False))
    language.use(customer_language(tailored("quote", by), quote, by))
    if quote.status in ("draft", "withdrawn"):
        return _closed(page(GONE, status=410, once=True))
    return quote, by


def _logo(by: Actor) -> str:
    firm = firm_of(letterhead(by), by, has_seal=False, has_bank=False)
    return logo_shown(firm, by)


def _closed(answer: Response) -> Response:
    """Nobody but who has the address learns of it."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
