"""Caps and rules of pools as programs send and see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.api.inputs import text_of, whole_of
from app.records.filters.written import read_tree
from app.records.pool.choose import KEEP, Spared, pooled_type
from app.records.pool.models import PoolCap, PoolRule
from app.records.pool.rules import Wish
from app.records.sharing.stored import TREE, read_stored, to_stored
from app.records.types import RecordType
from app.records.values import as_json

CAP_KEYS = ("group_kind", "group_id", "most_owned", "most_views", "spared")
RULE_KEYS = (
    "name",
    "kind",
    "field",
    "days",
    "warn_days",
    "group_kind",
    "group_id",
    "spared",
    "is_on",
)
Body = Mapping[str, Any]


def type_in(body: Body, by: Actor) -> RecordType:
    """The type that a body names; Refused where it has no pool."""
    try:
        return pooled_type(text_of(body, "record_type"), by)
    except (Missing, KeyError):
        raise Refused(_("There is no such record type."), field="record_type") from None


def cap_wish(body: Body, before: PoolCap | None = None) -> dict[str, Any]:
    """What `save_cap` and `change_cap` take; what the body leaves out stays as it was."""
    return {
        "group": _group(body, before),
        "most_owned": _number(body, "most_owned", before),
        "most_views": _number(body, "most_views", before),
        "spared": _spared(body),
    }


def rule_wish(body: Body, before: PoolRule | None = None) -> Wish:
    """A rule as a body describes it; what it leaves out stays as it was."""
    return Wish(
        name=text_of(body, "name", before.name if before else ""),
        kind=text_of(body, "kind", before.kind if before else ""),
        days=_number(body, "days", before),
        warn_days=_number(body, "warn_days", before),
        field=_text(body, "field", before),
        group=_group(body, before),
        spared=_spared(body),
    )


def shown_cap(cap: PoolCap) -> dict[str, Any]:
    """A cap as programs see it; `spared` is None for nothing, and where it can't be read."""
    return {
        **_head(cap),
        "most_owned": cap.most_owned,
        "most_views": cap.most_views,
        **_foot(cap),
    }


def shown_rule(rule: PoolRule) -> dict[str, Any]:
    """A rule as programs see it."""
    return {
        **_head(rule),
        "name": rule.name,
        "kind": rule.kind,
        "field": rule.field,
        "days": rule.days,
        "warn_days": rule.warn_days,
        "is_on": rule.is_on,
        **_foot(rule),
    }


def _head(one: PoolCap | PoolRule) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "record_type": one.record_type,
        "group_kind": one.group_kind,
        "group_id": str(one.group_id) if one.group_id else None,
    }


def _foot(one: PoolCap | PoolRule) -> dict[str, Any]:
    try:
        filters = read_stored(one.spared) if one.spared else ()
    except Refused:
        filters = ()
    return {
        "spared": to_stored(filters)[TREE] if filters else None,
        "created_at": as_json(one.created_at),
        "created_by_id": str(one.created_by_id) if one.created_by_id else None,
    }


def _text(body: Body, key: str, before: object) -> str:
    """A text that may be null, or what stood."""
    if key not in body:
        return str(getattr(before, key, None) or "")
    return "" if body[key] is None else text_of(body, key)


def _number(body: Body, key: str, before: object) -> str:
    """A number as a form would send it."""
    value = whole_of(body, key) if key in body else getattr(before, key, None)
    return "" if value is None else str(value)


def _group(body: Body, before: PoolCap | PoolRule | None) -> str:
    """The team or role as a form would send it; empty where none is meant."""
    kind, group_id = (_text(body, key, before) for key in ("group_kind", "group_id"))
    return f"{kind}:{group_id}" if kind or group_id else ""


def _spared(body: Body) -> Spared:
    """The filters of a body, which are written as the argument `filter` of a list is."""
    if "spared" not in body:
        return KEEP
    tree = body["spared"]
    if tree is None:
        return ""
    if not isinstance(tree, dict):
        raise Refused(_("Give a filter as an object."), field="spared")
    try:
        return read_tree(json.dumps(tree))
    except Refused as refused:
        raise Refused(refused.message, field="spared") from None
