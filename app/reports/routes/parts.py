"""What records consist of, such as the lines of orders: the rows behind the numbers of reports."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.records.access import readable_fields
from app.records.api.asked import read_limit
from app.records.api.shape import Reply, dumps
from app.records.filters import once_each, read_filters
from app.records.openapi.described import described
from app.records.openapi.parts import ID, PAGED, TEXT, answer, nullable, record_of
from app.records.pages.filtering.choosing import find_in
from app.records.pages.filtering.offers import offers
from app.records.parts.rows import part_rows
from app.records.routes.api import send
from app.records.routes.filters import people_found
from app.records.values import as_json
from app.reports.pages.parts import parts_shown, parts_type
from app.reports.routes import api_told as told
from app.reports.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access
from app.web.render import fragment, page

RESERVED = ("cursor", "limit")
PART = {
    "type": "object",
    "properties": {"id": ID, "of_id": ID},
    "required": ["id", "of_id"],
    "additionalProperties": True,
}
PARTS = record_of(data={"type": "array", "items": PART}, next=nullable(TEXT))


@blueprint.get("/parts/<parts>")
@access()
def show_parts(parts: str) -> Response:
    """The rows behind a number of a report of what records consist of, with their records."""
    by = current.actor()
    once_each(request.args)
    kind = parts_type(parts, by)
    return page("reports/parts.html", it=parts_shown(kind, request.args, by))


@blueprint.get("/parts/<parts>/filter/fields")
@access()
def find_fields_of_parts(parts: str) -> Response:
    """The fields that a report of such parts can be narrowed by, by the words in the box."""
    by = current.actor()
    found = find_in(offers(parts_type(parts, by), by), request.args.get("q", ""))
    return fragment("records/_filter_fields.html", found=found)


@blueprint.get("/parts/<parts>/filter/people")
@access()
def find_people_of_parts(parts: str) -> Response:
    """Colleagues by the words in the box; without words, the reader and their team first."""
    by = current.actor()
    parts_type(parts, by)
    return people_found(request.args.get("q", ""), by)


@blueprint.get("/api/v1/parts/<parts>")
@described("list_parts", told.TAG, {"200": answer(PARTS)}, parameters=PAGED)
@access(who=Who.TOKEN)
def list_parts(parts: str) -> Response:
    """What records consist of, such as `order_lines`, with the fields of their records.

    Filters are written as those of any list; `records` of a report's row is such a query. The
    newest record's come first; `next` is the cursor of the page behind.
    """
    by = current.actor()
    once_each(request.args)
    kind = parts_type(parts, by)
    filters = read_filters(request.args, RESERVED)
    limit = read_limit(request.args.get("limit"))
    found = part_rows(kind, filters, by, cursor=request.args.get("cursor", ""), limit=limit)
    keys = [one.key for one in readable_fields(kind, by)]
    data = [_told(row, keys) for row in found.rows]
    return send(Reply(200, dumps({"data": data, "next": found.next or None})))


def _told(row: Any, keys: list[str]) -> dict[str, Any]:
    held = row._mapping
    fields = {key: as_json(held[key]) for key in keys}
    return {**fields, "id": str(held["part_id"]), "of_id": str(held["of_id"])}
