"""Inputs of bodies that are no fields of records: each of its kind, or refused beside its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _


def demand_scope(by: Actor, kind: str, verb: str) -> None:
    """NotPermitted where the scopes of the caller's token do not hold `kind:verb`.

    It stands where a person needs no right of their role, so that a token that is to read only
    does.
    """
    if not by.rights.within_scopes(kind, verb):
        raise NotPermitted(_("The scopes of this token do not allow this."))


def is_narrowed(by: Actor) -> bool:
    """True for a token that holds less than all that its person may do."""
    return by.rights.scopes is not None and "*" not in by.rights.scopes


def demand_all_scopes(by: Actor) -> None:
    """NotPermitted where the caller's token is narrowed: what is personal is of no record type."""
    if is_narrowed(by):
        raise NotPermitted(_("The scopes of this token do not allow this."))


def text_of(body: Mapping[str, Any], key: str, default: str = "") -> str:
    """A text of a body."""
    value = body.get(key, default)
    if not isinstance(value, str) or not _is_storable(value):
        raise Refused(_("This must be a text."), field=key)
    return value


def flag_of(body: Mapping[str, Any], key: str) -> bool | None:
    """Yes or no, or None where the body says nothing of it."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise Refused(_("This must be yes or no."), field=key)
    return value


def whole_of(body: Mapping[str, Any], key: str) -> int | None:
    """A whole number, or None where the body says nothing of it."""
    value = body.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Refused(_("This must be a whole number."), field=key)
    return value


def id_of(body: Mapping[str, Any], key: str) -> UUID:
    """An id of a body."""
    found = parse_id(text_of(body, key))
    if found is None:
        raise Refused(_("This is no id."), field=key)
    return found


def ids_of(body: Mapping[str, Any], key: str) -> list[UUID] | None:
    """A list of ids, or None where the body says nothing of it."""
    if key not in body:
        return None
    values = body[key]
    found = [parse_id(one) if isinstance(one, str) else None for one in _list(values)]
    if not isinstance(values, list) or None in found:
        raise Refused(_("Give a list of ids."), field=key)
    return [one for one in found if one is not None]


def _list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else []


def _is_storable(text: str) -> bool:
    """No text of a person holds NUL or half a letter, and the database keeps neither."""
    return "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)
