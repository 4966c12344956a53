"""Saved views: keeping a list, changing, sharing, pinning and ordering views."""

from __future__ import annotations

from uuid import UUID

from flask import Response, jsonify, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.kernel.whole import whole
from app.records.pages.listing import capped
from app.records.pages.state import ListState, read_query, read_state
from app.records.routes.blueprint import blueprint, next_or, type_for
from app.records.views import operations
from app.records.views.models import SavedView
from app.records.views.opened import list_to_keep
from app.records.views.operations import Wish, get_view
from app.records.views.shelf import facts, shelf
from app.records.views.view_counts import count_views
from app.records.views.view_form import view_form
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/<collection:collection>/views")
@access(record_verb="read")
def show_views(collection: str) -> Response:
    """The reader's views of a type, to put them in order and to see who sees which."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    mine = shelf(by)
    return page(
        "records/views.html",
        "form",
        record_type=record_type,
        path=f"/{collection}",
        views=mine.of(record_type.key),
        pinned=mine.pinned,
        default=mine.default(record_type.key),
        may_change=operations.may_change,
    )


@blueprint.post("/<collection:collection>/views")
@access(record_verb="read")
def order_views(collection: str) -> Response:
    """Keep the order of the reader's views."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    ids = [found for text in request.form.getlist("id") if (found := parse_id(text))]
    for step, name in ((-1, "up"), (1, "down")):  # Without script a button moves one view.
        moved = parse_id(request.form.get(name, ""))
        if moved in ids:
            at = ids.index(moved)
            ids.insert(max(at + step, 0), ids.pop(at))
    operations.order_views(by, record_type, ids)
    if request.form.get("up") or request.form.get("down"):
        return see_other(f"/{collection}/views")
    toast(_("The order of your views was kept."))
    return see_other(next_or(f"/{collection}"))


@blueprint.get("/<collection:collection>/views/counts")
@access(record_verb="read")
def show_counts(collection: str) -> Response:
    """The numbers of the reader's views, as they are shown, by id."""
    by = current.actor()
    write = formats(by)
    counts = count_views(type_for(collection, "read", by), by)
    return jsonify({str(view_id): capped(count, write) for view_id, count in counts.items()})


@blueprint.get("/<collection:collection>/views/new")
@access(record_verb="read")
def show_new_view(collection: str) -> Response:
    """The form that keeps the list whose address has these arguments."""
    by = current.actor()
    state = list_to_keep(type_for(collection, "read", by), dict(request.args), by)
    return _form(state, by)


@blueprint.post("/<collection:collection>/views/new")
@access(record_verb="read")
def create_view(collection: str) -> Response:
    """Keep a list as a view and open it."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    state = list_to_keep(record_type, read_query(request.form.get("query", "")), by)
    try:
        row = operations.save_view(by, record_type, _wish(state))
        _place(by, row)
    except Answer as answer:
        by.session.rollback()
        return _form(state, by, answer=answer)
    toast(_("The view %(name)s was saved.", name=row.name))
    return see_other(_open(collection, row.id))


@blueprint.get("/<collection:collection>/views/<uuid:view_id>/edit")
@access(record_verb="read")
def show_edit_view(collection: str, view_id: UUID) -> Response:
    """The form of a view as it stands."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    row = get_view(by, record_type, view_id)
    operations.require_own(by, row)
    return _form(read_state(record_type, read_query(row.query)), by, row)


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/edit")
@access(record_verb="read")
def edit_view(collection: str, view_id: UUID) -> Response:
    """Rename or share a view, or keep it elsewhere at hand."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    row = get_view(by, record_type, view_id)
    state = read_state(record_type, read_query(row.query))
    version = request.form.get("version", "")
    try:
        operations.change_view(by, row, whole(version), _wish(state))
        _place(by, row)
    except Answer as answer:
        by.session.rollback()
        return _form(state, by, get_view(by, record_type, view_id), answer=answer)
    toast(_("The view %(name)s was saved.", name=row.name))
    return see_other(_open(collection, row.id))


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/save")
@access(record_verb="read")
def save_changes(collection: str, view_id: UUID) -> Response:
    """Keep in a view what the list now shows."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    row = get_view(by, record_type, view_id)
    state = list_to_keep(record_type, read_query(request.form.get("query", "")), by)
    operations.change_view(by, row, None, Wish(row.name, row.audience, state.query()))
    toast(_("The view %(name)s was saved.", name=row.name))
    return see_other(_open(collection, row.id))


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/delete")
@access(record_verb="read")
def delete_view(collection: str, view_id: UUID) -> Response:
    """Delete a view; the message brings it back."""
    by = current.actor()
    row = get_view(by, type_for(collection, "read", by), view_id)
    operations.delete_view(by, row)
    undo = f"/{collection}/views/{view_id}/restore"
    toast(_("The view %(name)s was deleted.", name=row.name), undo_url=undo)
    return see_other(f"/{collection}")


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/restore")
@access(record_verb="read")
def restore_view(collection: str, view_id: UUID) -> Response:
    """Bring a deleted view back and open it."""
    by = current.actor()
    row = get_view(by, type_for(collection, "read", by), view_id, is_deleted=True)
    operations.restore_view(by, row)
    return see_other(_open(collection, view_id))


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/pin")
@access(record_verb="read")
def pin_view(collection: str, view_id: UUID) -> Response:
    """Put a view into the reader's rail, or take it out."""
    by = current.actor()
    row = get_view(by, type_for(collection, "read", by), view_id)
    operations.pin_view(by, facts(row), is_pinned=request.form.get("on") == "1")
    return see_other(_open(collection, view_id))


@blueprint.post("/<collection:collection>/views/<uuid:view_id>/default")
@access(record_verb="read")
def begin_with_view(collection: str, view_id: UUID) -> Response:
    """Let the reader's list begin with a view, or no longer."""
    by = current.actor()
    row = get_view(by, type_for(collection, "read", by), view_id)
    is_default = request.form.get("on") == "1"
    operations.begin_with(by, facts(row), is_default=is_default)
    told: Text = _("This list no longer begins with %(name)s.", name=row.name)
    if is_default:
        told = _("This list begins with %(name)s from now on.", name=row.name)
    toast(told)
    return see_other(_open(collection, view_id))


def _wish(state: ListState) -> Wish:
    form = request.form
    return Wish(form.get("name", ""), form.get("audience", ""), state.query())


def _place(by: Actor, row: SavedView) -> None:
    """Keep a view at hand as the form says: in the rail, as the reader's first, as a role's."""
    view = facts(row)
    operations.pin_view(by, view, is_pinned="pin" in request.form)
    operations.begin_with(by, view, is_default="default" in request.form)
    if by.may(*operations.SHARE):
        ids = {found for text in request.form.getlist("role") if (found := parse_id(text))}
        operations.begin_roles_with(by, row, ids)


def _form(
    state: ListState, by: Actor, row: SavedView | None = None, *, answer: Answer | None = None
) -> Response:
    typed = request.form if answer else None
    roles = tuple(request.form.getlist("role"))
    form = view_form(state, by, row, typed=typed, role_ids=roles, answer=answer)
    status = answer.status if answer else 200
    return page("records/view_form.html", "form", status=status, form=form, state=state)


def _open(collection: str, view_id: UUID) -> str:
    return f"/{collection}?view={view_id}"
