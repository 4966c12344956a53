"""The caller's favourites over the API."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.identity.outside import workspace_url
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_scope
from app.records.api.shape import Reply, dumps
from app.records.favourites import operations
from app.records.favourites.kept import Place, shown
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.routes.api import blueprint, send
from app.records.routes.sent import body_of
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import Who, access

ONE = "/<collection:collection>/<uuid:record_id>/favourite"


@blueprint.get("/favourites")
@described("list_favourites", house.FAVOURITES, parameters=(LIMITED,), **house.listed("Favourite"))
@access(who=Who.TOKEN)
def list_favourites() -> Response:
    """The records that the caller keeps at hand, in their order, as far as they may read them."""
    read_page(request.args, ())
    return _listed(current.actor())


def _listed(by: Actor) -> Response:
    data = [
        {
            "record_type": one.record_type.key,
            "record_id": str(one.id),
            "title": one.title,
            "url": workspace_url(by.tenant, one.url),
        }
        for one in shown(by)
    ]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.put("/favourites")
@described(
    "order_favourites",
    house.FAVOURITES,
    sends=house.FAVOURITES_ORDER,
    **house.listed("Favourite"),
)
@access(who=Who.TOKEN)
def order_favourites() -> Response:
    """Put the caller's favourites in this order; those not named follow behind as they were."""
    by = current.actor()
    places = _places(body_of(("favourites",)).get("favourites"))
    for kind in {one[0] for one in places}:
        demand_scope(by, kind, "update")
    operations.order_favourites(places, by)
    return _listed(by)


@blueprint.put(ONE)
@described("add_favourite", house.FAVOURITES, DONE)
@access(who=Who.TOKEN, record_verb="read")
def add_favourite(collection: str, record_id: UUID) -> Response:
    """Keep a record at hand, behind the others; twice is once, and there are at most 15."""
    record_type, by = _record(collection, record_id)
    operations.add_favourite(record_type, record_id, by)
    return Response(status=204)


@blueprint.delete(ONE)
@described("remove_favourite", house.FAVOURITES, DONE)
@access(who=Who.TOKEN, record_verb="read")
def remove_favourite(collection: str, record_id: UUID) -> Response:
    """Keep a record at hand no longer; one that was not is no mistake."""
    record_type, by = _record(collection, record_id)
    operations.remove_favourite(record_type.key, record_id, by)
    return Response(status=204)


def _places(raw: object) -> list[Place]:
    """The records that a body names, in its order; Refused where it names none rightly."""
    wrong = Refused(_("Give a list of objects."), field="favourites")
    if not isinstance(raw, list):
        raise wrong
    places = []
    for one in raw:
        told = one if isinstance(one, dict) else {}
        kind, text = told.get("record_type"), told.get("record_id")
        found = parse_id(text) if isinstance(text, str) else None
        if not isinstance(kind, str) or found is None or set(told) != {"record_type", "record_id"}:
            raise wrong
        places.append((kind, found))
    return places


def _record(collection: str, record_id: UUID) -> tuple[RecordType, Actor]:
    """The type of a record that the caller may read, for a token that may change something."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    fetch(record_type, record_id, by)
    demand_scope(by, record_type.key, "update")
    refuse_arguments(list(request.args))
    return record_type, by
