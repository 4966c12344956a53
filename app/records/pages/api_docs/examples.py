"""What a call looks like: as a command of curl, and as a program in Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TOKEN = "$ZUKE_TOKEN"  # noqa: S105  Where a token goes, not one.
AN_ID = "01a2041a-7c0e-7b13-b7f0-b7c0c5a4b1de"
FORMATS = {
    "uuid": AN_ID,
    "date-time": "2026-11-22T09:30:00Z",
    "date": "2026-11-22",
    "email": "wei@example.com",
    "uri": "https://example.com/",
}
VALUES: Mapping[str, Any] = {
    "string": "…",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}
MOST = 4  # Fields of an example, beyond those that must be sent.


def sample(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A body that fits: what must be sent, and some of the rest."""
    properties = schema.get("properties", {})
    required = list(schema.get("required", ()))
    keys = required or list(properties)[:MOST]
    return {key: _value(properties[key], document) for key in keys if key in properties}


def as_command(method: str, url: str, body: Any) -> str:
    """The call as a command."""
    parts = [f"curl -H 'Authorization: Bearer '{TOKEN}"]
    if method != "GET":
        parts.append(f"-X {method}")
    if body is not None:
        text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
        parts.append(f"-H 'Content-Type: application/json' -d '{text}'")
    return " \\\n  ".join([*parts, f"'{_with_id(url)}'"])


def as_program(method: str, path: str, server: str, body: Any) -> str:
    """The call as a program that uses the requests library."""
    lines = [
        "import os, requests",
        "",
        f"answer = requests.{method}(",
        f'    "{server}{_with_id(path)}",',
        '    headers={"Authorization": "Bearer " + os.environ["ZUKE_TOKEN"]},',
    ]
    if body is not None:
        lines.append(f"    json={body!r},")
    return "\n".join([*lines, "    timeout=30,", ")", "answer.raise_for_status()"])


def _with_id(path: str) -> str:
    """An address with an id in each place that wants one."""
    pieces = path.split("{")
    return pieces[0] + "".join(AN_ID + piece.partition("}")[2] for piece in pieces[1:])


def _value(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return _value(document["components"]["schemas"][name], document)
    shapes = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if shapes:
        return _value(shapes[0], document)
    for one in (*schema.get("enum", ()), schema.get("const")):
        if one is not None:
            return one
    return _plain(schema, document)


def _plain(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """A value of a schema that is of one kind."""
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if kind == "object" and schema.get("required"):
        return sample(schema, document)
    if kind == "array" and schema.get("items"):
        return [_value(schema["items"], document)]
    if schema.get("pattern"):
        return "1200.00"
    return FORMATS.get(schema.get("format", ""), VALUES.get(kind, "…"))
