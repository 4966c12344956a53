"""Changing many records: the question, the change, its receipt, and taking it back."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity.operations.notices import read_about
from app.jobs.progress import find_work
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.access import within_reach
from app.records.bulk.begin import begin_change, begin_undo, find_change
from app.records.bulk.models import BulkChange
from app.records.bulk.receipt import receipt, told
from app.records.bulk.selection import Selection, count_along, count_selected
from app.records.bulk.verbs import MERGE, BulkVerb, offered, verb_called
from app.records.pages.bulk import bulk_form
from app.records.pages.form import sent_text
from app.records.pages.pool import told_before
from app.records.pages.state import read_query, read_state
from app.records.pool.reading import reader_of_list
from app.records.routes.blueprint import blueprint, next_or, type_for
from app.records.routes.merge import merge_ticked
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

MOST_TICKED = 1000
LONGEST_LIST = 8000  # Characters of a list's query.


@blueprint.post("/<collection:collection>/bulk/ask")
@access(record_verb="read")
def ask_bulk(collection: str) -> Response:
    """How many records a verb would change and how many not, with what is to be set."""
    record_type, by = _asked(collection)
    if request.form.get("verb") == MERGE.name:
        is_whole = request.form.get("all") == "1"
        return merge_ticked(record_type, [] if is_whole else _ticked(), is_whole)
    return _ask(record_type, _verb(record_type, by), by)


@blueprint.post("/<collection:collection>/bulk")
@access(record_verb="read")
def do_bulk(collection: str) -> Response:
    """Change many records, at once or in the background, and tell what became of them."""
    record_type, by = _asked(collection)
    verb = _verb(record_type, by)
    inputs = _typed(record_type, verb)
    try:
        change = begin_change(record_type, verb.name, _selection(record_type), inputs, by)
    except (Refused, NotPermitted) as answer:
        if not answer.errors:
            raise
        by.session.rollback()
        return _ask(record_type, verb, by, answer)
    return _done(change, record_type, by)


@blueprint.get("/<collection:collection>/bulk/<uuid:change_id>")
@access(record_verb="read")
def show_bulk(collection: str, change_id: UUID) -> Response:
    """The receipt of a bulk change, or how far it is."""
    by = current.actor()
    record_type, change = _change(collection, change_id, by)
    if change.finished_at is None and find_work(change.id, by) is not None:
        return see_other(f"/work/{change.id}")
    shown = receipt(change, record_type, by)
    if by.user_id is not None:
        current.aside(partial(read_about, by.tenant, by.user_id, shown.url, by.now))
    return page("records/receipt.html", it=shown)


@blueprint.post("/<collection:collection>/bulk/<uuid:change_id>/undo")
@access(record_verb="read")
def undo_bulk(collection: str, change_id: UUID) -> Response:
    """Take a bulk change back, except what somebody touched since."""
    by = current.actor()
    record_type, _original = _change(collection, change_id, by)
    try:
        undone = begin_undo(change_id, by)
    except Refused as answer:  # It was pressed twice, or a colleague was faster.
        if is_htmx():
            raise
        by.session.rollback()
        toast(answer.message, kind="warn")
        return see_other(f"/{collection}/bulk/{change_id}")
    return _done(undone, record_type, by)


def _asked(collection: str) -> tuple[RecordType, Actor]:
    """The type, and who reads the list that the rows are of."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    listed = request.form.get("list", "")
    if record_type.pool is None or not listed or len(listed) > LONGEST_LIST:
        return record_type, by
    filters = read_state(record_type, read_query(listed)).asked.filters
    return record_type, reader_of_list(record_type, filters, by)


def _change(collection: str, change_id: UUID, by: Actor) -> tuple[RecordType, BulkChange]:
    """The change of this type that `by` may see; Missing for all others."""
    record_type = type_for(collection, "read", by)
    change = find_change(change_id, by)
    if change.record_type != record_type.key:
        raise Missing(_("There is no such page."))
    return record_type, change


def _verb(record_type: RecordType, by: Actor) -> BulkVerb:
    """The verb that was asked for; NotPermitted where the role does not offer it."""
    verb = verb_called(record_type, request.form.get("verb", ""))
    if verb not in offered(record_type, by):
        raise NotPermitted(_("Your role does not allow this."))
    return verb


def _selection(record_type: RecordType) -> Selection:
    """The rows that were ticked, or the list that is meant as a whole."""
    if request.form.get("all") == "1":
        listed = request.form.get("list", "")
        if len(listed) > LONGEST_LIST:
            raise Refused(_("This list can't be filtered by that."))
        asked = read_state(record_type, read_query(listed)).asked
        return Selection(query=asked, counted=whole(request.form.get("counted", "")) or 0)
    return Selection(ids=tuple(_ticked()))


def _ticked() -> list[UUID]:
    """The rows that were ticked; Refused for none and for too many."""
    texts = [one for text in request.form.getlist("id") for one in text.split(",")]
    ids = {one for text in texts if (one := parse_id(text)) is not None}
    if not ids or len(texts) > MOST_TICKED:
        raise Refused(_("Select some rows first, at most %(limit)s.", limit=MOST_TICKED))
    return sorted(ids)


def _selected() -> list[tuple[str, str]]:
    """The same as hidden fields, to be sent again."""
    if request.form.get("all") == "1":
        return [("all", "1"), ("list", request.form.get("list", ""))]
    ids = ("id", ",".join(request.form.getlist("id")))
    return [ids, ("list", request.form.get("list", ""))]


def _typed(record_type: RecordType, verb: BulkVerb) -> dict[str, str]:
    """What was typed for the fields that the form holds."""
    if verb.choose is not None:
        return {verb.choose.key: request.form.get(verb.choose.key, "")}
    keys = [*verb.fields, *(request.form.getlist("set") if verb.is_open else ())]
    return {
        key: sent_text(record_type.by_key[key], request.form) if key in record_type.by_key else ""
        for key in keys
    }


def _ask(
    record_type: RecordType, verb: BulkVerb, by: Actor, answer: Answer | None = None
) -> Response:
    selection = _selection(record_type)
    counted = count_selected(record_type, verb.needs, selection, by)
    if not counted.reached:
        raise Refused(
            _("None of these can be changed: they are gone, or your role does not allow it.")
        )
    typed = _typed(record_type, verb)
    meant = [*selection.condition(record_type, by), within_reach(record_type, by, verb.needs)]
    added = request.form.get("add", "")
    if answer is None and verb.is_open and added in record_type.by_key:
        typed.setdefault(added, "")
    form = bulk_form(
        record_type,
        verb,
        _selected(),
        counted,
        typed,
        by,
        next_url=next_or(f"/{record_type.collection}"),
        answer=answer,
        along=count_along(record_type, selection, by) if verb.name == "delete" else {},
        warnings=told_before(record_type, verb.name, meant, by),
    )
    return page("records/bulk.html", "form", status=answer.status if answer else 200, form=form)


def _done(change: BulkChange, record_type: RecordType, by: Actor) -> Response:
    """A message with its undo where all is well; else the receipt, or the progress."""
    url = f"/{record_type.collection}/bulk/{change.id}"
    if change.finished_at is None:
        return see_other(f"/work/{change.id}")
    told_rows = receipt(change, record_type, by)
    is_whole = not change.left_out and not change.asked and not told_rows.spared
    undo_url = f"{url}/undo" if told_rows.can_undo else None
    if not is_whole:
        toast(told(change, record_type, by), undo_url=undo_url, kind="warn")
        return see_other(url)
    toast(told(change, record_type, by), undo_url=undo_url, more_url=url)
    if not is_htmx():
        return see_other(next_or(f"/{record_type.collection}"))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed, bulk-done, drawer-close"
    return response
