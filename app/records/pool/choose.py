"""Deciding how the pools of a workspace work: what they hide, how long who gave up waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.identity.models import Role, Team
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.pages.state import read_state
from app.records.pool.models import PoolChoice
from app.records.pool.policy import STAMP, choice_of
from app.records.sharing.stored import to_stored
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.views.opened import saved_arguments
from app.records.views.shelf import shelf

MANAGE = ("pool", "manage")
MOST_DAYS = 365
GROUPS = {"team": Team, "role": Role}
KEEP = "keep"  # Chosen in place of a view where the filters that stand are to stay.
# What is to be spared: the id of a view, KEEP, "" for nothing, or the filters themselves.
Spared = str | tuple[Node, ...]


def change_choice(by: Actor, kind: str, *, hidden: Collection[str], hold_days: str) -> None:
    """Decide what is hidden in the pool of a type, and how long who returned a record waits."""
    require_manage(by)
    record_type = pooled_type(kind, by)
    days = whole(hold_days or "0", MOST_DAYS)
    errors: dict[str, Text | str] = {}
    if days is None:
        errors["hold_days"] = _("Enter a number of days from 0 to %(most)s.", most=MOST_DAYS)
    if not set(hidden) <= {key for key in record_type.by_key if can_hide(record_type, key)}:
        errors["hidden"] = _("There is no such field.")
    if errors or days is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    before = choice_of(record_type, by)
    values = {
        "hidden": sorted(hidden),
        "hold_days": days,
        "updated_at": by.now,
        "updated_by_id": by.user_id,
    }
    statement = insert(PoolChoice).values(record_type=record_type.key, **values)
    by.session.execute(statement.on_conflict_do_update(index_elements=["record_type"], set_=values))
    changes: dict[str, Any] = {}
    if before.hidden != frozenset(hidden):
        changes["hidden"] = [sorted(before.hidden), sorted(hidden)]
    if before.hold_days != days:
        changes["hold_days"] = [before.hold_days, days]
    if changes:
        changed(by, by.tenant.id, "updated", changes)


def can_hide(record_type: RecordType, key: str) -> bool:
    """True for a field that a pool may hide: not what records are named by, nor their owner."""
    return key not in (record_type.title.key, "owner_id")


def pooled_type(kind: str, by: Actor) -> RecordType:
    """A type that has a pool, as the workspace has it; Missing for any other."""
    record_type = tailored(kind, by)
    if record_type.pool is None or not by.tenant.allows(record_type.module):
        raise Missing(_("There is no such page."))
    return record_type


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def read_group(group: str, by: Actor) -> tuple[str, UUID | None, dict[str, Text | str]]:
    """The team or role that `team:<id>` or `role:<id>` names, with what is wrong with it."""
    kind, _separator, raw_id = group.partition(":")
    group_id, model = parse_id(raw_id), GROUPS.get(kind)
    if model is None or group_id is None or by.session.get(model, group_id) is None:
        return kind, None, {"group": _("Choose a team or a role.")}
    return kind, group_id, {}


def read_spared(
    record_type: RecordType, spared: Spared, kept: Mapping[str, Any], by: Actor
) -> tuple[dict[str, Any], dict[str, Text | str]]:
    """The filters that spare records as a row keeps them, with what is wrong with them.

    An empty choice keeps none, KEEP those that stand. A view that searches for words keeps its
    filters alone.
    """
    if not spared:
        return {}, {}
    if spared == KEEP:
        return dict(kept), {}
    filters = spared
    if isinstance(filters, str):
        found = shelf(by).find(record_type.key, parse_id(filters))
        if found is None:
            return {}, {"spared": _("Choose one of your views.")}
        filters = read_state(record_type, saved_arguments(found)).asked.filters
        if not filters:
            return {}, {"spared": _("This view has no filters, so it would spare every record.")}
    try:
        where(record_type, filters, by, record_type.by_key.keys())
    except Refused as refused:
        return {}, {"spared": refused.message}
    return to_stored(filters), {}


def whole(text: str, most: int) -> int | None:
    """The number that a text holds, from 0 to `most`; None for any other text."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) < 9):
        return None
    return int(stripped) if int(stripped) <= most else None


def changed(by: Actor, subject: UUID, verb: str, changes: dict[str, Any]) -> None:
    """Let every process learn of it, and the audit tell it."""
    stamps.draw(by.session, STAMP)
    write_event(by, "pool", subject, verb, changes=changes)
