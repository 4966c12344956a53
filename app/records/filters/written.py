"""Filters as an address carries them: `city=York`, `created_at__gte=...`, or a tree in JSON.

A tree stands in the argument `filter`: `{"or": [{"f": "city", "op": "eq", "v": "York"}, ...]}`,
with `and`, `or` and `not` (none of these) around conditions and each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.filters.node import DEEPEST, Filter, Group, Node, name_of

ARGUMENT = "filter"
GROUPS = ("and", "or", "not")
LISTS = ("in", "nin", "between")  # Operators that compare with several values.


class Unread(Refused):
    """The filters of an address are written in a way that can't be read; the message says how."""


def read_filters(arguments: Mapping[str, str], reserved: Collection[str]) -> tuple[Node, ...]:
    """The filters among the arguments of a URL, all of which must hold.

    A field or an operator of no meaning is Refused later, a tree that can't be read at once.
    """
    found: list[Node] = []
    for name, text in arguments.items():
        if name == ARGUMENT:
            found += read_tree(text)
        elif name not in reserved:
            key, _sep, operator = name.partition("__")
            found.append(Filter(key, operator or "eq", text))
    return tuple(found)


def once_each(arguments: MultiDict[str, str], besides: Collection[str] = ()) -> None:
    """Refused where a parameter is given twice, other than those `besides`."""
    given = [(name, len(values)) for name, values in arguments.lists()]
    double = [name for name, number in given if number > 1 and name not in besides]
    if double:
        message = _("Give this parameter once.")
        raise Refused(message, errors=dict.fromkeys(double, message))


def write_filters(filters: Iterable[Node]) -> list[tuple[str, str]]:
    """The same filters as arguments: what can stand by itself does, all else as one tree."""
    pairs: dict[str, str] = {}
    tree: list[Node] = []
    for one in filters:
        if isinstance(one, Filter) and name_of(one) not in pairs:
            pairs[name_of(one)] = one.text
        else:
            tree.append(one)
    if tree:
        pairs[ARGUMENT] = json.dumps(as_tree(tree), ensure_ascii=False, separators=(",", ":"))
    return list(pairs.items())


def as_tree(filters: Sequence[Node]) -> dict[str, Any]:
    """Some filters, all of which must hold, as one object of JSON; `read_tree` reads its text."""
    return _plain(filters[0] if len(filters) == 1 else Group("and", tuple(filters)))


def read_tree(text: str) -> tuple[Node, ...]:
    """The filters of a tree; those of an outermost `and` one by one. Refused when it is none."""
    if not text.strip():
        return ()
    try:
        raw = json.loads(text)
        json.dumps(raw, ensure_ascii=False).encode()  # JSON can spell half a letter.
    except (ValueError, RecursionError):
        raise _unread(_("This filter is no JSON.")) from None
    # All filters must hold anyway, so an outermost `and` is no group of its own.
    found = _node(raw, 0 if isinstance(raw, dict) and "and" in raw else 1)
    return found.parts if isinstance(found, Group) and found.how == "and" else (found,)


def read_list(text: str) -> list[str]:
    """The parts of a list written with commas; a backslash keeps the character after it."""
    parts = re.findall(r"(?:^|,)((?:[^,\\]|\\.|\\$)*)", text, re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts]


def write_list(values: Iterable[str]) -> str:
    """A list as one text, from which `read_list` gives the same parts again."""
    return ",".join(re.sub(r"([,\\])", r"\\\1", value) for value in values)


def _node(raw: Any, depth: int) -> Node:
    if not isinstance(raw, dict):
        raise _unread(_("Each part of a filter is an object."))
    if "f" in raw:
        return _filter(raw)
    how = next((one for one in GROUPS if list(raw) == [one]), None)
    if how is None:
        raise _unread(_("A filter has a field (f), or one of and, or, not."))
    if depth > DEEPEST:
        message = _("Groups of conditions go %(most)s deep at most.", most=DEEPEST)
        raise Refused(message, field=ARGUMENT)
    inner = [raw[how]] if how == "not" and isinstance(raw[how], dict) else raw[how]
    if not isinstance(inner, list) or not inner:
        raise _unread(_("A group holds a list of conditions."))
    parts = tuple(_node(one, depth + 1) for one in inner)
    return parts[0] if len(parts) == 1 and how != "not" else Group(how, parts)


def _filter(raw: dict[str, Any]) -> Filter:
    key, operator = raw["f"], raw.get("op", "eq")
    if not isinstance(key, str) or not isinstance(operator, str) or set(raw) - {"f", "op", "v"}:
        raise _unread(_("A condition has a field (f), an operator (op) and a value (v)."))
    value = raw.get("v")
    if isinstance(value, list):
        if operator not in LISTS:
            raise Refused(_("Give one value here."), field=name_of(Filter(key, operator, "")))
        return Filter(key, operator, write_list(_text(one) for one in value))
    return Filter(key, operator, _text(value))


def _text(value: Any) -> str:
    """A value of JSON as an address would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _unread(_("A value is a text, a number, yes or no, or a list of these."))


def _plain(node: Node) -> dict[str, Any]:
    """A filter as JSON holds it."""
    if isinstance(node, Group):
        return {node.how: [_plain(part) for part in node.parts]}
    value = read_list(node.text) if node.operator in LISTS else node.text
    return {"f": node.key, "op": node.operator, "v": value}


def _unread(message: Text) -> Unread:
    return Unread(message, field=ARGUMENT)
