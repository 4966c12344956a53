"""What an admin does with a workspace's own fields: define, change, order, retire, bring back.

A field's values stay with their records whatever happens to it; its key and kind never change, as
programs, filters and history name it by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.operations.guard import fetch, require_change
from app.jobs.enqueue import enqueue
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, listed
from app.records.custom.conditions import depends_on, read_conditions
from app.records.custom.defaults import read_default
from app.records.custom.field import own_field
from app.records.custom.indexes import TEND, wants_index
from app.records.custom.kinds import KINDS
from app.records.custom.labels import label_errors, refuse_taken_label
from app.records.custom.models import CustomField
from app.records.custom.options import read_options
from app.records.custom.unique import require_distinct
from app.records.custom.wish import KEY, Wish, errors_of, free_key, texts_of
from app.records.registry import registry
from app.records.tailored import STAMP, tailored
from app.records.types import RecordType

MANAGE = ("field", "manage")
MOST = 200  # Fields of one record type, built-in ones included.


def list_fields(by: Actor, record_type: RecordType) -> list[CustomField]:
    """The workspace's own fields of a type, retired ones last."""
    rows = by.session.scalars(
        select(CustomField)
        .where(CustomField.record_type == record_type.key)
        .order_by(CustomField.retired_at.is_not(None), CustomField.position, CustomField.key)
    )
    return list(rows)


def define_field(
    by: Actor, record_type: RecordType, kind: str, wish: Wish, *, key: str = ""
) -> CustomField:
    """Add a field to a record type; `key` is made from its label where none is given.

    Refused with a message per input, at 200 fields too; NotPermitted without `field:manage`.
    """
    require_change(by, *MANAGE)
    declared = record_type.base or record_type
    _refuse_too_many(by, declared)
    errors = errors_of(kind, wish)
    if key and not KEY.fullmatch(key):
        errors["key"] = _("A key is x_ and up to 37 small letters, digits and underscores.")
    errors |= label_errors(texts_of(wish.label), declared, key, by)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    taken = set(declared.by_key) | {one.key for one in list_fields(by, declared)}
    if key in taken:
        raise Refused(_("There is a field with this key already."), field="key")
    row = CustomField(
        id=new_id(),
        record_type=declared.key,
        key=key or free_key(wish.label, taken),
        kind=kind,
        position=_last_position(by, declared) + 1,
        settings={},
        created_at=by.now,
        created_by_id=by.user_id,
    )
    _apply(by, declared, row, wish)
    by.session.add(row)
    by.session.flush()  # A key that somebody took meanwhile is refused here.
    _changed(by, row, "created", {"label": [None, row.label], "kind": [None, kind]})
    return row


def change_field(by: Actor, row: CustomField, version: int | None, wish: Wish) -> None:
    """Make a field what `wish` says; Conflict when somebody else changed it meanwhile.

    Refused when it shall be unique and two records hold one value.
    """
    require_change(by, *MANAGE)
    declared = registry().type(row.record_type)
    errors = errors_of(row.kind, wish)
    if texts_of(wish.label) != row.label:
        errors |= label_errors(texts_of(wish.label), declared, row.key, by)
    if version is not None and version != row.version:
        message = _("Somebody changed this field while you were editing it.")
        raise Conflict(message, errors=errors)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    before = _told(row)
    was_unique = row.is_unique
    _apply(by, declared, row, wish)
    if row.is_unique and not was_unique:
        require_distinct(by, declared, own_field(row, declared.model))
    _save(by)
    after = _told(row)
    _changed(by, row, "updated", {k: [before[k], after[k]] for k in after if before[k] != after[k]})


def add_options(by: Actor, row: CustomField, wished: Sequence[Mapping[str, Any]]) -> list[str]:
    """Put options behind those that a choice has; answers with their values, in that order.

    Of two who add some at the same moment the second adds theirs behind the first one's. Refused
    as other options are.
    """
    require_change(by, *MANAGE)
    by.session.refresh(row, with_for_update=True)
    before = [dict(one) for one in row.options]
    row.options = read_options([*before, *wished], before)
    _save(by)
    _changed(by, row, "updated", {"options": [before, row.options]})
    return [one["value"] for one in row.options[len(before) :]]


def retire_field(by: Actor, row: CustomField) -> None:
    """Take a field out of use; what records hold in it stays, and comes back with it.

    Refused while other fields depend on it.
    """
    require_change(by, *MANAGE)
    if row.retired_at is None:
        _refuse_depended_on(by, row)
        row.retired_at = by.now
        _save(by)
        _changed(by, row, "deleted", {})


def bring_back_field(by: Actor, row: CustomField) -> None:
    """Bring a retired field back into use.

    Refused at 200 fields, before one it depends on, and beside one that took its name.
    """
    require_change(by, *MANAGE)
    if row.retired_at is not None:
        _refuse_too_many(by, registry().type(row.record_type))
        _refuse_dependent(by, row)
        refuse_taken_label(row.label, registry().type(row.record_type), row.key, by)
        row.retired_at = None
        _save(by)
        _changed(by, row, "restored", {})


def order_fields(by: Actor, record_type: RecordType, ids: list[UUID]) -> None:
    """Put a type's own fields into an order; those that `ids` does not name keep theirs behind."""
    require_change(by, *MANAGE)
    rows = {row.id: row for row in list_fields(by, record_type)}
    wanted = [one for one in dict.fromkeys(ids) if one in rows]
    rest = [one for one in rows if one not in set(wanted)]
    for position, one in enumerate((*wanted, *rest), start=1):
        row, before = rows[one], rows[one].position
        if before != position:
            row.position = position
            write_event(by, "field", row.id, "updated", changes={"position": [before, position]})
    _save(by)
    stamps.draw(by.session, STAMP)


def get_field(by: Actor, field_id: UUID) -> CustomField:
    """The field with this id; Missing when there is none."""
    return fetch(by, CustomField, field_id)


def _apply(by: Actor, declared: RecordType, row: CustomField, wish: Wish) -> None:
    """Write a wish into the row; Refused where options or default do not fit."""
    kind = KINDS[row.kind]
    row.label, row.help = texts_of(wish.label), texts_of(wish.help)
    row.is_required, row.is_personal = wish.is_required, wish.is_personal
    row.is_unique = wish.is_unique and kind.can_be_unique
    row.is_filterable = wish.is_filterable or row.is_unique
    row.options = read_options(wish.options, row.options or []) if kind.has_options else []
    row.conditions = read_conditions(wish.conditions, tailored(declared, by), by, row.key)
    settings: dict[str, Any] = {}
    if row.kind == "reference":
        settings["to"] = row.settings.get("to") or wish.to  # It never changes.
    if kind.has_decimals:
        settings["decimals"] = wish.decimals
    row.settings = settings
    row.default = None
    if wish.default is not None and not kind.has_default:
        raise Refused(_("A field of this kind has no default."), field="default")
    default = wish.default if wish.default is not None else _marked_default(row, wish)
    row.default = read_default(own_field(row, declared.model), default, by)


def _marked_default(row: CustomField, wish: Wish) -> Any:
    """The options that are marked as what a new record holds; None without a mark."""
    pairs = zip(wish.options, row.options, strict=False)  # Those behind were not wished.
    marked = [kept["value"] for wished, kept in pairs if wished.get("default")]
    if len(marked) > 1 and row.kind == "choice":
        raise Refused(_("A new record holds one of these at most."), field="options")
    if row.kind == "choices":
        return marked or None
    return marked[0] if marked else None


def _refuse_too_many(by: Actor, declared: RecordType) -> None:
    used = by.session.scalar(
        select(func.count())
        .select_from(CustomField)
        .where(CustomField.record_type == declared.key, CustomField.retired_at.is_(None))
    )
    if len(declared.fields) + (used or 0) >= MOST:
        raise Refused(
            _(
                "There are %(most)s fields, which is as many as a page can hold. "
                "Retire one that nobody fills in any more.",
                most=MOST,
            )
        )


def _refuse_depended_on(by: Actor, row: CustomField) -> None:
    """Refuse to retire a field that the conditions of others look at: they would never hold."""
    record_type = tailored(row.record_type, by)
    others = [str(one.label) for one in record_type.fields if row.key in depends_on(one)]
    if others:
        names = listed(others)
        raise Refused(
            _("Conditions of %(names)s look at this field. Change them first.", names=names)
        )


def _refuse_dependent(by: Actor, row: CustomField) -> None:
    """Refuse to bring a field back whose conditions look at one that is retired."""
    record_type = tailored(row.record_type, by)
    own = own_field(row, record_type.model)
    if depends_on(own) - record_type.by_key.keys():
        raise Refused(_("Its conditions look at a retired field. Bring that one back first."))


def _last_position(by: Actor, declared: RecordType) -> int:
    last = by.session.scalar(
        select(func.max(CustomField.position)).where(CustomField.record_type == declared.key)
    )
    return last or 0


def _told(row: CustomField) -> dict[str, Any]:
    """What the audit tells of a field."""
    return {
        "label": dict(row.label),
        "help": dict(row.help),
        "is_required": row.is_required,
        "is_unique": row.is_unique,
        "is_personal": row.is_personal,
        "is_filterable": row.is_filterable,
        "default": row.default,
        "options": [dict(one) for one in row.options],
        "conditions": dict(row.conditions),
    }


def _save(by: Actor) -> None:
    try:
        by.session.flush()  # The version is compared here, before the event claims the change.
    except StaleDataError:
        raise Conflict(_("Somebody changed this field while you were editing it.")) from None


def _changed(by: Actor, row: CustomField, verb: str, changes: Mapping[str, Any]) -> None:
    """Let every process learn of it, the audit tell it, and its indexes follow."""
    stamps.draw(by.session, STAMP)
    if not wants_index(row):
        row.indexed_at = None
    enqueue(by, TEND, {}, key=TEND)
    write_event(by, "field", row.id, verb, changes=changes)
