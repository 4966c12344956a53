"""Reading what a call says: `items[0][price]=…` becomes a tree, checked against the client's types.

Stripe's client writes every parameter as text in a form. Each `TypedDict` of `stripe.params` tells
which there are, which must be there and of what type; what it does not know, Stripe refuses.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from app.demo.stripe.errors import Wrong

STEP = re.compile(r"\[([^\[\]]*)\]")
# What the client adds to every call's type for itself and never sends.
OF_THE_CLIENT = frozenset(
    {
        "api_key",
        "stripe_version",
        "stripe_account",
        "stripe_context",
        "max_network_retries",
        "idempotency_key",
        "content_type",
        "headers",
    }
)
DEEPEST = 8
OPTIONAL: Any = NotRequired
REQUIRED: Any = Required


def read(pairs: Iterable[tuple[str, str]], module: str, name: str) -> dict[str, Any]:
    """The parameters of a call, of which `stripe.params` says in `module` what they may be."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _put(tree, key, value)
    return _check_dict(_lists(tree), module, name, "")


def _put(tree: dict[str, Any], key: str, value: str) -> None:
    head, _bracket, _rest = key.partition("[")
    steps = [head, *STEP.findall(key[len(head) :])]
    if len(steps) > DEEPEST:
        raise Wrong(f"Invalid parameter: {key}", param=key)
    at = tree
    for step in steps[:-1]:
        inner = at.setdefault(step, {})
        if not isinstance(inner, dict):
            raise Wrong(f"Invalid parameter: {key}", param=key)
        at = inner
    last = steps[-1]
    at[last or str(len(at))] = value


def _lists(tree: Any) -> Any:
    """Trees whose keys are 0, 1, 2 … are lists."""
    if not isinstance(tree, dict):
        return tree
    made = {key: _lists(value) for key, value in tree.items()}
    if made and all(key.isdigit() for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made


@cache
def _module(name: str) -> Any:
    return import_module(f"stripe.params.{name}")


@cache
def _fields(module: str, name: str) -> dict[str, tuple[Any, bool]]:
    """Each key of a TypedDict with its type, and whether it must be there."""
    found = {}
    kind = getattr(_module(module), name)
    # The options of the client itself name types that are not imported beside the calls.
    names = {"StripeContext": Any, "Mapping": Mapping, **vars(_module(module))}
    hints = get_type_hints(kind, globalns=names, include_extras=True)
    is_call = name.endswith("Params")
    for key, hint in hints.items():
        if key in OF_THE_CLIENT and is_call:
            continue
        is_optional = get_origin(hint) is OPTIONAL
        plain = get_args(hint)[0] if get_origin(hint) in (OPTIONAL, REQUIRED) else hint
        found[key] = (plain, not is_optional)
    return found


def _check_dict(given: Any, module: str, name: str, place: str) -> dict[str, Any]:
    fields = _fields(module, name)
    if not isinstance(given, dict):
        raise Wrong("Invalid object", param=place or None)
    for key in given:
        if key not in fields:
            where = _inside(place, key)
            raise Wrong(
                f"Received unknown parameter: {where}", code="parameter_unknown", param=where
            )
    for key, (_hint, needed) in fields.items():
        if needed and key not in given:
            where = _inside(place, key)
            raise Wrong(f"Missing required param: {where}.", code="parameter_missing", param=where)
    return {
        key: _check(value, fields[key][0], module, _inside(place, key))
        for key, value in given.items()
    }


def _check(value: Any, hint: Any, module: str, place: str) -> Any:
    kinds = _kinds(hint)
    literals = [one for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    if value in literals and isinstance(value, str):
        return value
    real = [one for one in literals if one != ""]
    if isinstance(value, str):
        found = _scalar(value, kinds, closed=bool(real), place=place)
    else:
        found = _branch(value, kinds, module, place)
    if found is not None:
        return found
    if real:
        allowed = " or ".join([", ".join(real[:-1]), real[-1]] if len(real) > 1 else real)
        raise Wrong(f"Invalid {place}: must be one of {allowed}", param=place)
    raise Wrong(f"Invalid {place}", param=place)


def _branch(value: Any, kinds: list[Any], module: str, place: str) -> Any:
    """An object or a list as one of the types wants it; None where it fits none."""
    for kind in kinds:
        if is_typeddict(kind) and isinstance(value, dict):
            return _check_dict(value, module, kind.__name__, place)
        if get_origin(kind) is list and isinstance(value, list):
            inner = get_args(kind)[0]
            return [_check(one, inner, module, f"{place}[{n}]") for n, one in enumerate(value)]
        if get_origin(kind) is dict and isinstance(value, dict):
            return {str(key): str(one) for key, one in value.items()}
    return None


def _scalar(value: str, kinds: list[Any], *, closed: bool, place: str) -> Any:
    """A text as the type wants it; None where it fits none. Listed words allow no others."""
    for kind, read_as in (
        (bool, _boolean),
        (int, _integer),
        (Decimal, _decimal),
        (float, _decimal),
    ):
        if kind in kinds:
            return read_as(value, place)
    if str in kinds and not closed:
        if value == "":
            raise Wrong(
                f"You passed an empty string for '{place}'.",
                code="parameter_invalid_empty",
                param=place,
            )
        return value
    return None


def _boolean(value: str, place: str) -> bool:
    if value not in ("true", "false"):
        raise Wrong(f"Invalid boolean: {value}", param=place)
    return value == "true"


def _integer(value: str, place: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", value):
        raise Wrong(f"Invalid integer: {value}", code="parameter_invalid_integer", param=place)
    return int(value)


def _decimal(value: str, place: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise Wrong(f"Invalid decimal: {value}", param=place) from None


def _kinds(hint: Any) -> list[Any]:
    """The alternatives of a union, in a flat list."""
    if get_origin(hint) in (Union, types.UnionType):
        found = []
        for one in get_args(hint):
            found += _kinds(one)
        return found
    return [hint]


def _inside(place: str, key: str) -> str:
    return f"{place}[{key}]" if place else key
