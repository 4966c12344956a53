"""Arranging one's own Home: the editor, "put on Home", and back to that of one's role."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from app.home.operations.homes import arrange, forget_home, home_of, put_on
from app.home.operations.wishes import fitting
from app.home.pages.arranging import arranging
from app.home.pages.tiles import tile
from app.home.placed import FULL, LONGEST_OF, ROWS, USUAL_ROWS, Placed, fresh_id
from app.home.routes.blueprint import blueprint
from app.home.routes.changing import changed, is_of_name
from app.identity.operations.guard import hold_self, require_writable
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.routes.blueprint import type_for
from app.records.views.opened import read_list
from app.records.widgets import LIST, VIEW
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

PLACE = "/home/arrange"


@blueprint.get(PLACE)
@access()
def show_arranging() -> Response:
    """The editor of one's Home."""
    return _show(request.args.get("q", ""))


@blueprint.post(PLACE)
@access()
def arrange_home() -> Response:
    """Keep one's Home as the form has it; htmx gets the editor as it stands."""
    by, form = current.actor(), request.form
    try:
        require_writable(by)
        hold_self(by)
        arrange(by, changed(home_of(by), form, by, None))
    except Answer as answer:
        by.session.rollback()
        return _show(form.get("q", ""), answer)
    return _show(form.get("q", "")) if is_htmx() else see_other(PLACE)


@blueprint.post("/home/reset")
@access()
def reset_home() -> Response:
    """Give one's own arrangement up."""
    forget_home(current.actor())
    toast(_("Your Home is that of your role again."))
    return see_other(safe_path(request.form.get("next"), "/"))


@blueprint.get("/home/add/<collection:collection>")
@access(record_verb="read")
def show_adding(collection: str) -> Response:
    """The form that puts the list whose address has these arguments on one's Home."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    state = read_list(record_type, request.args, by)
    if state.opened is not None and not state.is_changed:
        wish = Placed("", VIEW, str(state.opened.id))
    else:
        wish = Placed("", LIST, record_type.key, query=state.query())
    return _adding(fitting(wish, by), state.url())


@blueprint.post("/home/widgets")
@access()
def put_on_home() -> Response:
    """Put a report or a list at the end of one's Home; what is refused is said in its form."""
    by, form = current.actor(), request.form
    wish = Placed(
        fresh_id(),
        form.get("kind", ""),
        form.get("of", "")[:LONGEST_OF],
        name=form.get("name", ""),
        is_wide=form.get("width") == FULL,
        rows=whole(form.get("rows", "")) or USUAL_ROWS,
        query=form.get("query", ""),
    )
    back = safe_path(form.get("next"), "/")
    try:
        is_new = put_on(by, fitting(wish, by))
    except Refused as refused:
        by.session.rollback()
        return _adding(wish, back, refused)
    if is_new:
        toast(_("It stands on your Home now."))
    else:
        toast(_("It stands on your Home already."), kind="info")
    return see_other(back)


def _adding(wish: Placed, back: str, refused: Refused | None = None) -> Response:
    errors = dict(refused.errors) if refused else {}
    named = [str(errors["name"])] if "name" in errors else []
    return page(
        "home/add.html",
        "form",
        status=refused.status if refused else 200,
        it=tile(replace(wish, name=""), current.actor()),
        typed=wish,
        rows=ROWS,
        back=back,
        errors=named,
        alerts=[refused.message] if refused and not named else [],
    )


def _show(q: str, answer: Answer | None = None) -> Response:
    by = current.actor()
    return page(
        "home/arrange.html",
        "arrange" if request.method == "POST" else None,
        status=answer.status if answer else 200,
        it=arranging(home_of(by), PLACE, q, by),
        oob=is_htmx() and request.method == "POST",
        typed=request.form if answer else {},
        errors=answer.errors if answer else {},
        alerts=[answer.message] if answer and not is_of_name(answer) else [],
    )
