"""What one caller can ask of a record type over the API: its addresses and their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.actor import Actor
from app.records.api.asked import DEFAULT_LIMIT, MOST
from app.records.api.idempotency import HEADER
from app.records.bulk.program import MOST as MOST_AT_ONCE
from app.records.exports.begin import formats_of
from app.records.openapi.records import ID, name_of
from app.records.openapi.values import Schema
from app.records.types import EXPORT, RecordType

Call = dict[str, Any]
Describe = Callable[[RecordType], Call]
ETAG: Mapping[str, Any] = {"ETag": {"schema": {"type": "string"}}}
# The refusals that any call may be answered with, and those of calls that change something.
READING = (401, 403, 404, 422, 503)
GROUPS: Schema = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "value": {"type": ["string", "boolean", "null"]},
                    "title": {"type": ["string", "null"]},
                    "is_hidden": {"type": "boolean"},
                    "count": {"type": "integer"},
                    "sums": {"type": "object"},
                },
                "required": ["value", "count", "sums"],
            },
        },
        "groups": {"type": "integer"},
        "total": {"type": "integer"},
        "sums": {"type": "object"},
    },
    "required": ["data", "groups", "total", "sums"],
}
CHANGING = (400, *READING[:3], 409, 412, 413, 415, 422, 503)


def calls(record_type: RecordType, by: Actor) -> dict[str, dict[str, Call]]:
    """The addresses of a type below /api/v1, each with the methods that the role allows."""
    base = f"/{record_type.collection}"
    made = {"get": ("read", _list), "post": ("create", _create)}
    one = {"get": ("read", _show), "patch": ("update", _change), "delete": ("delete", _delete)}
    paths = {
        base: _allowed(record_type, by, made),
        f"{base}/{{id}}": _allowed(record_type, by, one),
    }
    if any(by.may(record_type.key, verb) for verb in record_type.verbs if verb != "read"):
        paths[f"{base}/bulk"] = {"post": _bulk(record_type)}
    if by.may(record_type.key, "read") and by.may(record_type.key, EXPORT):
        paths[f"{base}/export"] = {"post": _export(record_type)}
    if by.may(record_type.key, "delete"):
        paths[f"{base}/{{id}}/restore"] = {"post": _acting(record_type, "restore", {}, ())}
    for action in record_type.actions:
        if by.may(record_type.key, action.name):
            inputs: dict[str, Schema] = {key: {} for key in action.takes}
            call = _acting(record_type, action.name, inputs, action.inputs)
            paths[f"{base}/{{id}}/{action.name}"] = {"post": call | {"summary": str(action.label)}}
    return {path: methods for path, methods in paths.items() if methods}


def _allowed(
    record_type: RecordType, by: Actor, methods: Mapping[str, tuple[str, Describe]]
) -> dict[str, Call]:
    return {
        method: describe(record_type)
        for method, (verb, describe) in methods.items()
        if by.may(record_type.key, verb)
    }


def _list(record_type: RecordType) -> Call:
    schema = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": _ref(name_of(record_type))},
            "next": {"type": ["string", "null"]},
            "total": {"type": "integer"},
            "total_is_exact": {"type": "boolean"},
        },
        "required": ["data", "next"],
    }
    most: Schema = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    parameters = [
        _parameter("q", {"type": "string"}),
        _parameter("filter", {"type": "string", "contentMediaType": "application/json"}),
        _parameter("sort", {"type": "string"}),
        _parameter("limit", most),
        _parameter("cursor", {"type": "string"}),
        _parameter("fields", {"type": "string"}),
        _parameter("total", {"type": "string", "enum": ["capped", "exact"]}),
        _parameter("group", {"type": "string"}),
        _parameter("sum", {"type": "string"}),
    ]
    answer = _json({"anyOf": [schema, GROUPS]})
    call = _call(record_type, "list", {"200": answer}, READING)
    return call | {"parameters": parameters}


def _create(record_type: RecordType) -> Call:
    made = _json(_ref(name_of(record_type)))
    made["headers"] = {**ETAG, "Location": {"schema": {"type": "string"}}}
    call = _call(record_type, "create", {"201": made}, CHANGING)
    body = _body(_ref(f"{name_of(record_type)}Create"))
    return call | {"parameters": [_idempotency()], "requestBody": body}


def _show(record_type: RecordType) -> Call:
    answers = {"200": _record(record_type), "304": {"description": "Not modified"}}
    call = _call(record_type, "get", answers, READING)
    return call | {"parameters": [_id(), _parameter("fields", {"type": "string"})]}


def _change(record_type: RecordType) -> Call:
    call = _call(record_type, "update", {"200": _record(record_type)}, CHANGING)
    body = _body(_ref(f"{name_of(record_type)}Change"))
    return call | {"parameters": [_id(), _if_match()], "requestBody": body}


def _delete(record_type: RecordType) -> Call:
    answers = {"204": {"description": "Deleted"}}
    call = _call(record_type, "delete", answers, (*READING, 409, 412))
    return call | {"parameters": [_id(), _if_match()]}


def _acting(
    record_type: RecordType, verb: str, inputs: Mapping[str, Schema], required: tuple[str, ...]
) -> Call:
    schema: Schema = {
        "type": "object",
        "properties": dict(inputs),
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    call = _call(record_type, verb, {"200": _record(record_type)}, CHANGING)
    body = _body(schema) | {"required": bool(required)}
    return call | {"parameters": [_id(), _if_match(), _idempotency()], "requestBody": body}


def _bulk(record_type: RecordType) -> Call:
    verbs = [verb for verb in record_type.verbs if verb != "read"]
    record = {"type": "object", "properties": {"id": ID}}
    asked = {
        "type": "object",
        "properties": {
            "verb": {"type": "string", "enum": verbs},
            "each": {"type": "boolean", "default": False},
            "records": {
                "type": "array",
                "items": record,
                "minItems": 1,
                "maxItems": MOST_AT_ONCE,
            },
        },
        "required": ["verb", "records"],
        "additionalProperties": False,
    }
    call = _call(record_type, "bulk", {"200": _json(_ref("BulkAnswer"))}, CHANGING)
    return call | {"parameters": [_idempotency()], "requestBody": _body(asked)}


def _export(record_type: RecordType) -> Call:
    asked = {
        "type": "object",
        "properties": {
            "format": {"type": "string", "enum": [*formats_of(record_type)], "default": "csv"},
            "query": {"type": "string"},
            "ids": {"type": "array", "items": ID, "minItems": 1, "maxItems": MOST_AT_ONCE},
            "fields": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "additionalProperties": False,
    }
    begun = _json(_ref("Export"))
    begun["headers"] = {"Location": {"schema": {"type": "string"}}}
    call = _call(record_type, "export", {"202": begun}, CHANGING)
    return call | {"parameters": [_idempotency()], "requestBody": _body(asked)}


def exports() -> dict[str, dict[str, Call]]:
    """The addresses of the exports that were asked for."""
    path, base = [_id()], "/exports"

    def call(name: str, answer: dict[str, Any], *, refusals: tuple[int, ...] = READING) -> Call:
        refused = {str(one): {"$ref": "#/components/responses/Problem"} for one in refusals}
        return {"operationId": name, "tags": ["exports"], "responses": {**answer, **refused}}

    many = {"type": "object", "properties": {"data": {"type": "array", "items": _ref("Export")}}}
    limit = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST})
    binary = {"description": "OK", "content": {"application/octet-stream": {}}}
    one = {"200": _json(_ref("Export"))}
    stop = call("cancel_export", one, refusals=(*READING, 409))
    drop = call("delete_export", {"204": {"description": "Deleted"}}, refusals=(*READING, 409))
    return {
        base: {"get": call("list_exports", {"200": _json(many)}) | {"parameters": [limit]}},
        f"{base}/{{id}}": {
            "get": call("get_export", one) | {"parameters": path},
            "delete": drop | {"parameters": path},
        },
        f"{base}/{{id}}/file": {
            "get": call("download_export", {"200": binary}) | {"parameters": path}
        },
        f"{base}/{{id}}/cancel": {"post": stop | {"parameters": path}},
    }


def _call(
    record_type: RecordType, verb: str, answers: Mapping[str, Any], refusals: tuple[int, ...]
) -> Call:
    refused = {str(status): {"$ref": "#/components/responses/Problem"} for status in refusals}
    return {
        "operationId": f"{verb}_{record_type.key}",
        "tags": [str(record_type.words.many)],
        "responses": {**answers, **refused},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Schema) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _record(record_type: RecordType) -> dict[str, Any]:
    return _json(_ref(name_of(record_type))) | {"headers": dict(ETAG)}


def _body(schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": ID}


def _if_match() -> dict[str, Any]:
    return {"name": "If-Match", "in": "header", "schema": {"type": "string"}}


def _idempotency() -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return {"name": HEADER, "in": "header", "schema": schema}
