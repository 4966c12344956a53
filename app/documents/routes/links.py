"""Public links: made and ended by colleagues, opened by whoever has them."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.documents.pages import papers as pages
from app.documents.pages.links import links_shown
from app.documents.papers.find import find_document, pdf_bytes
from app.documents.papers.links import (
    USUAL,
    count_view,
    get_link,
    is_of_living,
    make_link,
    opened_by,
    revoke_link,
)
from app.documents.papers.models import Document, DocumentLink
from app.documents.routes.blueprint import blueprint
from app.documents.routes.papers import ONE, PDF
from app.identity import limits
from app.identity.limits import Limit
from app.identity.routes.asking import typed
from app.identity.routes.qr import qr_image
from app.kernel import language
from app.kernel.actor import service_actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.files.names import name_for
from app.records.files.sizes import size_text
from app.records.routes.sending import as_attachment
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other
from app.web.toasts import toast

OPENED = Limit("document-link:address", 120, 60)  # Pages and files asked for from one address.
PUBLIC = "/d/<secret>"
GONE = "documents/link_gone.html"


@blueprint.post(f"{ONE}/links")
@access()
def make_public_link(document_id: UUID) -> Response:
    """Make a public link and show it this once."""
    by = current.actor()
    document, record_type, record = find_document(document_id, by, "update")
    try:
        fresh = make_link(
            document,
            record_type,
            record,
            by,
            days=whole(typed("days")) or USUAL,
            counts=typed("counts") == "1",
        )
    except Refused as answer:
        by.session.rollback()
        it = pages.paper_page(*find_document(document_id, by), by)
        shown = links_shown(*find_document(document_id, by), by, alert=answer.message)
        return page("documents/paper.html", "form", status=422, it=it, links=shown)
    code = qr_image(fresh.url)
    until = fresh.link.expires_at
    return page(
        "documents/link_made.html", "form", document=document, url=fresh.url, code=code, until=until
    )


@blueprint.post(f"{ONE}/links/<uuid:link_id>/revoke")
@access()
def end_public_link(document_id: UUID, link_id: UUID) -> Response:
    """Let a public link lead nowhere."""
    by = current.actor()
    document, record_type, record = find_document(document_id, by, "update")
    revoke_link(get_link(document, link_id, by), document, record_type, record, by)
    toast(_("The link was revoked."))
    return see_other(f"/documents/{document_id}")


@blueprint.get(PUBLIC)
@access(who=Who.ANYONE)
def open_public_link(secret: str) -> Response:
    """The document of a link for whoever has it, without signing in."""
    found = _found(secret)
    if isinstance(found, Response):
        return found
    link, document = found
    if link.counts and request.method == "GET" and current.actor_or_none() is None:
        current.aside(partial(count_view, current.tenant(), link.id, current.moment()))
    language.use(document.language)
    by = service_actor(current.session(), current.tenant(), current.moment(), via="web")
    answer = page(
        "documents/public.html",
        url=f"/d/{secret}/pdf",
        document=document,
        firm=document.data["firm"]["name"],
        logo=pages.logo_shown(document.data["firm"], by),
        size=size_text(document.size),
    )
    return _closed(answer)


@blueprint.get(f"{PUBLIC}/pdf")
@access(who=Who.ANYONE)
def fetch_public_document(secret: str) -> Response:
    """The PDF of a link."""
    found = _found(secret)
    if isinstance(found, Response):
        return found
    _link, document = found
    by = service_actor(current.session(), current.tenant(), current.moment(), via="web")
    name = name_for(document.title, "pdf") or f"{document.id}.pdf"
    return _closed(as_attachment(iter([pdf_bytes(document, by)]), name, PDF))


def _found(secret: str) -> tuple[DocumentLink, Document] | Response:
    """What a secret leads to, or a plain page that it leads nowhere: 404, 410 where it once did."""
    tenant, now = current.tenant(), current.moment()
    address = limits.counter(tenant, OPENED, request.remote_addr or "")
    limits.take([address], now)
    found = opened_by(secret, current.session())
    if found is None:
        return _closed(page(GONE, status=404, once=False))
    link, document = found
    language.use(document.language)
    if not link.is_open(now) or not is_of_living(document, tenant, current.session()):
        return _closed(page(GONE, status=410, once=True))
    return found


def _closed(answer: Response) -> Response:
    """Nobody but who has the address learns of it: no search engine, no page that it leads to."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
