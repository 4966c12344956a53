"""The lines of a paper on one screen."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, NotPermitted, Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.api.shape import dumps
from app.records.door import perform
from app.records.pages.form import changed_values
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.sales.lines.arithmetic import WHOLE
from app.sales.lines.conditions import MOST_DAYS
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import Reckoned, reckoned
from app.sales.lines.written import KEYS, MOST, read_lines
from app.sales.pages.editor import answer, editor, sent_rows, standing_rows
from app.sales.pages.lines import sees_sums, sums, terms_now
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

LINES = "sales/lines.html"
FIELDS = (MOST + 1) * len(KEYS) + 100  # Of the editor's form: its lines, and what is about them.


@blueprint.get("/quotes/<uuid:record_id>/lines", defaults={"collection": "quotes"})
@blueprint.get("/orders/<uuid:record_id>/lines", defaults={"collection": "orders"})
@access(record_verb="act")
def show_lines(collection: str, record_id: UUID) -> Response:
    """The editor of the lines as they stand."""
    paper, _url, by = _draft(collection, record_id)
    rows = standing_rows(paper, by)
    found = _reckoned(paper, rows, by)
    return page(LINES, "editor", it=editor(paper, rows, found, by))


@blueprint.post("/quotes/<uuid:record_id>/lines", defaults={"collection": "quotes"})
@blueprint.post("/orders/<uuid:record_id>/lines", defaults={"collection": "orders"})
@access(record_verb="act", form_fields=FIELDS)
def save_lines(collection: str, record_id: UUID) -> Response:
    """Keep lines and conditions together, or show what stands against them; nothing is lost."""
    paper, url, by = _draft(collection, record_id)
    rows = sent_rows(request.form)
    head = {key: typed(key) for key in kind_of(paper).head if key in request.form}
    try:
        _save(paper, rows, head, by)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as refused:
        by.session.rollback()
        paper, _url, by = _draft(collection, record_id)
        found = _reckoned(paper, rows, by)
        errors = refused.errors
        alert = refused.message if not errors or isinstance(refused, Conflict) else ""
        it = editor(paper, rows, found, by, head=head, errors=errors, alert=alert)
        return page(LINES, "editor", status=refused.status, it=it)
    toast(_("Saved."))
    return see_other(next_or(url))


@blueprint.post("/quotes/<uuid:record_id>/reckon", defaults={"collection": "quotes"})
@blueprint.post("/orders/<uuid:record_id>/reckon", defaults={"collection": "orders"})
@access(record_verb="act", form_fields=FIELDS)
def reckon_lines(collection: str, record_id: UUID) -> Response:
    """What the rows come to while somebody types; nothing is kept."""
    paper, _url, by = _draft(collection, record_id)
    rows = sent_rows(request.form)
    with by.session.no_autoflush:
        _try_head(paper)
        found = _reckoned(paper, rows, by)
        told = answer(paper, rows, found, by)
        shown = fragment(
            "sales/_sums.html",
            sums=sums(paper, found.totals, by),
            off=told["off"],
            terms=terms_now(paper, found.off, by),
            error=found.errors.get("lines"),
        )
    by.session.rollback()  # What was tried of the paper itself is not kept.
    told["sums"] = shown.get_data(as_text=True)
    return Response(dumps(told), mimetype="application/json")


def _save(paper: Paper, rows: list[dict[str, str]], head: dict[str, str], by: Actor) -> None:
    kind = tailored(kind_of(paper).key, by)
    changed = changed_values(kind, paper, head, by)
    version = whole(typed("version"))
    perform(kind, "set_lines", paper, by=by, version=version, lines=rows, **changed)


def _try_head(paper: Paper) -> None:
    """Let the conditions that were typed count for what is told of the terms."""
    if "payment_days" in request.form:
        days = whole(typed("payment_days"))
        if days is not None and 0 <= days <= MOST_DAYS:
            paper.payment_days = days
        elif not typed("payment_days").strip():
            paper.payment_days = None
    if "deposit" in request.form:
        deposit = typed("deposit").strip().rstrip("%％").strip()
        try:
            share = Decimal(deposit) if deposit else None
        except ArithmeticError:
            return
        if share is None or (share.is_finite() and 0 <= share <= WHOLE):
            paper.deposit = share


def _reckoned(paper: Paper, rows: list[dict[str, str]], by: Actor) -> Reckoned:
    return reckoned(paper, read_lines(rows, paper.currency, by.tenant.currency), by)


def _draft(collection: str, record_id: UUID) -> tuple[Paper, str, Actor]:
    record_type, record, by = record_for(collection, record_id, "set_lines")
    paper = cast("Paper", record)
    if not sees_sums(paper, by):
        raise NotPermitted(_("Your role does not allow this."))
    if not paper.is_draft:
        raise Refused(kind_of(paper).stays)
    return paper, record_url(record_type, record_id), by
