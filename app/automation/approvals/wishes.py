"""A rule of approval as somebody asks for it, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.automation.approvals.approvers import managing, named
from app.automation.approvals.facts import Level
from app.automation.approvals.models import Late, Lock
from app.automation.approvals.verbs import verbs_of
from app.identity.models import Role, User
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.types import RecordType

WHO: Mapping[str, Text] = {
    "manager": _("The manager of who asks"),
    "manager_above": _("The manager of the manager of who asks"),
    "owner_manager": _("The manager of the record's owner"),
    "owner_manager_above": _("The manager of the owner's manager"),
    "role": _("A role"),
    "people": _("Named people"),
}
LOCKS: Mapping[str, Text] = {
    Lock.NOTHING: _("Nothing"),
    Lock.FIELDS: _("The fields concerned"),
    Lock.RECORD: _("The whole record"),
}
LATE: Mapping[str, Text] = {
    Late.TELL: _("They and who asked are told"),
    Late.ASK: _("Those who manage approvals are asked too"),
    Late.REJECT: _("It is rejected"),
}
LONGEST_NAME = 100
LONGEST_REASON = 500
MOST_LEVELS = 5
MOST_PEOPLE = 20
MOST_HOURS = 24 * 60
Errors = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as a form or a program asks for it; `filters` None leaves the conditions."""

    name: str
    verbs: Sequence[str]
    levels: Sequence[Level]
    fields: Sequence[str] = ()
    filters: Sequence[Node] | None = None
    reason: str = ""
    locks: str = Lock.NOTHING
    four_eyes: bool = False


def check(record_type: RecordType, wish: Wish, by: Actor) -> None:
    """Refused with a message per field for a rule that could not work."""
    errors: Errors = {}
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("Enter a name of at most %(most)s characters.", most=LONGEST_NAME)
    if len(wish.reason) > LONGEST_REASON:
        errors["reason"] = _("At most %(limit)s characters.", limit=LONGEST_REASON)
    if not wish.verbs or not set(wish.verbs) <= verbs_of(record_type).keys():
        errors["verbs"] = _("Choose at least one of these.")
    if not set(wish.fields) <= set(record_type.by_key):
        errors["fields"] = _("There is no such field.")
    if wish.locks not in LOCKS:
        errors["locks"] = _("This is not one of the values to choose from.")
    errors |= _odd_levels(wish.levels, by)
    errors = errors or _stuck(wish, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    if wish.filters:
        where(record_type, wish.filters, by, record_type.by_key.keys())


def _odd_levels(levels: Sequence[Level], by: Actor) -> Errors:
    if not 0 < len(levels) <= MOST_LEVELS:
        return {"levels": _("Say who approves it, on one to %(most)s levels.", most=MOST_LEVELS)}
    found = ((n, _odd_level(one, levels[:n], by)) for n, one in enumerate(levels))
    return {f"levels.{number}": told for number, told in found if told is not None}


def _odd_level(one: Level, earlier: Sequence[Level], by: Actor) -> Text | None:
    """What stands against one level."""
    if one.who not in WHO or one.late not in LATE:
        return _("This is not one of the values to choose from.")
    if one.hours is not None and not 0 < one.hours <= MOST_HOURS:
        return _("Enter a number of hours from 1 to %(most)s.", most=MOST_HOURS)
    if one.who == "role" and (one.role_id is None or not _is_there(Role, [one.role_id], by)):
        return _("Choose a role.")
    if one.who == "people" and not _are_people(one.user_ids, by):
        return _("Choose at least one colleague.")
    if one.who not in ("role", "people") and one.who in {other.who for other in earlier}:
        return _("They are asked on an earlier level. Choose the manager above them.")
    return None


def _stuck(wish: Wish, by: Actor) -> Errors:
    """What stands against four eyes that could never be found for a level, whoever asks."""
    if not wish.four_eyes:
        return {}
    others = set(managing(by.session))
    for one in wish.levels:
        if one.who in ("role", "people"):
            found = {*others, *named(by.session, one, None, None)}
        else:
            found = set(by.session.scalars(select(User.id).where(User.is_active).limit(2)))
        if len(found) < 2:
            text = _("Only one person could decide, who then could not ask for anything.")
            return {"four_eyes": text}
    return {}


def _are_people(ids: Sequence[UUID], by: Actor) -> bool:
    return 0 < len(ids) <= MOST_PEOPLE and _is_there(User, ids, by)


def _is_there(model: type[Role] | type[User], ids: Sequence[UUID], by: Actor) -> bool:
    rows = select(func.count()).select_from(model).where(model.id.in_(ids))
    return by.session.scalar(rows) == len(set(ids))
