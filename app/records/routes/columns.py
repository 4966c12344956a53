"""Choosing the columns of a list: a form in the drawer, or on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, request

from app.kernel.language import Text
from app.records.pages.state import ListState, read_query
from app.records.routes.blueprint import blueprint, type_for
from app.records.views.column_form import column_form, moved, read_form
from app.records.views.look import MOST_FROZEN, Look
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import page, see_other


@blueprint.get("/<collection:collection>/columns")
@access(record_verb="read")
def show_columns(collection: str) -> Response:
    """The columns of the list whose address has these arguments."""
    by = current.actor()
    return _show(read_list(type_for(collection, "read", by), request.args, by), {}, {})


@blueprint.post("/<collection:collection>/columns")
@access(record_verb="read", while_previewing=True)
def choose_columns(collection: str) -> Response:
    """Lead to the list with the columns of the form; nothing is stored but in its address."""
    by = current.actor()
    query = read_query(request.form.get("query", ""))
    state = read_list(type_for(collection, "read", by), query, by)
    state = replace(state, asked=replace(state.asked, cursor=""), first=1)
    if request.form.get("reset"):
        return see_other(replace(state, look=Look(group=state.look.group)).url())
    chosen = request.form.getlist("col")
    up, down = request.form.get("up", ""), request.form.get("down", "")
    look, errors = read_form(request.form, moved(chosen, up, down))
    state = replace(state, look=replace(look, group=state.look.group))
    if up or down or errors:
        return _show(state, request.form, errors)
    return see_other(state.url())


def _show(state: ListState, typed: Mapping[str, str], errors: Mapping[str, Text | str]) -> Response:
    form = column_form(state, typed, errors, current.actor())
    status = 422 if errors else 200
    return page(
        "records/columns.html",
        "form",
        status=status,
        form=form,
        state=state,
        most_frozen=MOST_FROZEN,
    )
