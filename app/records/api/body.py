"""Bodies of requests: strict JSON, or an answer that says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _

JSON_TYPES = ("application/json", "application/merge-patch+json")
DEEPEST = 32  # Objects and lists within one another.


class Unreadable(Answer):
    """The body is no JSON: 400."""

    status = 400


class WrongContent(Answer):
    """The body says that it is something else than JSON: 415."""

    status = 415


def read_object(raw: bytes, mimetype: str, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The object that a body spells; `may_be_empty` takes no body for an empty object."""
    if not raw and may_be_empty:
        return {}
    if mimetype not in JSON_TYPES:
        raise WrongContent(_("Send JSON, with the content type application/json."))
    try:
        found = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_number
        )
        _measure(found)
    except (ValueError, RecursionError):
        raise Unreadable(_("The body is no valid JSON in UTF-8.")) from None
    if not isinstance(found, dict):
        raise Refused(_("Send one JSON object."))
    return found


def demand_known(given: Iterable[str], known: Iterable[str]) -> None:
    """Refused with a message for each key in `given` that is none of `known`."""
    errors: dict[str, Text | str] = {
        key: _("There is no such field.") for key in given if key not in set(known)
    }
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice means two things at once, and readers differ on which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("A field is given twice in the same object."))
    return found


def _no_number(name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def _measure(value: Any) -> None:
    """ValueError when `value` is nested deeper than anything we take."""
    level = [value]
    for _depth in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise ValueError(DEEPEST)
