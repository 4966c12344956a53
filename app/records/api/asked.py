"""What the address of an API call asks: filters, order, page, fields; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, listed
from app.records.access import readable_fields
from app.records.filters import once_each, read_filters
from app.records.query import Query
from app.records.types import RecordType

RESERVED = ("q", "sort", "limit", "cursor", "fields", "total")
DEFAULT_LIMIT = 50
MOST = 200  # Records on one page.
WHOLE = re.compile(r"[0-9]{1,3}")

Arguments = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A list as a program wants it: the query, the fields of each record, the kind of total.

    `total` is capped, exact, or empty for none.
    """

    query: Query
    keys: tuple[str, ...]
    total: str


def read_page(arguments: Arguments, known: Sequence[str]) -> int:
    """How many entries a page of a list shall have that takes the `known` parameters and `limit`.

    Refused for a parameter of no meaning, and for one given twice.
    """
    once_each(arguments)
    every = (*known, "limit")
    refuse_arguments([name for name in arguments if name not in every], every)
    return read_limit(arguments.get("limit"))


def read_list(arguments: Arguments, record_type: RecordType, by: Actor) -> ListAsked:
    """The list that an address asks for; Refused for a parameter of no meaning."""
    once_each(arguments)
    query = Query(
        q=arguments.get("q", ""),
        filters=read_filters(arguments, RESERVED),
        sort=arguments.get("sort", ""),
        cursor=arguments.get("cursor", ""),
        limit=read_limit(arguments.get("limit")),
    )
    return ListAsked(query, _keys(arguments, record_type, by), _total(arguments.get("total", "")))


def read_fields(arguments: Arguments, record_type: RecordType, by: Actor) -> tuple[str, ...]:
    """The fields of one record that an address asks for; `fields` is all that it may say."""
    once_each(arguments)
    refuse_arguments([name for name in arguments if name != "fields"])
    return _keys(arguments, record_type, by)


def refuse_arguments(names: Sequence[str], known: Sequence[str] = ()) -> None:
    """Refused when there are parameters that have no meaning; told are those that have one."""
    if names:
        message = _("There is no such parameter.")
        if known:
            told = listed(known)
            message = _("There is no such parameter. Known here are %(known)s.", known=told)
        raise Refused(message, errors=dict.fromkeys(names, message))


def readable_keys(record_type: RecordType, by: Actor) -> tuple[str, ...]:
    """The keys of the fields that a program acting as `by` is shown."""
    return tuple(field.key for field in readable_fields(record_type, by))


def _keys(arguments: Arguments, record_type: RecordType, by: Actor) -> tuple[str, ...]:
    readable = readable_keys(record_type, by)
    if not arguments.get("fields"):
        return readable
    wanted = arguments["fields"].split(",")
    if any(key not in readable and key != "id" for key in wanted):
        raise Refused(_("There is no such field."), field="fields")
    return tuple(key for key in readable if key in wanted)


def read_limit(text: str | None) -> int:
    """How many entries a page shall have, 50 where nothing is said; Refused beyond MOST."""
    if text is None:
        return DEFAULT_LIMIT
    if not WHOLE.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise Refused(_("This must be a number from 1 to %(most)s.", most=MOST), field="limit")
    return int(text)


def _total(text: str) -> str:
    if text not in {"", "capped", "exact"}:
        raise Refused(_("This must be capped or exact."), field="total")
    return text
