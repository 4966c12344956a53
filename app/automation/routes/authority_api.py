"""The authority matrix for programs: read and written by who manages approvals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app.automation.approvals.approvers import MANAGE
from app.automation.authority import operations
from app.automation.authority.operations import Cell
from app.automation.authority.subjects import subjects_here
from app.automation.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.authority import Subject
from app.records.openapi.described import described
from app.records.openapi.parts import (
    FLAG,
    ID,
    LIMITED,
    NOT_MODIFIED,
    TEXT,
    answer,
    nullable,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/authority"
TAG = _("Authority")
NUMBER: Schema = {"type": "number"}
LIMIT = record_of(role_id=ID, customer_class=TEXT, most=nullable(NUMBER))
LIMITS: Schema = {"type": "array", "items": LIMIT}
NAMED: dict[str, Schema] = {
    "Authority": record_of(subject=TEXT, label=TEXT, unit=TEXT, bigger_is_more=FLAG, limits=LIMITS)
}
ONE = f"{BASE}/<key>"
SHOWN = {"200": answer(ref("Authority"))}
SENT = sent(("limits",), limits=LIMITS)


@blueprint.get(BASE)
@described(
    "list_authority",
    TAG,
    {"200": answer(page_of("Authority"))},
    schemas=NAMED,
    parameters=(LIMITED,),
)
@access(who=Who.TOKEN, permission=MANAGE)
def list_authority() -> Response:
    """Every subject with its limits; a limit of null has no end."""
    read_page(request.args, ())
    by = current.actor()
    return send(
        Reply(
            200,
            dumps({"data": [_shown(one, by) for one in subjects_here(by.tenant)], "next": None}),
        )
    )


@blueprint.get(ONE)
@described("get_authority", TAG, SHOWN | NOT_MODIFIED, schemas=NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def get_authority(key: str) -> Response:
    """One subject with its limits."""
    refuse_arguments(list(request.args))
    by = current.actor()
    response = send(_marked(operations.get_subject(key), by))
    response.make_conditional(request)
    return response


@blueprint.put(ONE)
@described("set_authority", TAG, SHOWN, schemas=NAMED, sends=SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def set_authority(key: str) -> Response:
    """Set all limits of a subject; a role that is left out may agree to nothing of it."""
    by = current.actor()
    subject = operations.get_subject(key)
    body = body_of(("limits",))
    version = seen_version(request.if_match, _Grid(operations.version_of(subject, by)))
    operations.save_limits(by, subject, _cells(body.get("limits"), subject, by), version)
    return send(_marked(subject, by))


@dataclass(slots=True)
class _Grid:
    """The limits of a subject, as a mark names them."""

    version: int


def _marked(subject: Subject, by: Actor) -> Reply:
    return marked(_shown(subject, by), operations.version_of(subject, by))


def _cells(raw: Any, subject: Subject, by: Actor) -> dict[Cell, str]:
    """The limits that were sent; Refused beside each that is of nothing, or given twice."""
    if not isinstance(raw, list):
        raise Refused(_("Give a list of limits."), field="limits")
    known = operations.known_cells(subject, by)
    errors: dict[str, Text | str] = {}
    found: dict[Cell, str] = {}
    for number, one in enumerate(raw):
        place = f"limits[{number}]"
        cell, most = _cell(one, place)
        errors |= _against(cell, place, known)
        if cell in found:
            errors[place] = _("This limit is given twice.")
        found[cell] = operations.ENDLESS[0] if most is None else str(most)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return found


def _cell(one: Any, place: str) -> tuple[Cell, float | None]:
    """One limit as it was sent; Refused where it is no such."""
    if not isinstance(one, dict) or set(one) - {"role_id", "customer_class", "most"}:
        raise Refused(_("Give a list of limits."), field=place)
    role_id, most = parse_id(str(one.get("role_id") or "")), one.get("most")
    its = one.get("customer_class", "")
    is_number = most is None or (isinstance(most, int | float) and not isinstance(most, bool))
    if role_id is None or not isinstance(its, str) or not is_number:
        raise Refused(_("Give a list of limits."), field=place)
    return (role_id, its), most


def _against(cell: Cell, place: str, known: Collection[Cell]) -> dict[str, Text | str]:
    """What there is to say of a limit of a role, or of a class of customers, that there is not."""
    if cell in known:
        return {}
    if cell[0] not in {role_id for role_id, _class in known}:
        return {f"{place}.role_id": _("There is no such role.")}
    return {f"{place}.customer_class": _("There is no such class of customers.")}


def _shown(subject: Subject, by: Actor) -> dict[str, Any]:
    cells = operations.limits_of(by).cells
    return {
        "subject": subject.key,
        "label": str(subject.label),
        "unit": str(subject.unit),
        "bigger_is_more": subject.bigger_is_more,
        "limits": [
            {
                "role_id": str(role_id),
                "customer_class": customer_class,
                "most": float(most) if most is not None else None,
            }
            for (role_id, its, customer_class), most in cells.items()
            if its == subject.key
        ],
    }
