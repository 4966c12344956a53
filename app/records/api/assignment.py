"""Rules of assignment as programs send and see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.inputs import flag_of, ids_of, text_of, whole_of
from app.records.assignment.choose import Strategy
from app.records.assignment.models import AssignmentRule
from app.records.assignment.rules import Wish
from app.records.filters.written import read_tree
from app.records.pool.choose import KEEP, Spared
from app.records.sharing.stored import TREE, read_stored, to_stored
from app.records.values import as_json

KEYS = (
    *("name", "conditions", "group_kind", "group_id", "user_ids", "strategy"),
    *("capacity", "in_hours", "calendar_id", "is_on", "position"),
)
Body = Mapping[str, Any]
# What a form calls otherwise.
NAMES = {
    "group": "group_id",
    "people": "user_ids",
    "view": "conditions",
    "calendar": "calendar_id",
}


def rule_wish(body: Body, before: AssignmentRule | None = None) -> Wish:
    """A rule as a body describes it; what it leaves out stays as it was."""
    in_hours = flag_of(body, "in_hours") if "in_hours" in body else before and before.in_hours
    people = ids_of(body, "user_ids")
    if people is None:
        people = list(before.user_ids) if before is not None else []
    kind, group_id = (_text(body, key, before) for key in ("group_kind", "group_id"))
    return Wish(
        name=text_of(body, "name", before.name if before else ""),
        group=f"{kind}:{group_id}" if kind or group_id else "",
        strategy=text_of(body, "strategy", before.strategy if before else Strategy.IN_TURN.value),
        view=_conditions(body),
        capacity=_number(body, "capacity", before),
        in_hours="1" if in_hours else "",
        calendar=_text(body, "calendar_id", before),
        people=tuple(map(str, people)),
    )


def shown_rule(rule: AssignmentRule) -> dict[str, Any]:
    """A rule as programs see it; conditions that can't be read any more are None."""
    try:
        filters = read_stored(rule.conditions) if rule.conditions else ()
    except Refused:
        filters = ()
    return {
        "id": str(rule.id),
        "record_type": rule.record_type,
        "position": rule.position,
        "name": rule.name,
        "conditions": to_stored(filters)[TREE] if filters else None,
        "group_kind": rule.group_kind,
        "group_id": as_json(rule.group_id),
        "user_ids": [str(one) for one in rule.user_ids],
        "strategy": rule.strategy,
        "capacity": rule.capacity,
        "in_hours": rule.in_hours,
        "calendar_id": as_json(rule.calendar_id),
        "is_on": rule.is_on,
        "created_at": as_json(rule.created_at),
        "created_by_id": as_json(rule.created_by_id),
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


def _conditions(body: Body) -> Spared:
    """The filters of a body, which are written as the argument `filter` of a list is."""
    if "conditions" not in body:
        return KEEP
    tree = body["conditions"]
    if tree is None:
        return ""
    if not isinstance(tree, dict):
        raise Refused(_("Give a filter as an object."), field="conditions")
    try:
        return read_tree(json.dumps(tree))
    except Refused as refused:
        raise Refused(refused.message, field="conditions") from None
