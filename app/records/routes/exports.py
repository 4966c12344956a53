"""Exporting records: the question, the file at once or later, and the files that were made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from flask import Response, request, send_file

from app.events import write_event
from app.identity.operations.notices import read_about
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NoSpace, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, using
from app.records.access import fetch
from app.records.exports.begin import (
    AT_ONCE,
    EVERY,
    SHOWN,
    SUBJECT,
    URL,
    Wish,
    begin,
    card_keys,
    card_of,
    count,
    every_key,
    format_called,
    listed,
    make_at_once,
    shown_keys,
)
from app.records.exports.formats import FORMATS, VCARD, Format
from app.records.exports.keep import (
    cancel_export,
    delete_export,
    find_export,
    list_exports,
    open_file,
)
from app.records.exports.make import may_export
from app.records.exports.models import Export
from app.records.exports.which import Which, count_rows
from app.records.pages.exports import export_form, export_lines, exportable, sees_everyones
from app.records.pages.state import ListState
from app.records.routes.blueprint import blueprint, type_for
from app.records.routes.bulk import LONGEST_LIST, MOST_TICKED
from app.records.tailored import tailored
from app.records.types import EXPORT, RecordType
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class Asked:
    """A list, and the rows of it that were ticked, where only those are meant."""

    state: ListState
    ids: tuple[UUID, ...] = ()

    @property
    def which(self) -> Which:
        """The rows."""
        return Which(self.state.asked, self.ids)

    def hidden(self) -> list[tuple[str, str]]:
        """The same as hidden fields of a form."""
        pairs = [("list", self.state.query())]
        return [*pairs, ("id", ",".join(map(str, self.ids)))] if self.ids else pairs


@blueprint.get("/<collection:collection>/export")
@access(record_verb=EXPORT, while_suspended=True)
def ask_export(collection: str) -> Response:
    """How many rows of the list at this address will go out, as what, with which columns."""
    by = current.actor()
    record_type = _type(collection, by)
    return _ask(record_type, Asked(read_list(record_type, request.args, by)), by)


@blueprint.post("/<collection:collection>/export/ask")
@access(record_verb=EXPORT, while_suspended=True)
def ask_export_of_rows(collection: str) -> Response:
    """The same for ticked rows, or for all that a list shows."""
    by = current.actor()
    record_type = _type(collection, by)
    return _ask(record_type, _asked(record_type), by)


@blueprint.post("/<collection:collection>/export")
@access(record_verb=EXPORT, while_suspended=True)
def do_export(collection: str) -> Response:
    """The file; of many rows it is made in the background."""
    by = current.actor()
    record_type = _type(collection, by)
    asked = _asked(record_type)
    try:
        shape = format_called(record_type, request.form.get("format", ""))
        wish = _wish(record_type, shape, asked, by)
        counted = count(wish, by)
        if counted.reached > AT_ONCE:
            begin(wish, counted, by)
            toast(_("It is being made. A notification tells you when it is ready."), kind="info")
            return see_other(URL)
        made = make_at_once(wish, by)
    except (Refused, NoSpace) as answer:
        by.session.rollback()
        return _ask(record_type, asked, by, answer)
    return _send(made, shape, record_type.words.many, by)


@blueprint.get("/<collection:collection>/<uuid:record_id>/card")
@access(record_verb="read")
def show_card(collection: str, record_id: UUID) -> Response:
    """One record as a card; it tells nothing that its page does not."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    if record_type.card is None:
        raise Missing(_("There is no such page."))
    record = fetch(record_type, record_id, by)
    made = BytesIO(card_of(record_type, record_id, by).encode())
    return _send(made, VCARD, record_type.title_of(record), by)


@blueprint.get(URL)
@access(while_suspended=True)
def show_exports() -> Response:
    """The reader's exports, or everyone's; and each kind of record to be exported as a whole."""
    by = current.actor()
    if by.user_id is not None:
        current.aside(partial(read_about, by.tenant, by.user_id, URL, by.now))
    lines = export_lines(list_exports(by), by)
    return page(
        "records/exports.html",
        url=URL,
        lines=lines,
        is_under_way=any(one.export.is_under_way for one in lines),
        types=exportable(by),
        tells_who=sees_everyones(by),
    )


@blueprint.get(f"{URL}/<uuid:export_id>/file")
@access(while_suspended=True)
def download_export(export_id: UUID) -> Response:
    """The file of an export."""
    by = current.actor()
    return send_export(find_export(export_id, by), by)


@blueprint.post(f"{URL}/<uuid:export_id>/cancel")
@access(while_suspended=True)
def stop_export(export_id: UUID) -> Response:
    """Stop an export that is under way; no file is kept of it."""
    cancel_export(export_id, current.actor())
    toast(_("The export was cancelled."), kind="info")
    return see_other(URL)


@blueprint.post(f"{URL}/<uuid:export_id>/delete")
@access(while_suspended=True)
def remove_export(export_id: UUID) -> Response:
    """Delete an export with its file."""
    delete_export(export_id, current.actor())
    toast(_("Deleted."))
    return see_other(URL)


def send_export(export: Export, by: Actor) -> Response:
    """The file of an export as an answer; that somebody else fetched it is noted."""
    made = open_file(export, by)
    if export.user_id != by.person_id and by.person_id is not None:
        current.aside(partial(_note_download, by.tenant, export.id, by))
    with using(export.language):
        title = str(tailored(export.record_type, by).words.many)
    return _send(made, FORMATS[export.format], title, by)


def _note_download(tenant: TenantFacts, export_id: UUID, by: Actor) -> None:
    """Write into the audit that somebody fetched a colleague's export, in a scope of its own."""

    with tenant_scope(tenant) as session:
        write_event(replace(by, session=session), SUBJECT, export_id, "downloaded")


def _type(collection: str, by: Actor) -> RecordType:
    record_type = type_for(collection, EXPORT, by)
    may_export(record_type, by)
    return record_type


def _asked(record_type: RecordType) -> Asked:
    """What a sent form is about."""
    query = request.form.get("list", "")
    if len(query) > LONGEST_LIST:
        raise Refused(_("This list can't be filtered by that."))
    state = listed(record_type, query)
    texts = [one for text in request.form.getlist("id") for one in text.split(",")]
    if request.form.get("all") == "1" or not texts:
        return Asked(state)
    ids = {one for text in texts if (one := parse_id(text)) is not None}
    if not ids or len(texts) > MOST_TICKED:
        raise Refused(_("Select some rows first, at most %(limit)s.", limit=MOST_TICKED))
    return Asked(state, tuple(sorted(ids)))


def _wish(record_type: RecordType, shape: Format, asked: Asked, by: Actor) -> Wish:
    if not shape.is_table:
        keys = card_keys(record_type, by)
        return Wish(record_type, shape, asked.which, asked.state.query(), keys)
    is_whole = request.form.get("columns") == EVERY
    keys = every_key(record_type, by) if is_whole else shown_keys(record_type, asked.state.look, by)
    return Wish(record_type, shape, asked.which, asked.state.query(), keys, is_whole)


def _ask(
    record_type: RecordType, asked: Asked, by: Actor, answer: Refused | NoSpace | None = None
) -> Response:
    alerts: list[Text | str] = []
    if answer is not None:
        alerts = [*answer.errors.values()] or [answer.message]
    form = export_form(
        record_type,
        asked.state.look,
        count_rows(record_type, asked.which, by),
        asked.hidden(),
        by,
        format_key=request.form.get("format", ""),
        chosen=request.form.get("columns", SHOWN),
        alerts=alerts,
    )
    status = answer.status if answer is not None else 200
    return page("records/export.html", "form", status=status, form=form)


def _send(made: BinaryIO, shape: Format, title: object, by: Actor) -> Response:
    """A file to be saved, never to be shown or run where we are."""
    name = f"{title} {by.today().isoformat()}.{shape.suffix}"
    answer = send_file(
        made, shape.mimetype, as_attachment=True, download_name=name, max_age=0, etag=False
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
