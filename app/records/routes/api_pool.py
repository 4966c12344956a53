"""Caps and rules of pools over the API, with the right that their settings page asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of
from app.records.api.pool import (
    CAP_KEYS,
    RULE_KEYS,
    cap_wish,
    rule_wish,
    shown_cap,
    shown_rule,
    type_in,
)
from app.records.api.shape import Reply, dumps
from app.records.openapi import house
from app.records.openapi import pool as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, parameter
from app.records.pool import capping, rules
from app.records.pool.choose import MANAGE
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web import current
from app.web.access import Who, access

CAPS, RULES = "/pool-caps", "/pool-rules"
NAMES = {"group": "group_id"}
ASKED = (parameter("record_type"), LIMITED)


@blueprint.get(CAPS)
@described("list_pool_caps", told.CAPS, parameters=ASKED, **house.listed("PoolCap"))
@access(who=Who.TOKEN, permission=MANAGE)
def list_caps() -> Response:
    """Every cap, or those on one record type, the oldest first."""
    by = current.actor()
    return _list(shown_cap(one) for kind in _types(by) for one in capping.caps_of(kind, by))


@blueprint.post(CAPS)
@described(
    "create_pool_cap", told.CAPS, sends=told.CAP_MADE, is_repeatable=True, **house.made("PoolCap")
)
@access(who=Who.TOKEN, permission=MANAGE)
def create_cap_by_program() -> Response:
    """Set a cap for a team or role, in place of the one that it had."""
    by = current.actor()
    body = body_of(("record_type", *CAP_KEYS))

    def create() -> Reply:
        with _named():
            cap = capping.save_cap(by, type_in(body, by).key, **cap_wish(body))
        return Reply(201, dumps(shown_cap(cap)), {"Location": f"/api/v1{CAPS}/{cap.id}"})

    return repeatable(by, body, create)


@blueprint.get(f"{CAPS}/<uuid:cap_id>")
@described("get_pool_cap", told.CAPS, **house.shown("PoolCap"))
@access(who=Who.TOKEN, permission=MANAGE)
def show_cap_to_program(cap_id: UUID) -> Response:
    """One cap."""
    refuse_arguments(list(request.args))
    return _one(shown_cap(capping.get_cap(current.actor(), cap_id)))


@blueprint.patch(f"{CAPS}/<uuid:cap_id>")
@described("update_pool_cap", told.CAPS, sends=told.CAP_CHANGE, **house.shown("PoolCap"))
@access(who=Who.TOKEN, permission=MANAGE)
def change_cap_by_program(cap_id: UUID) -> Response:
    """Change a cap; what is left out stays as it was, and null is no cap."""
    by = current.actor()
    body = body_of(CAP_KEYS)
    cap = capping.get_cap(by, cap_id, is_held=True)
    with _named():
        capping.change_cap(by, cap, **cap_wish(body, cap))
    return _one(shown_cap(cap))


@blueprint.delete(f"{CAPS}/<uuid:cap_id>")
@described("delete_pool_cap", told.CAPS, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_cap_by_program(cap_id: UUID) -> Response:
    """Remove a cap."""
    refuse_arguments(list(request.args))
    capping.delete_cap(current.actor(), cap_id)
    return Response(status=204)


@blueprint.get(RULES)
@described("list_pool_rules", told.RULES, parameters=ASKED, **house.listed("PoolRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def list_pool_rules() -> Response:
    """Every rule, or those of one record type, the oldest first."""
    by = current.actor()
    return _list(shown_rule(one) for kind in _types(by) for one in rules.rules_of(kind, by))


@blueprint.post(RULES)
@described(
    "create_pool_rule",
    told.RULES,
    sends=told.RULE_MADE,
    is_repeatable=True,
    **house.made("PoolRule"),
)
@access(who=Who.TOKEN, permission=MANAGE)
def create_rule_by_program() -> Response:
    """Make a rule; it is off unless the body says that it is on."""
    by = current.actor()
    body = body_of(("record_type", *RULE_KEYS))

    def create() -> Reply:
        is_on = flag_of(body, "is_on")
        with _named():
            rule = rules.create_rule(by, type_in(body, by).key, rule_wish(body))
        rules.switch_rule(by, rule, is_on=bool(is_on))
        return Reply(201, dumps(shown_rule(rule)), {"Location": f"/api/v1{RULES}/{rule.id}"})

    return repeatable(by, body, create)


@blueprint.get(f"{RULES}/<uuid:rule_id>")
@described("get_pool_rule", told.RULES, **house.shown("PoolRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def show_rule_to_program(rule_id: UUID) -> Response:
    """One rule."""
    refuse_arguments(list(request.args))
    return _one(shown_rule(rules.get_rule(current.actor(), rule_id)[0]))


@blueprint.get(f"{RULES}/<uuid:rule_id>/dry-run")
@described("try_pool_rule", told.RULES, **house.shown("PoolDryRun"))
@access(who=Who.TOKEN, permission=MANAGE)
def try_rule(rule_id: UUID) -> Response:
    """How many records a rule would take now, and of how many it would warn."""
    refuse_arguments(list(request.args))
    by = current.actor()
    dry, most = rules.dry_run(*rules.get_rule(by, rule_id), by), rules.COUNTED
    is_exact = max(dry.takes, dry.warns) <= most
    return _one(
        {"takes": min(dry.takes, most), "warns": min(dry.warns, most), "is_exact": is_exact}
    )


@blueprint.patch(f"{RULES}/<uuid:rule_id>")
@described("update_pool_rule", told.RULES, sends=told.RULE_CHANGE, **house.shown("PoolRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def change_rule_by_program(rule_id: UUID) -> Response:
    """Change a rule, or switch it; one that takes others than before is off unless told."""
    by = current.actor()
    body = body_of(RULE_KEYS)
    rule, _record_type = rules.get_rule(by, rule_id, is_held=True)
    is_on = flag_of(body, "is_on")
    with _named():
        rules.change_rule(by, rule, rule_wish(body, rule))
    if is_on is not None:
        rules.switch_rule(by, rule, is_on=is_on)
    return _one(shown_rule(rule))


@blueprint.delete(f"{RULES}/<uuid:rule_id>")
@described("delete_pool_rule", told.RULES, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_rule_by_program(rule_id: UUID) -> Response:
    """Remove a rule; what it has taken stays where it is."""
    refuse_arguments(list(request.args))
    by = current.actor()
    rules.delete_rule(by, rules.get_rule(by, rule_id)[0])
    return Response(status=204)


def _types(by: Actor) -> list[RecordType]:
    """The types with a pool, or the one that the address asks for."""
    read_page(request.args, ("record_type",))
    if "record_type" in request.args:
        return [type_in(request.args, by)]
    return [one for one in switched_on(by) if one.pool is not None]


@contextmanager
def _named() -> Iterator[None]:
    """Call what is wrong by the names that a body has for it."""
    try:
        yield
    except Refused as refused:
        errors: dict[str, Text | str] = {
            NAMES.get(key, key): message for key, message in refused.errors.items()
        }
        raise Refused(refused.message, errors=errors) from None


def _one(shown: Mapping[str, Any]) -> Response:
    return send(Reply(200, dumps(dict(shown))))


def _list(shown: Iterator[dict[str, Any]]) -> Response:
    return send(Reply(200, dumps({"data": list(shown), "next": None})))
