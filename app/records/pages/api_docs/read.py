"""The document of the API as groups of calls, with everything of a call that a reader asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.records.pages.api_docs.examples import as_command, as_program, sample
from app.records.pages.api_docs.words import label_of

Document = Mapping[str, Any]
Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
LISTED = 60  # Options of one field that are told.


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter, or a field of what is sent or told."""

    name: str
    title: str
    kind: str
    options: tuple[str, ...] = ()
    is_required: bool = False
    is_readonly: bool = False
    help: str = ""
    place: str = ""  # Of a parameter: path, query or header.


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `try_url` is where a browser can ask it, for what only reads and needs no id."""

    anchor: str
    method: str
    path: str
    label: str
    parameters: tuple[Row, ...]
    sends: tuple[Row, ...]
    tells: tuple[Row, ...]
    answers: tuple[str, ...]
    refusals: tuple[str, ...]
    command: str
    program: str
    try_url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The calls below one address, `/contacts`, and below others of the same title."""

    key: str
    title: str
    calls: list[Call] = field(default_factory=list)


def groups_of(document: Document) -> list[Group]:
    """Every group of the document, in its order."""
    server = document["servers"][0]["url"]
    found: dict[str, Group] = {}
    titled: dict[str, Group] = {}
    for path, methods in document["paths"].items():
        key = path.strip("/").partition("/")[0].partition(".")[0]
        for method in METHODS:
            if method in methods:
                told = methods[method]
                title = told["tags"][0]
                if key not in found:
                    found[key] = titled.setdefault(title, Group(key, title))
                group = found[key]
                group.calls.append(_call(document, server, path, method, told))
    return list(titled.values())


def matching(groups: Sequence[Group], q: str) -> list[tuple[Group, list[Call]]]:
    """The calls in which all words of `q` occur: in address, name, or a field's name or title."""
    words = q.casefold().split()
    found = []
    for group in groups:
        calls = [one for one in group.calls if _has(group, one, words)]
        if calls:
            found.append((group, calls))
    return found


def _has(group: Group, call: Call, words: Sequence[str]) -> bool:
    parts = [group.title, call.method, call.path, call.label]
    parts += [part for row in (*call.parameters, *call.sends, *call.tells) for part in _named(row)]
    text = " ".join(parts).casefold()
    return all(word in text for word in words)


def _named(row: Row) -> tuple[str, str]:
    return row.name, row.title


def _call(document: Document, server: str, path: str, method: str, told: Mapping[str, Any]) -> Call:
    sends = _resolved(document, _content(told.get("requestBody", {})))
    answers = told["responses"]
    good = [status for status in answers if status < "400"]
    shown = next((_content(answers[one]) for one in good if _content(answers[one])), {})
    parameters = tuple(_parameters(told))
    body = sample(sends, document) if sends.get("properties") else None
    needs_id = any(row.place == "path" for row in parameters)
    return Call(
        anchor=told["operationId"],
        method=method.upper(),
        path=path,
        label=label_of(told["operationId"], told.get("summary", "")),
        parameters=parameters,
        sends=tuple(_rows(document, sends)),
        tells=tuple(_rows(document, _one(document, shown))),
        answers=tuple(good),
        refusals=tuple(status for status in answers if status >= "400"),
        command=as_command(method.upper(), server + path, body),
        program=as_program(method, path, server, body),
        try_url=f"{server}{path}" if method == "get" and not needs_id else "",
    )


def _content(part: Mapping[str, Any]) -> Schema:
    """The schema of the JSON in a body or an answer; empty where there is none."""
    found: Schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _resolved(document: Document, schema: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = document["components"]["schemas"][name] if name else schema
    return found


def _one(document: Document, schema: Schema) -> Schema:
    """What one thing looks like: of a list that of its entries, of a choice the first."""
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return _one(document, schema["anyOf"][0])
    data = schema.get("properties", {}).get("data", {})
    return _one(document, data["items"]) if "items" in data else schema


def _parameters(told: Mapping[str, Any]) -> Iterator[Row]:
    for one in told.get("parameters", ()):
        kind, options = kind_of(one["schema"])
        yield Row(
            one["name"], "", kind, options, is_required=one.get("required", False), place=one["in"]
        )


def _rows(document: Document, schema: Schema) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        kind, options = kind_of(_resolved(document, one))
        yield Row(
            name,
            one.get("title", ""),
            kind,
            options,
            is_required=name in required,
            is_readonly=one.get("readOnly", False),
            help=one.get("description", ""),
        )


def kind_of(schema: Schema) -> tuple[str, tuple[str, ...]]:
    """A kind of value in the words of the standard, `string (date-time)`, and what it is one of."""
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return kind_of(one)
    kinds = schema.get("type", "any")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if kind == "array":
        inner, options = kind_of(schema.get("items", {}))
        return f"array of {inner}", options
    if kind == "object" and schema.get("properties"):
        return f"object ({', '.join(schema['properties'])})", ()
    narrower = schema.get("format") or (f"≤ {schema['maxLength']}" if "maxLength" in schema else "")
    options = tuple(str(one) for one in schema.get("enum", ())[:LISTED])
    return f"{kind} ({narrower})" if narrower else kind, options
