"""Routes of the API that describe themselves: views, the audit and the like, which are no type's.

The description stands at the route, as its access does, and `document` reads it from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.openapi.parts import (
    BRINGING,
    CHANGING,
    READING,
    Call,
    body,
    form,
    idempotency,
    if_match,
    in_path,
    refused,
)
from app.records.openapi.values import Schema
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web.access import Access

View = TypeVar("View", bound=Callable[..., Any])
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
COLLECTION = "collection"  # A route with this in its address stands below each record type.


def on_some_type(right: str) -> Callable[[Actor], bool]:
    """For `is_offered`: true for whoever has a right on any record type."""
    return lambda by: any(by.may(one.key, right) for one in switched_on(by))


@dataclass(frozen=True, slots=True)
class Described:
    """What one route is called, takes and answers.

    `sends` is the schema of its body, `schemas` are those that it refers to by name. A route below
    record types is told for each that the caller reads. `is_repeatable` takes an Idempotency-Key,
    `is_versioned` an If-Match; with `brings_file` its body is a form with a file, with `sends_form`
    it may be one of that schema instead of JSON;
    `is_offered` is false for whoever lacks what the route itself asks; below record types, `needs`
    is the right on the type that it asks for, and `fits` is false for types without such things.
    """

    operation: str
    tag: Text
    answers: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...] = ()
    sends: Schema | None = None
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    brings_file: bool = False
    sends_form: Schema | None = None
    is_repeatable: bool = False
    is_versioned: bool = False
    is_offered: Callable[[Actor], bool] = lambda _by: True
    needs: str = "read"
    fits: Callable[[RecordType], bool] = lambda _type: True


@dataclass(frozen=True, slots=True)
class Route:
    """A route that describes itself, at its address below /api/v1, with who may call it."""

    rule: str
    method: str
    described: Described
    access: Access
    summary: str


def described(
    operation: str, tag: Text, answers: Mapping[str, Any], **more: Any
) -> Callable[[View], View]:
    """Describe the decorated route; see Described."""
    found = Described(operation, tag, answers, **more)

    def declare(view: View) -> View:
        view.openapi = found  # type: ignore[attr-defined]
        return view

    return declare


def description_of(view: Callable[..., Any]) -> Described | None:
    """What a route says of itself, or None."""
    found: Described | None = getattr(view, "openapi", None)
    return found


def calls_of(route: Route, by: Actor) -> dict[str, Call]:
    """The calls of a route that `by` may make, by their address: one, or one for each type."""
    permission = route.access.permission
    if not route.described.is_offered(by) or (permission and not by.may(*permission)):
        return {}
    names = VARIABLE.findall(route.rule)
    path = VARIABLE.sub(r"{\1}", route.rule)
    if COLLECTION not in names:
        return {path: _call(route, names, route.described.operation)}
    return {
        path.replace(f"{{{COLLECTION}}}", one.collection): _call(
            route,
            [name for name in names if name != COLLECTION],
            f"{route.described.operation}_{one.key}",
        )
        for one in switched_on(by)
        if by.may(one.key, route.described.needs) and route.described.fits(one)
    }


def schemas_of(route: Route) -> Mapping[str, Schema]:
    """The schemas that a route refers to by name."""
    return route.described.schemas


def _call(route: Route, names: list[str], operation: str) -> Call:
    said = route.described
    refusals = READING if route.method == "get" else CHANGING
    if said.brings_file or said.sends_form is not None:
        refusals = (*refusals, *BRINGING)
    call: Call = {
        "operationId": operation,
        "summary": route.summary.partition("\n")[0],
        "tags": [str(said.tag)],
        "parameters": [
            *map(in_path, names),
            *said.parameters,
            *([if_match()] if said.is_versioned else []),
            *([idempotency()] if said.is_repeatable else []),
        ],
        "responses": {**said.answers, **refused(refusals)},
    }
    if said.sends is None:
        return call
    return call | {"requestBody": _body(said, said.sends)}


def _body(said: Described, sends: Schema) -> Call:
    if said.brings_file:
        return form(sends)
    told = body(sends)
    if said.sends_form is not None:
        told["content"] |= form(said.sends_form)["content"]
    return told
