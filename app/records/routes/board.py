"""A type's board, and the further cards of one of its columns."""

from __future__ import annotations

from flask import Response, request

from app.records.lenses.lens import BOARD
from app.records.pages.board import board_page, more_cards
from app.records.routes.blueprint import blueprint, type_for
from app.records.routes.lists import show_through
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import fragment


@blueprint.get("/<collection:collection>/board")
@access(record_verb="read")
def show_board(collection: str) -> Response:
    """The records of a list as cards in columns; its parts alone when htmx asks for them."""
    return show_through(collection, BOARD, "records/board.html", "board", board_page)


@blueprint.get("/<collection:collection>/board/cards")
@access(record_verb="read")
def show_more_cards(collection: str) -> Response:
    """The cards of one column behind those that are shown."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    arguments = {key: text for key, text in request.args.items() if key != "column"}
    state = read_list(record_type, {**arguments, "lens": BOARD}, by)
    value = request.args.get("column") or None
    column = more_cards(state, value, state.asked.cursor, by)
    return fragment("records/_more_cards.html", column=column, state=state)
