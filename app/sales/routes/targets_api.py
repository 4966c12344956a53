"""Targets for programs: read as far as one sees them, set by who manages them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.api.asked import read_page
from app.records.api.shape import Reply, dumps, money
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED, parameter
from app.records.routes.api import send
from app.records.routes.sent import body_of
from app.sales.operations.targets import (
    ANY,
    FIRST_YEAR,
    LAST_YEAR,
    MANAGE,
    TEAM,
    USER,
    set_target,
    targets_between,
)
from app.sales.routes import forecast_told as told
from app.sales.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/targets"
READ = ("opportunity", "read")
PARTS = frozenset({"of", "of_id", "month", "amount", "was"})


@blueprint.get(BASE)
@described(
    "list_targets",
    told.TARGETS,
    told.LISTED,
    schemas=told.SCHEMAS,
    parameters=(
        parameter("since", told.MONTH),
        parameter("until", told.MONTH),
        parameter("cursor"),
        LIMITED,
    ),
    is_offered=lambda by: by.tenant.allows("sales"),
)
@access(who=Who.TOKEN, permission=READ)
def list_targets() -> Response:
    """The targets of this year, or of the months from `since` to `until`, month by month."""
    by = current.actor()
    limit = read_page(request.args, ("since", "until", "cursor"))
    year = by.today().year
    first = _month(request.args.get("since", f"{year}-01"), "since")
    last = _month(request.args.get("until", f"{year}-12"), "until")
    found = targets_between(by, first, last)
    rows = sorted((f"{key[2]:%Y-%m}.{key[0]}.{key[1]}", key) for key in found)
    after = _place(request.args.get("cursor", ""))
    rows = [row for row in rows if row[0] > after]
    following = rows[limit - 1][0] if len(rows) > limit else None
    data = [
        {
            "of": of,
            "of_id": str(of_id),
            "month": f"{month:%Y-%m}",
            "amount": money(found[of, of_id, month].normalize(), by.tenant.currency),
        }
        for _place, (of, of_id, month) in rows[:limit]
    ]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.put(BASE)
@described(
    "set_targets",
    told.TARGETS,
    told.KEPT,
    schemas=told.SCHEMAS,
    sends=told.SENT,
    is_offered=lambda by: by.tenant.allows("sales"),
)
@access(who=Who.TOKEN, permission=MANAGE)
def set_targets() -> Response:
    """Set targets, all of them or none; one whose amount is null is taken away.

    A target that says what it `was` is refused (409) where it is another by now.
    """
    by = current.actor()
    rows = body_of(("targets",)).get("targets")
    if not isinstance(rows, list) or len(rows) > told.MOST:
        raise Refused(_("Give a list of at most %(n)s targets.", n=told.MOST), field="targets")
    errors: dict[str, Text | str] = {}
    overtaken: dict[str, Text | str] = {}
    for number, row in enumerate(rows):
        place = f"targets[{number}]"
        try:
            _set(row, by)
        except Conflict as conflict:
            overtaken |= {f"{place}.{key}": text for key, text in conflict.errors.items()}
        except Refused as refused:
            named = refused.errors or {"": refused.message}
            errors |= {f"{place}.{key}".rstrip("."): text for key, text in named.items()}
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    if overtaken:
        raise Conflict(next(iter(overtaken.values())), errors=overtaken)
    return send(Reply(200, dumps({"kept": len(rows)})))


def _set(row: Any, by: Actor) -> None:
    if not isinstance(row, dict):
        raise Refused(_("Give a list of targets."))
    strange = [key for key in row if key not in PARTS]
    missing = [key for key in ("of", "of_id", "month", "amount") if key not in row]
    if strange or missing:
        errors: dict[str, Text | str] = {
            **dict.fromkeys(strange, _("There is no such field.")),
            **dict.fromkeys(missing, _("Please fill in this field.")),
        }
        raise Refused(_("Please check the marked fields."), errors=errors)
    was = _amount(row["was"], "was", by) if "was" in row else ANY
    amount = _amount(row["amount"], "amount", by)
    if row["of"] not in (USER, TEAM):
        raise Refused(_("A target is that of a user or of a team."), field="of")
    set_target(by, row["of"], _id(row["of_id"]), _month(row["month"], "month"), amount, was)


def _id(raw: Any) -> UUID:
    found = parse_id(raw) if isinstance(raw, str) else None
    if found is None:
        raise Refused(_("This is no id."), field="of_id")
    return found


def _amount(raw: Any, key: str, by: Actor) -> object:
    """An amount as it was sent; with a currency it must be that of the firm."""
    if isinstance(raw, dict):
        if set(raw) != {"amount", "currency"} or raw["currency"] != by.tenant.currency:
            told_ = _("Targets are in %(currency)s.", currency=by.tenant.currency)
            raise Refused(told_, field=key)
        raw = raw["amount"]
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, str | int | float)):
        raise Refused(_("Enter an amount like 120000."), field=key)
    return raw


def _place(cursor: str) -> str:
    """Behind which target a page begins, as the page before said it."""
    month, _dot, rest = cursor.partition(".")
    of, _dot, of_id = rest.partition(".")
    if cursor and not (of in (USER, TEAM) and parse_id(of_id)):
        raise Refused(_("This page of the list does not exist."), field="cursor")
    if cursor:
        _month(month, "cursor")
    return cursor


def _month(raw: Any, key: str) -> date:
    """The first day of a month like 2026-11."""
    try:
        found = date.fromisoformat(f"{raw}-01") if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(_("Name a month like 2026-11."), field=key)
    return found
