"""Changing what is shared: rules of the workspace, followers of a record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.identity.models import Role, Team, User
from app.kernel import stamps
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import Text, _
from app.records.access import can_read, may_do, readable_fields
from app.records.filters import Node, leaves, read_list
from app.records.filters.written import LISTS
from app.records.mentions.tell import tell_shared
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.sharing import followers
from app.records.sharing.conditions import shared_by
from app.records.sharing.models import Follower, SharingRule
from app.records.sharing.rules import REACHES, STAMP
from app.records.sharing.stored import to_stored
from app.records.tailored import tailored
from app.records.types import RecordType

MOST_RULES = 100
GROUPS = {"team": Team, "role": Role}


def create_rule(
    by: Actor,
    kind: str,
    *,
    filters: Sequence[Node],
    access: str,
    group: str,
) -> SharingRule:
    """Share the records of a type of which all of some filters hold with a team or a role.

    `group` is `team:<id>` or `role:<id>`. Refused with a message per field; NotPermitted for who
    does not reach all such records themselves, as nobody shares what they may not do.
    """
    _require_manage(by)
    record_type = tailored(kind, by)
    for verb in REACHES.get(access, ()):
        if by.rights.reach(record_type.key, verb) is not Reach.ALL:
            raise NotPermitted(_("You can't grant what you may not do yourself."))
    group_kind, _separator, raw_id = group.partition(":")
    group_id = parse_id(raw_id)
    errors: dict[str, Text | str] = {}
    if access not in REACHES:
        errors["access"] = _("This is not one of the values to choose from.")
    model = GROUPS.get(group_kind)
    if model is None or group_id is None or by.session.get(model, group_id) is None:
        errors["group"] = _("Choose a team or a role.")
    errors |= _odd_filters(record_type, filters, by)
    if len(rules_of_workspace(by)) >= MOST_RULES:
        raise Refused(_("A workspace has at most %(n)s sharing rules.", n=MOST_RULES))
    if errors or group_id is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    rule = SharingRule(
        id=new_id(),
        record_type=record_type.key,
        conditions=to_stored(filters),
        access=access,
        group_kind=group_kind,
        group_id=group_id,
        created_at=by.now,
        created_by_id=by.user_id,
    )
    by.session.add(rule)
    _changed(by, rule, "created")
    return rule


def delete_rule(by: Actor, rule_id: UUID) -> None:
    """Share no longer what a rule shared."""
    _require_manage(by)
    rule = by.session.get(SharingRule, rule_id)
    if rule is None:
        raise Missing(_("There is no such page."))
    by.session.delete(rule)
    _changed(by, rule, "deleted")


def rules_of_workspace(by: Actor) -> list[SharingRule]:
    """Every rule, the oldest first."""
    statement = select(SharingRule).order_by(SharingRule.created_at, SharingRule.id)
    return list(by.session.scalars(statement))


def may_share(record_type: RecordType, record: Record, by: Actor) -> bool:
    """True when `by` may say who follows a record: its owner, and whoever may change it."""
    if by.tenant.is_read_only:
        return False
    is_owner = by.user_id is not None and record.owner_id == by.user_id
    return is_owner or may_do(record_type, record, "update", by)


def followers_of(record_type: RecordType, record_id: UUID, by: Actor) -> list[User]:
    """Who follows a record, by name."""
    statement = (
        select(User)
        .join(Follower, Follower.user_id == User.id)
        .where(Follower.record_type == record_type.key, Follower.record_id == record_id)
        .order_by(User.name_sort, User.id)
    )
    return list(by.session.scalars(statement))


def follow(record_type: RecordType, record: Record, user: User, by: Actor) -> None:
    """Let a colleague follow a record, and so read it; anybody may follow what they can read.

    The colleague's role must let them read some records of the type.
    """
    if user.id != by.user_id and not may_share(record_type, record, by):
        raise NotPermitted(_("Only the owner and whoever may change it can share this record."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if not can_read(record_type, record.id, by):
        raise Missing(_("There is no such record."))
    if not user.is_active:
        raise Refused(_("There is no such colleague."), field="user_id")
    count = select(func.count()).where(Follower.user_id == user.id)
    if (by.session.scalar(count) or 0) >= followers.MOST_FOLLOWED:
        most = followers.MOST_FOLLOWED
        raise Refused(_("Nobody can follow more than %(n)s records.", n=most), field="user_id")
    added = by.session.execute(
        insert(Follower)
        .values(
            record_type=record_type.key,
            record_id=record.id,
            user_id=user.id,
            added_by_id=by.user_id,
            at=by.now,
        )
        .on_conflict_do_update(
            index_elements=["record_type", "record_id", "user_id"],
            set_={"added_by_id": by.user_id},
            # Whom a colleague lets follow sees the record, who followed by themselves before too.
            where=and_(Follower.added_by_id == Follower.user_id, literal(user.id != by.user_id)),
        )
        .returning(Follower.user_id)
    ).first()
    followers.forget(by)
    if added is not None:
        changes = {"follower": [None, str(user.id)]}
        write_event(by, record_type.key, record.id, "followed", changes=changes)
        tell_shared(record_type, record.id, user, by)


def unfollow(record_type: RecordType, record: Record, user_id: UUID, by: Actor) -> None:
    """Let somebody follow a record no longer: oneself, or others for whoever may share it."""
    if user_id != by.user_id and not may_share(record_type, record, by):
        raise NotPermitted(_("Only the owner and whoever may change it can share this record."))
    gone = by.session.execute(
        delete(Follower)
        .where(
            Follower.record_type == record_type.key,
            Follower.record_id == record.id,
            Follower.user_id == user_id,
        )
        .returning(Follower.user_id)
    ).first()
    followers.forget(by)
    if gone is not None:
        changes = {"follower": [str(user_id), None]}
        write_event(by, record_type.key, record.id, "unfollowed", changes=changes)


def _require_manage(by: Actor) -> None:
    if not by.may("sharing", "manage"):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def _odd_filters(
    record_type: RecordType, filters: Sequence[Node], by: Actor
) -> dict[str, Text | str]:
    """What is wrong with the filters of a rule: they are some, on what `by` sees, with its values.

    An option that is none is refused here, as a rule by it would wait for a record to hold it.
    """
    options = choices_of(record_type, by)
    readable = {one.key for one in readable_fields(record_type, by)}
    try:
        shared_by(record_type, filters, by)
    except Refused as refused:
        return {"conditions": refused.message}
    for one in leaves(filters):
        field = record_type.by_key[one.key]
        if one.key not in readable:
            return {"conditions": _("This list can't be filtered by %(name)s.", name=one.key)}
        known = {option.value for option in options.get(one.key) or field.options}
        asked = read_list(one.text) if one.operator in LISTS else [one.text]
        if known and one.operator in ("eq", "in", "has") and not set(asked) <= {*known, ""}:
            return {"conditions": _("This is not one of the values to choose from.")}
    return {}


def _changed(by: Actor, rule: SharingRule, verb: str) -> None:
    """Let every process learn of it, and the audit tell it."""
    stamps.draw(by.session, STAMP)
    told = [rule.record_type, rule.access, rule.group_kind]
    pair = [None, " ".join(told)] if verb == "created" else [" ".join(told), None]
    write_event(by, "sharing", rule.id, verb, changes={"sharing": pair})
    by.session.flush()  # Who asks next in this transaction must meet the rule.
