"""The OpenAPI document of a workspace, for one caller: nothing that their role may not see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.kernel.actor import Actor
from app.records.exports.models import State
from app.records.openapi.calls import calls, exports
from app.records.openapi.described import Route, calls_of, schemas_of
from app.records.openapi.parts import ID
from app.records.openapi.records import schemas
from app.records.tailored import switched_on

VERSION = "3.1.0"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["title", "status"],
}
BULK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "batch_id": ID,
        "done": {"type": "integer"},
        "left_out": {"type": "integer"},
        "asked": {"type": "integer"},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": ["string", "null"]},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "approval": {"type": "string"},
                    "errors": PROBLEM["properties"]["errors"],
                },
                "required": ["id", "status"],
            },
        },
    },
    "required": ["batch_id", "done", "left_out", "results"],
}

WAITS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "approval": {
            "type": "object",
            "properties": {"id": ID, "url": {"type": "string"}},
            "required": ["id", "url"],
        },
        "detail": {"type": "string"},
    },
    "required": ["approval", "detail"],
}

EXPORT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": ID,
        "record_type": {"type": "string"},
        "format": {"type": "string"},
        "state": {"type": "string", "enum": [one.value for one in State]},
        "rows": {"type": "integer"},
        "done": {"type": "integer"},
        "size": {"type": ["integer", "null"]},
        "error": {"type": ["string", "null"]},
        "user_id": {"type": ["string", "null"]},
        "created_at": {"type": "string"},
        "finished_at": {"type": ["string", "null"]},
        "expires_at": {"type": ["string", "null"]},
        "file": {"type": ["string", "null"]},
    },
    "required": ["id", "record_type", "format", "state", "rows", "done"],
}


def document(by: Actor, server: str, routes: Iterable[Route] = ()) -> dict[str, Any]:
    """The API that `by` can call at `server`: every record type that they may do something with.

    `routes` are those that describe themselves, as what they are about is no type's own.
    """
    paths: dict[str, Any] = {}
    shapes: dict[str, Any] = {"Problem": PROBLEM, "BulkAnswer": BULK, "Waits": WAITS}
    for record_type in switched_on(by):
        found = calls(record_type, by)
        if found:
            paths |= found
            shapes |= schemas(record_type, by)
    if any(path.endswith("/export") for path in paths):
        paths |= exports()
        shapes["Export"] = EXPORT
    for route in routes:
        for path, call in calls_of(route, by).items():
            paths.setdefault(path, {})[route.method] = call
            shapes |= schemas_of(route)
    problem = {
        "description": "A refusal, as RFC 9457 says; a wrong field is named.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    return {
        "openapi": VERSION,
        "info": {"title": by.tenant.name, "version": "1"},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "responses": {"Problem": problem},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
