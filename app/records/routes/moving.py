"""Moving a card of a board or an entry of a calendar, and back."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.language import Text, _, gettext
from app.kernel.whole import whole
from app.records.fields import Field
from app.records.lenses.lens import BOARD
from app.records.lenses.moving import field_to_move, move, on_day
from app.records.model import Record
from app.records.pages.board import column_heads, one_card
from app.records.pages.board_groups import options_of
from app.records.pages.choices import choices_of
from app.records.pages.entry import told_length
from app.records.pages.looks import Words
from app.records.pages.shown import shown_text
from app.records.pages.state import read_query
from app.records.routes.blueprint import blueprint, next_or, record_for, record_url
from app.records.types import RecordType
from app.records.views.opened import read_list
from app.web import toasts
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.post("/<collection:collection>/<uuid:record_id>/move")
@access(record_verb="update")
def move_record(collection: str, record_id: UUID) -> Response:
    """Give a choice or a length another value, or a date another day; the message takes it back.

    With `time` (14:30) a moment comes to that hour of the day; with `all_day` it is of no hour.

    A board that says which list it shows (`list`) gets the numbers of its columns and the card; all
    else is told to load itself again. 409 where a colleague was faster, 422 where the record needs
    more before it can be moved.
    """
    record_type, record, by = record_for(collection, record_id, "update")
    sent = request.values
    field = field_to_move(record_type, sent.get("field", ""), by)
    try:
        value = sent.get("value", "")
        if "day" in sent:
            clock, all_day = sent.get("time", ""), "all_day" in sent
            value = on_day(record, field, sent["day"], by, clock, all_day=all_day)
        before = move(record_type, record, field, value, by, whole(sent.get("version", "")))
    except Conflict:
        by.session.rollback()
        told = _("Somebody changed this record meanwhile. It stays as they left it.")
        return _refused(record_type, record_id, told, 409)
    except Refused as refused:
        by.session.rollback()
        return _refused(record_type, record_id, _why(record_type, refused), refused.status)
    back = {"field": field.key, "value": before, "version": str(record.version), "undo": "1"}
    undo = f"{record_url(record_type, record_id)}/move?{urlencode(back)}"
    toast(_told(record_type, record, field, by), undo_url=None if "undo" in sent else undo)
    if not is_htmx():
        return see_other(next_or(f"/{collection}"))
    return _shown(record_type, record, field, by)


def _shown(record_type: RecordType, record: Record, field: Field, by: Actor) -> Response:
    """The parts of the board that sent it, or the word that all of it must be loaded again."""
    query = request.form.get("list")
    if query is None:
        response = page("_problem.html", "problem")
        response.headers["HX-Trigger"] = "records-changed"
        return response
    by.session.flush()  # The numbers are counted as the move left them.
    state = read_list(record_type, {**read_query(query), "lens": BOARD}, by)
    return fragment(
        "records/_board_moved.html",
        columns=column_heads(state, by),
        card=one_card(state, record.id, field.value(record), by),
        state=state,
        toasts=toasts.shown(),
    )


def _refused(record_type: RecordType, record_id: UUID, told: Text | str, status: int) -> Response:
    """Say why nothing was moved; whoever has no script is led to where the record is changed."""
    toast(told, kind="bad")
    if not is_htmx():
        return see_other(next_or(f"{record_url(record_type, record_id)}/edit"))
    return page("_problem.html", "problem", status=status)


def _why(record_type: RecordType, refused: Refused) -> str:
    """A refusal in one sentence: which fields stand against it, and how."""
    fields = record_type.by_key
    parts = [
        gettext("%(field)s: %(why)s", field=fields[key].label, why=why) if key in fields else why
        for key, why in refused.errors.items()
    ]
    return " ".join(map(str, parts)) or str(refused.message)


def _told(record_type: RecordType, record: Record, field: Field, by: Actor) -> Text:
    value = field.value(record)
    length = record_type.calendar.length
    if length is not None and length.key == field.key:
        shown = told_length(record_type, record, by)
    elif field.kind == "choice":
        words = Words(options_of(record_type, field, by))
        shown = words[value] if value is not None else gettext("Without a value")
    else:
        shown = shown_text(field, value, by, choices_of(record_type, by).get(field.key, ()))
    return _("%(name)s: %(value)s", name=record_type.title_of(record), value=shown)
