"""The one door: every change of a record, from page, API, import, rule or job, goes through here.

Permission, precondition, version, operation, one event row: in that order, in one transaction.
Where a workspace holds changes back until they are approved, the gate looks at each as it would
stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Previewing, Refused
from app.kernel.language import _
from app.records import gate, history
from app.records.access import may_do, writable_keys
from app.records.alter import changes_between, differing, told_values
from app.records.assignment.soon import assign_soon
from app.records.build import build, only_writable, put_values
from app.records.custom.unique import check_unique
from app.records.duplicates.keep import add_keys, all_keys, change_keys, tells_sign
from app.records.inputs import read_values
from app.records.model import Record
from app.records.numbers.give import give_numbers
from app.records.picklists import picklists_of
from app.records.pool.caps import keep_within_cap
from app.records.references import check_references
from app.records.sharing.news import tell_followers
from app.records.tailored import tailored
from app.records.trash import delete_records, restore_records
from app.records.types import RecordType
from app.records.usage import take_records
from app.records.values import as_json

Inputs = dict[str, Any]  # Fields by their keys, as a form or JSON sent them.


def perform(
    kind: RecordType | str,
    verb: str,
    record: Record | None = None,
    /,
    *,
    by: Actor,
    version: int | None = None,
    **inputs: Any,
) -> Record:
    """Do `verb` on a record and answer with it; `create` takes no record.

    `inputs` are the fields by their keys, as strings of a form or values of JSON. `version` is the
    one that the person saw: Conflict when somebody else was faster. Refused with a message per
    field, NotPermitted, Missing (an undeclared verb) are the other answers; Held where somebody has
    to approve it first, and then nothing was changed.
    """
    record_type = tailored(kind, by)
    may_change(record_type, verb, by)
    if not gate.watches(by):
        return _perform(record_type, verb, record, by, version, inputs)
    return gate.through(
        record_type,
        verb,
        record,
        inputs,
        by,
        lambda: _perform(record_type, verb, record, by, version, inputs),
    )


def _perform(
    record_type: RecordType,
    verb: str,
    record: Record | None,
    by: Actor,
    version: int | None,
    inputs: Inputs,
) -> Record:
    """The change itself, by somebody whose role allows the verb."""
    if verb == "create":
        return _create(record_type, inputs, by)
    if record is None or (record.deleted_at is not None and verb != "restore"):
        raise Missing(_("There is no such record."))
    # Bringing a record back is the undoing of a deletion, so whoever may delete may restore.
    if not may_do(record_type, record, "delete" if verb == "restore" else verb, by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    if version is not None and version != record.version:
        raise _second(record_type, record, version, verb, inputs, by)
    stood = (record.version, record.owner_id)
    try:
        _do(record_type, verb, record, inputs, by)
    except StaleDataError:
        raise history.overtaken() from None
    if (record.version, record.owner_id) != stood:
        tell_followers(record_type, record, by, is_given=record.owner_id != stood[1])
    return record


def may_change(record_type: RecordType, verb: str, by: Actor) -> None:
    """Raise the answer that stands against any `verb` on this type here, when one does."""
    if not by.tenant.allows(record_type.module):
        raise Missing(_("There is no such page."))
    if verb not in (*record_type.verbs, "restore"):
        raise Missing(_("There is no such action."))
    if by.previews:
        raise Previewing(by.previews.name)
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if not by.may(record_type.key, "delete" if verb == "restore" else verb):
        raise NotPermitted(_("Your role does not allow this."))


def _do(
    record_type: RecordType, verb: str, record: Record, inputs: Mapping[str, Any], by: Actor
) -> None:
    """Run one verb on a record that is permitted and as the person saw it."""
    if verb == "update":
        _update(record_type, record, inputs, by)
    elif verb == "delete":
        delete_records(record_type, [record], by)
    elif verb == "restore":
        held = {one.key: one.value(record) for one in record_type.fields}
        check_unique(record_type, record.id, held, by)
        restore_records(record_type, record, by)
    else:
        _act(record_type, verb, record, inputs, by)


def _create(record_type: RecordType, inputs: Mapping[str, Any], by: Actor) -> Record:
    record = build(record_type, inputs, by, picklists_of(by.session, record_type))
    take_records(by, 1)
    give_numbers(record_type, [record], by)
    by.session.add(record)
    by.session.flush()  # The row must stand before others refer to it and its event is written.
    keep_within_cap(record_type, [record], by)
    add_keys(record_type, all_keys(record_type, [record]), by)
    _write(record_type, record, "created", by, creation_changes(record_type, record))
    record_type.changed(record, "create", by)
    assign_soon(record_type, [record], by)
    tell_followers(record_type, record, by, is_given=True)
    return record


def _second(
    record_type: RecordType,
    record: Record,
    version: int,
    verb: str,
    inputs: Mapping[str, Any],
    by: Actor,
) -> history.Overtaken:
    """The answer to a change that came second, with what else stands against it."""
    answer = history.conflict(record_type, record, version, inputs, by)
    if verb == "update":
        try:
            _changed_values(record_type, record, inputs, by)
        except (Refused, NotPermitted) as refused:
            answer.add(refused.errors)
    return answer


def _changed_values(
    record_type: RecordType, record: Record, inputs: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """The values among `inputs` that differ from the record's, all checked."""
    only_writable(record_type, inputs, writable_keys(record_type, by))
    picklists = picklists_of(by.session, record_type)
    values = read_values(record_type, inputs, by, picklists, record)
    changed = differing(record_type, record, values)
    check_references(record_type, changed, by)
    check_unique(record_type, record.id, changed, by)
    return changed


def _update(record_type: RecordType, record: Record, inputs: Mapping[str, Any], by: Actor) -> None:
    changed = _changed_values(record_type, record, inputs, by)
    if changed:
        _apply(record_type, record, "updated", by, lambda: put_values(record_type, record, changed))
        record_type.changed(record, "update", by)


def _act(
    record_type: RecordType, verb: str, record: Record, inputs: Mapping[str, Any], by: Actor
) -> None:
    action = record_type.action(verb)
    if action is None:
        raise Missing(_("There is no such action."))
    unknown = set(inputs) - set(action.takes)
    if unknown:
        errors = {key: _("There is no such field.") for key in unknown}
        raise Refused(_("Please check the marked fields."), errors=errors)
    missing = set(action.inputs) - set(inputs)
    if missing:
        errors = {key: _("Please fill in this field.") for key in missing}
        raise Refused(_("Please check the marked fields."), errors=errors)
    if not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    _apply(record_type, record, action.event, by, lambda: action.run(record, by=by, **inputs))
    record_type.changed(record, verb, by)


def _apply(
    record_type: RecordType,
    record: Record,
    event: str,
    by: Actor,
    change: Callable[[], Mapping[str, Any] | None],
) -> None:
    """Run `change`, count the version up and write what it changed as one event.

    What it answers with is told by the event as well.
    """
    before = told_values(record_type, record)
    told = change()
    record.updated_at, record.updated_by_id = by.now, by.user_id
    record.version += 1
    with by.session.no_autoflush:  # What it was is known until it is written.
        record_type.prepare(record, by)
    by.session.flush()  # The version is compared here, before the event claims the change.
    changes = changes_between(before, told_values(record_type, record))
    if "owner_id" in changes:
        keep_within_cap(record_type, [record], by)
    if tells_sign(record_type, changes):
        change_keys(record_type, record, before, by)
    _write(record_type, record, event, by, {**changes, **(told or {})})


def creation_changes(
    record_type: RecordType, record: Record, columns: Collection[str] | None = None
) -> dict[str, Any]:
    """What a new record's event tells: every field that was given.

    `columns` are those of `told_columns` that may hold something, where that is known.
    """
    held = record.__dict__  # What was never set is not in it, and need not be looked up.
    changes = {
        key: [None, as_json(value)]
        for key in (record_type.told_columns if columns is None else columns)
        if (value := held.get(key)) is not None and value != ""
    }
    for key, field in record_type.told_apart:
        value = field.value(record)
        if value not in (None, ""):
            changes[key] = [None, as_json(value)]
    return changes


def _write(
    record_type: RecordType, record: Record, event: str, by: Actor, changes: Mapping[str, Any]
) -> None:
    write_event(
        by,
        record_type.key,
        record.id,
        event,
        account_id=history.account_of(record_type, record),
        changes=changes,
    )
