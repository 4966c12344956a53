"""Favourites: the star of a record, and the page where they are put in order."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.favourites import operations
from app.records.favourites.kept import Place, shown
from app.records.pages.favourites import star
from app.records.routes.blueprint import blueprint, next_or, record_for, record_url
from app.records.types import RecordType
from app.web import current, toasts
from app.web.access import access
from app.web.parts import favourites_now
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast

URL = "/favourites"
PLACES = ("page", "peek")  # Where a star stands.


@blueprint.post("/<collection:collection>/<uuid:record_id>/favourite")
@access(record_verb="read")
def turn_star(collection: str, record_id: UUID) -> Response:
    """Keep a record at hand, or no longer; htmx gets the star and the favourites as they are."""
    record_type, _record, by = record_for(collection, record_id, "read")
    is_on = request.form.get("on") == "1"
    try:
        _turn(record_type, record_id, by, is_on=is_on)
        if not is_htmx():  # Behind the menu of a row no star is seen to turn.
            toast(_("Added to your favourites.") if is_on else _("Taken out of your favourites."))
    except Refused as refused:  # The star stays as it is, and a message says why.
        toast(refused.message, kind="warn")
    url = record_url(record_type, record_id)
    if not is_htmx():
        return see_other(next_or(url))
    place = request.form.get("place", "")
    here = url if place != "peek" else f"/{collection}"
    return fragment(
        "records/starred.html",
        star=star(record_type, record_id, by, place if place in PLACES else PLACES[0]),
        next=next_or(url),
        favourites=favourites_now(by, here),
        toasts=toasts.shown(),
    )


@blueprint.get(URL)
@access()
def show_favourites() -> Response:
    """The reader's favourites, to put them in order or let one go."""
    return page("records/favourites.html", "form", favourites_listed=shown(current.actor()))


@blueprint.post(URL)
@access()
def change_favourites() -> Response:
    """Keep the order of one's favourites, or let one go; without a script a button moves one."""
    by = current.actor()
    places = [found for text in request.form.getlist("id") if (found := _place(text))]
    gone = _place(request.form.get("remove", ""))
    if gone is not None:
        operations.remove_favourite(*gone, by)
        toast(_("Taken out of your favourites."))
    else:
        for step, name in ((-1, "up"), (1, "down")):
            moved = _place(request.form.get(name, ""))
            if moved in places:
                at = places.index(moved)
                places.insert(max(at + step, 0), places.pop(at))
        operations.order_favourites(places, by)
    if not is_htmx():
        return see_other(URL)
    return page(
        "records/favourites.html",
        "form",
        favourites_listed=shown(by),
        favourites=favourites_now(by, next_or("")),
    )


def _turn(record_type: RecordType, record_id: UUID, by: Actor, *, is_on: bool) -> None:
    if is_on:
        operations.add_favourite(record_type, record_id, by)
    else:
        operations.remove_favourite(record_type.key, record_id, by)


def _place(text: str) -> Place | None:
    """What names a record in the form: `account:<id>`."""
    kind, _separator, raw = text.partition(":")
    found = parse_id(raw)
    return (kind, found) if found is not None else None
