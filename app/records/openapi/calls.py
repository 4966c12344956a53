"""What one caller can ask of a record type over the API: its addresses and their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.bulk.program import MOST as MOST_AT_ONCE
from app.records.exports.begin import formats_of
from app.records.openapi.parts import (
    CHANGING,
    ETAG,
    ID,
    LIMIT,
    LOCATION,
    NOT_MODIFIED,
    PAGED,
    READING,
    UNSHOWN,
    Call,
    answer,
    body,
    idempotency,
    if_match,
    in_path,
    page_of,
    parameter,
    ref,
    refused,
    sent,
)
from app.records.openapi.records import name_of
from app.records.openapi.values import Schema
from app.records.types import EXPORT, RecordType

Describe = Callable[[RecordType], Call]
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

# Where a rule of the workspace holds a change back, it waits at the address that is told.
WAITS: dict[str, Any] = {"202": answer(ref("Waits"), LOCATION)}


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
    if offers_merging(record_type, by):
        paths[f"{base}/{{id}}/merge"] = {"post": _merge(record_type)}
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
            "data": {"type": "array", "items": ref(name_of(record_type))},
            "next": {"type": ["string", "null"]},
            "total": {"type": "integer"},
            "total_is_exact": {"type": "boolean"},
        },
        "required": ["data", "next"],
    }
    parameters = [
        parameter("q"),
        parameter("filter", {"type": "string", "contentMediaType": "application/json"}),
        parameter("sort"),
        parameter("limit", LIMIT),
        parameter("cursor"),
        parameter("fields"),
        parameter("total", {"type": "string", "enum": ["capped", "exact"]}),
        parameter("group"),
        parameter("sum"),
    ]
    found = answer({"anyOf": [schema, GROUPS]})
    call = _call(record_type, "list", {"200": found}, READING)
    return call | {"parameters": parameters}


def _create(record_type: RecordType) -> Call:
    made = answer(ref(name_of(record_type)), {**ETAG, **LOCATION})
    call = _call(record_type, "create", {"201": made, **WAITS}, CHANGING)
    asked = body(ref(f"{name_of(record_type)}Create"))
    return call | {"parameters": [idempotency()], "requestBody": asked}


def _show(record_type: RecordType) -> Call:
    answers = {"200": _record(record_type), **NOT_MODIFIED}
    call = _call(record_type, "get", answers, READING)
    return call | {"parameters": [in_path("id"), parameter("fields")]}


def _change(record_type: RecordType) -> Call:
    call = _call(record_type, "update", {"200": _record(record_type), **WAITS}, CHANGING)
    asked = body(ref(f"{name_of(record_type)}Change"))
    return call | {"parameters": [in_path("id"), if_match()], "requestBody": asked}


def _delete(record_type: RecordType) -> Call:
    answers = {"204": {"description": "Deleted"}, **WAITS}
    call = _call(record_type, "delete", answers, (*READING, 409, 412))
    return call | {"parameters": [in_path("id"), if_match()]}


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
    call = _call(record_type, verb, {"200": _record(record_type), **WAITS}, CHANGING)
    asked = body(schema) | {"required": bool(required)}
    return call | {"parameters": [in_path("id"), if_match(), idempotency()], "requestBody": asked}


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
    call = _call(record_type, "bulk", {"200": answer(ref("BulkAnswer"))}, CHANGING)
    return call | {"parameters": [idempotency()], "requestBody": body(asked)}


def offers_merging(record_type: RecordType, by: Actor) -> bool:
    """True where records of this type can be merged by `by`."""
    may = all(by.may(record_type.key, verb) for verb in ("update", "delete"))
    return record_type.can_merge and may


def _merge(record_type: RecordType) -> Call:
    asked = sent(
        ("ids",),
        ids={"type": "array", "items": ID, "minItems": 1},
        choices={"type": "object", "additionalProperties": ID},
    )
    named = {**ETAG, "Merge-Id": {"schema": ID}}
    unshown = {"204": UNSHOWN["204"] | {"headers": {"Merge-Id": named["Merge-Id"]}}}
    shown = {"200": answer(ref(name_of(record_type)), named)}
    call = _call(record_type, "merge", shown | unshown, CHANGING)
    parameters = [in_path("id"), if_match(), idempotency()]
    return call | {"parameters": parameters, "requestBody": body(asked)}


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
    call = _call(record_type, "export", {"202": answer(ref("Export"), LOCATION)}, CHANGING)
    return call | {"parameters": [idempotency()], "requestBody": body(asked)}


def exports() -> dict[str, dict[str, Call]]:
    """The addresses of the exports that were asked for."""
    path, base = [in_path("id")], "/exports"

    def call(name: str, answers: dict[str, Any], *, refusals: tuple[int, ...] = READING) -> Call:
        told = {**answers, **refused(refusals)}
        return {"operationId": name, "tags": [str(_("Exports"))], "responses": told}

    binary = {"description": "OK", "content": {"application/octet-stream": {}}}
    one, many = {"200": answer(ref("Export"))}, {"200": answer(page_of("Export"))}
    stop = call("cancel_export", one, refusals=(*READING, 409))
    drop = call("delete_export", {"204": {"description": "Deleted"}}, refusals=(*READING, 409))
    return {
        base: {"get": call("list_exports", many) | {"parameters": [*PAGED]}},
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
    return {
        "operationId": f"{verb}_{record_type.key}",
        "tags": [str(record_type.words.many)],
        "responses": {**answers, **refused(refusals)},
    }


def _record(record_type: RecordType) -> dict[str, Any]:
    return answer(ref(name_of(record_type)), ETAG)
