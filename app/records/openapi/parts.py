"""What calls are put together from: parameters, bodies, answers and references to schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.language import LOCALES
from app.records.api.asked import DEFAULT_LIMIT, MOST
from app.records.api.idempotency import HEADER
from app.records.openapi.values import Schema

Call = dict[str, Any]
ID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {**TEXT, "format": "date-time"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
# Kept reports have ids, those that come with the product have keys; so have parts of records.
KEYS = ("report", "parts")
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
ETAG: Mapping[str, Any] = {"ETag": {"schema": {"type": "string"}}}
LOCATION: Mapping[str, Any] = {"Location": {"schema": {"type": "string"}}}
# The refusals that any call may be answered with, and those of calls that change something.
READING = (401, 402, 403, 404, 405, 422, 429, 503)
CHANGING = (400, *READING[:5], 409, 412, 413, 415, 422, 429, 503)
BRINGING = (507,)  # No room on the disk.
DONE: dict[str, Any] = {"204": {"description": "Done"}}
UNSHOWN: dict[str, Any] = {"204": {"description": "Done; the record is out of the caller's reach"}}
NOT_MODIFIED: dict[str, Any] = {"304": {"description": "Not modified"}}


def refused(statuses: tuple[int, ...]) -> dict[str, Any]:
    """The problems that a call may be answered with."""
    return {str(status): {"$ref": "#/components/responses/Problem"} for status in statuses}


def ref(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(schema: Schema, headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer that holds this."""
    made: dict[str, Any] = {
        "description": "OK",
        "content": {"application/json": {"schema": schema}},
    }
    return made | {"headers": dict(headers)} if headers else made


def page_of(name: str) -> Schema:
    """One page of a list: `data` and the cursor of the `next` one."""
    return record_of(data={"type": "array", "items": ref(name)}, next=nullable(TEXT))


def record_of(**properties: Schema) -> Schema:
    """An object that always holds all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def localized() -> Schema:
    """A text in the languages of the product."""
    return {
        "type": "object",
        "properties": dict.fromkeys(LOCALES, TEXT),
        "additionalProperties": False,
    }


def nullable(schema: Schema) -> Schema:
    """As it is, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def one_of(*values: str) -> Schema:
    """One of these texts."""
    return {**TEXT, "enum": list(values)}


def sent(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """What a body may hold, and what it must."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | {"required": list(required)} if required else schema


def body(schema: Schema) -> dict[str, Any]:
    """A body that must be sent."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def form(schema: Schema) -> dict[str, Any]:
    """A form with a file that must be sent."""
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def parameter(name: str, schema: Schema | None = None) -> dict[str, Any]:
    """A parameter of the address."""
    return {"name": name, "in": "query", "schema": schema or TEXT}


def in_path(name: str) -> dict[str, Any]:
    """An id in the address, or the key of something that has none."""
    return {"name": name, "in": "path", "required": True, "schema": TEXT if name in KEYS else ID}


LIMITED = parameter("limit", LIMIT)
PAGED = (parameter("cursor"), LIMITED)  # Of a list that comes page by page.


def if_match() -> dict[str, Any]:
    """The version that was seen."""
    return {"name": "If-Match", "in": "header", "schema": TEXT}


def idempotency() -> dict[str, Any]:
    """The key under which a call is done once."""
    return {"name": HEADER, "in": "header", "schema": {**TEXT, "minLength": 1, "maxLength": 200}}
